"""An influencer's statement."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from exchange.web.formatting import month_long
from exchange.web.pages.common import Choice, Sum
from exchange.web.pages.statements import Statement, StatementRow, Totals
from exchange.web.samples import common
from exchange.web.samples.portal import tax_sums
from ledger.domain.drafts import JournalKind
from ledger.models import journal_name


def accounts(*, is_debt: bool) -> list[Choice]:
    return [Choice(_("To be paid"), "#", not is_debt), Choice(_("Owed back"), "#", is_debt)]


def _row(days: int, kind: str, note: str, minor: int, after: int, sums: list[Sum]) -> StatementRow:
    return StatementRow(
        common.ago(days=days), journal_name(kind), note, minor, after, url="#", sums=sums
    )


def payable() -> Statement:
    rate = [
        Sum(_("Goods"), 2_249_100),
        Sum(_("Rate"), text="× 7%"),
        Sum(_("Reward"), 157_437, line=True, strong=True),
    ]
    back = [
        Sum(_("Reward before"), 157_437),
        Sum(_("For the goods that came back"), -62_930, note="1 350 100 ₸ / 2 249 100 ₸"),
        Sum(_("Reward after"), 94_507, line=True, strong=True),
    ]
    order = _("Order %(number)s") % {"number": "TY-48213"} + " · Тоқыма Үйі"
    return Statement(
        rows=[
            _row(1, JournalKind.CLAWBACK, order, -62_930, 94_507, back),
            _row(2, JournalKind.APPROVAL, order, 157_437, 157_437, rate),
            _row(7, JournalKind.PAYOUT_CREATED, "2026-11-00014", -8_635_000, 0, tax_sums()),
        ],
        title=_("To be paid"),
        balance_minor=94_507,
        hint=_("Approved rewards that no payout has taken yet. Taxes are withheld by the payout."),
        accounts=accounts(is_debt=False),
        months=[Choice(_("All"), "#"), Choice(month_long(common.day_ago(0)), "#", True)],
        csv_url="#",
        xlsx_url="#",
        back_url="#",
        totals=Totals(157_437, 8_697_930, 8_635_000, 94_507),
        is_filtered=True,
        clear_url="#",
        pager=common.pager("1–3"),
    )


def owed() -> Statement:
    return replace(
        payable(),
        rows=[_row(3, JournalKind.NETTING, "2026-11-00014", 2_400_000, 3_600_000, [])],
        title=_("Owed back"),
        balance_minor=3_600_000,
        hint=_("Goods came back after their reward was paid. A part of each payout pays it back."),
        accounts=accounts(is_debt=True),
        totals=None,
        is_debt=True,
        is_filtered=False,
        pager=None,
    )


def none() -> Statement:
    empty = replace(payable(), rows=[], balance_minor=0, accounts=[], totals=None, pager=None)
    return replace(empty, is_filtered=False)
