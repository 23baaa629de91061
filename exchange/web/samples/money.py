"""The money page and statements."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from exchange.web.brand.builders.statement import EVENTS
from exchange.web.pages import brand
from exchange.web.pages.clicks import Option, Select
from exchange.web.pages.common import Fact
from exchange.web.pages.statements import Filter, Past, StatementRow, Totals
from exchange.web.samples import common


def statement_filter(first: str = "", last: str = "", error: str = "") -> Filter:
    events = [Option(key, str(name)) for key, (name, _kinds) in EVENTS.items()]
    return Filter(
        selects=[
            Select("event", _("Event"), [Option("", _("All events"), True), *events]),
            Select("campaign", _("Campaign"), [Option("", _("All campaigns"), True)]),
        ],
        today=common.day_ago(0).isoformat(),
        first=first,
        last=last,
        error=error,
        error_field="from" if error else "",
    )


def money() -> brand.Money:
    return brand.Money(
        free_minor=24_000_000,
        reserved_minor=176_100_000,
        reserves=[brand.ReserveRow("Жылы үй", "#", 150_000_000, 22_500_000, 3_600_000)],
        rows=[
            StatementRow(common.ago(days=1), _("Reserved for a campaign"), "Жылы үй",
                         -176_100_000, 24_000_000, url="#"),
            StatementRow(common.ago(days=2), _("Top-up"), "Halyk Bank, 000182",
                         200_100_000, 200_100_000),
        ],
        requisites=[
            Fact(_("Recipient"), "ТОО «Birge»"),
            Fact(_("BIN"), "240940012349"),
            Fact(_("Account (IBAN)"), "KZ75125KZT1001300335"),
            Fact(_("Purpose"), "Birge toqyma"),
        ],
        csv_url="#",
        xlsx_url="#",
        past=Past(None, "", "#"),
        filter=statement_filter(),
        runway_days=9,
        runway_why=_("Pace of the last %(days)s: %(amount)s a day, with our fee and VAT.")
        % {"days": "14", "amount": "26 600 ₸"},
        pager=common.pager("1–2"),
    )  # fmt: skip


def money_of_a_day() -> brand.Money:
    """Balances of the end of a day, and a statement that is filtered."""
    day = common.day_ago(2)
    return replace(
        money(),
        past=Past(day, day.isoformat(), "#"),
        filter=statement_filter(first=day.isoformat(), last=day.isoformat()),
        totals=Totals(200_100_000, 0, begin_minor=0, end_minor=200_100_000),
        is_filtered=True,
        clear_url="#",
    )


def money_refused() -> brand.Money:
    """A period that is none, and no movement to show of it."""
    error = _("“%(text)s” is no day. Write year, month and day, as in %(example)s.")
    said = error % {"text": "31.11.2026", "example": "2026-11-21"}
    return replace(
        money(),
        rows=[],
        past=Past(None, "31.11.2026", "#", said),
        filter=statement_filter(first="31.11.2026", error=said),
        is_filtered=True,
        clear_url="#",
        runway_days=None,
        pager=None,
    )
