"""An influencer's statement: every line of what is to be paid, and of what is owed back, with its
arithmetic, by month. Reads only; runs as the influencer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import FileResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.months import month_after
from exchange.web.formatting import money_text, month_long
from exchange.web.pages import statements as pages
from exchange.web.pages.common import Choice, Sum
from exchange.web.paging import query_url
from exchange.web.portal.builders.statement_lines import About, abouts
from exchange.web.statements import lines_shown, lines_walked, totals_of
from exchange.web.tables import Cell, FileKind, Minor, table_answer
from influencers.models import Influencer
from ledger.domain import accounts
from ledger.domain.accounts import AccountRef
from ledger.models import journal_name
from ledger.selectors import balance_minor
from ledger.statements import LineFilter, StatementLine, accounts_used
from payouts.selectors import taxes_of

PAGE_ROWS = 20
MONTHS_SHOWN = 12
OWED = "owed"  # in an address: the account of what is owed back
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which account, and of which month; None: of all. Words that mean nothing are left out."""

    is_debt: bool = False
    month: date | None = None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        return cls(given.get("account") == OWED, month_of(given.get("month", "")))

    def words(self, **other: str) -> dict[str, str]:
        """For an address: the filter, with some of it otherwise."""
        month = f"{self.month:%Y-%m}" if self.month else ""
        return {"account": OWED if self.is_debt else "", "month": month} | other

    @property
    def filter(self) -> LineFilter:
        if self.month is None:
            return LineFilter()
        return LineFilter(clock.day_start(self.month), clock.day_start(month_after(self.month)))

    def ref(self, influencer_id: int) -> AccountRef:
        if self.is_debt:
            return accounts.influencer_debt(influencer_id)
        return accounts.influencer_payable(influencer_id)


def month_of(text: str) -> date | None:
    """Its first day; None for what is no month of these centuries."""
    found = _MONTH.fullmatch(text)
    if found is None or not 2000 <= int(found[1]) <= 2999:
        return None
    return date(int(found[1]), int(found[2]), 1)


def statement(influencer: Influencer, asked: Asked, *, after: str) -> pages.Statement:
    ref = asked.ref(influencer.pk)
    lines, pager = lines_shown(ref, asked.filter, after=after, size=PAGE_ROWS, kept=asked.words())
    held = balance_minor(ref)
    return pages.Statement(
        rows=[_row(line, about) for line, about in _told(asked, lines)],
        title=_("Owed back") if asked.is_debt else _("To be paid"),
        balance_minor=-held if asked.is_debt else held,
        hint=_hint(asked),
        accounts=_account_choices(influencer.pk, asked),
        months=_month_choices(influencer, asked),
        csv_url=reverse("portal:statement_csv") + query_url(asked.words()),
        xlsx_url=reverse("portal:statement_xlsx") + query_url(asked.words()),
        back_url=reverse("portal:payouts"),
        totals=totals_of(ref, asked.filter, sign=-1 if asked.is_debt else 1)
        if asked.month
        else None,
        is_debt=asked.is_debt,
        is_filtered=asked.month is not None,
        clear_url=query_url(asked.words(month="")) if asked.is_debt else "?",
        pager=pager,
    )


def _hint(asked: Asked) -> str:
    if asked.is_debt:
        return _("Goods came back after their reward was paid. A part of each payout pays it back.")
    return _("Approved rewards that no payout has taken yet. Taxes are withheld by the payout.")


def _account_choices(influencer_id: int, asked: Asked) -> list[Choice]:
    """Only where something was ever owed back."""
    if not asked.is_debt and not accounts_used([accounts.influencer_debt(influencer_id)]):
        return []
    return [
        Choice(_("To be paid"), query_url(asked.words(account="")), not asked.is_debt),
        Choice(_("Owed back"), query_url(asked.words(account=OWED)), asked.is_debt),
    ]


def _month_choices(influencer: Influencer, asked: Asked) -> list[Choice]:
    """Since the influencer joined, newest first; and the one that is asked for, however old."""
    first = clock.day_of(influencer.created_at).replace(day=1)
    month, months = clock.today().replace(day=1), list[date]()
    while month >= first and len(months) < MONTHS_SHOWN:
        months.append(month)
        month = (month - timedelta(days=1)).replace(day=1)
    if asked.month and asked.month not in months:
        months.append(asked.month)
    return [
        Choice(_("All"), query_url(asked.words(month="")), asked.month is None),
        *(
            Choice(
                month_long(each), query_url(asked.words(month=f"{each:%Y-%m}")), each == asked.month
            )
            for each in months
        ),
    ]


def _told(asked: Asked, lines: list[StatementLine]) -> list[tuple[StatementLine, About]]:
    return list(zip(lines, abouts(lines, is_debt=asked.is_debt), strict=True))


def _row(line: StatementLine, about: About) -> pages.StatementRow:
    return pages.StatementRow(
        at=line.occurred_at,
        text=journal_name(line.journal_kind),
        note=" · ".join(filter(None, [about.note, about.brand])),
        minor=line.amount_minor,
        balance_minor=abs(line.balance_minor),
        url=about.url,
        sums=about.sums,
    )


# --- To take away ---------------------------------------------------------------------------


def statement_file(influencer: Influencer, asked: Asked, kind: FileKind) -> FileResponse:
    """Every line of the account and month, newest first, as numbers and with the arithmetic.

    Raises: Invalid for too many lines of an XLSX.
    """
    month = f"-{asked.month:%Y-%m}" if asked.month else ""
    name = f"birge-{'owed' if asked.is_debt else 'statement'}{month}"
    header = [_("When"), _("What"), _("About"), _("Brand"), _("Arithmetic")]
    if asked.is_debt:
        header += [_("Owed more, ₸"), _("Paid back, ₸"), _("You owe, ₸")]
    else:
        header += [_("In, ₸"), _("Out, ₸"), _("To be paid, ₸")]
        header += [_("Taxes withheld, ₸"), _("Kept for returned goods, ₸"), _("To the account, ₸")]
    return table_answer(kind, name, header, _file_rows(influencer.pk, asked))


def _file_rows(influencer_id: int, asked: Asked) -> Iterator[list[Cell]]:
    for lines in lines_walked(asked.ref(influencer_id), asked.filter):
        told = _told(asked, lines)
        taxes = taxes_of([about.payout for _line, about in told if about.payout])
        for line, about in told:
            yield _cells(asked, line, about) + ([] if asked.is_debt else _split(about, taxes))


def _cells(asked: Asked, line: StatementLine, about: About) -> list[Cell]:
    came, went = max(line.amount_minor, 0), max(-line.amount_minor, 0)
    moved = (went, came) if asked.is_debt else (came, went)
    return [
        line.occurred_at,
        journal_name(line.journal_kind),
        about.note,
        about.brand,
        "; ".join(map(sum_text, about.sums)),
        *(Minor(minor) if minor else None for minor in moved),
        Minor(abs(line.balance_minor)),
    ]


def _split(about: About, taxes: Mapping[int, Mapping[str, int]]) -> list[Cell]:
    """Where a payout's money goes; empty for other lines."""
    payout = about.payout
    if payout is None:
        return [None, None, None]
    withheld = sum(taxes[payout.pk].values())
    return [Minor(withheld), Minor(payout.netted_minor), Minor(payout.net_minor)]


def sum_text(row: Sum) -> str:
    """A row of an arithmetic on one line: "Reward 2 550 ₸ (10% of 25 500 ₸)"."""
    said = row.text if row.minor is None else money_text(row.minor)
    return f"{row.label} {said}" + (f" ({row.note})" if row.note else "")
