"""A brand's statement: lines of its free balance by period, event and campaign; the same as a file.

The balance beside a line is that of the account, whatever the filter leaves out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import FileResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from brands.models import Deposit
from brands.services import statement_row
from campaigns.models import Campaign
from campaigns.selectors import campaign_list_of_brand
from compliance.models import Invoice
from core import clock
from core.errors import Invalid
from exchange.web.brand.desk import Desk
from exchange.web.days import day_refused, day_typed, days_check
from exchange.web.formatting import day_full
from exchange.web.pages import statements as pages
from exchange.web.pages.clicks import Option, Select
from exchange.web.pages.common import Pager
from exchange.web.statements import lines_shown, lines_walked, totals_of
from exchange.web.tables import Cell, FileKind, Minor, table_answer
from ledger.domain import accounts
from ledger.domain.drafts import JournalKind
from ledger.models import journal_name
from ledger.statements import LineFilter, StatementLine
from payouts.models import Refund

PAGE_ROWS = 30

# What the list of events offers. What stands in none of them is found under "other", so that a
# new kind of journal needs its name alone (ledger.models.JOURNAL_NAMES).
EVENTS: Mapping[str, tuple[Promise, tuple[JournalKind, ...]]] = {
    "top-ups": (gettext_lazy("Top-ups"), (JournalKind.DEPOSIT, JournalKind.DEPOSIT_MATCHED)),
    "campaigns": (
        gettext_lazy("Reserved and released"),
        (JournalKind.RESERVE, JournalKind.RELEASE),
    ),
    "posts": (
        gettext_lazy("Posts at a fixed fee"),
        (JournalKind.DEAL, JournalKind.DEAL_RELEASE),
    ),
    "guarantees": (
        gettext_lazy("Guarantees"),
        (
            JournalKind.GUARANTEE_PROMISED,
            JournalKind.GUARANTEE_SETTLED,
            JournalKind.GUARANTEE_RELEASED,
        ),
    ),
    "returns": (gettext_lazy("Back from returned goods"), (JournalKind.NETTING,)),
    "vat": (gettext_lazy("VAT of invoices"), (JournalKind.VAT_FUNDING, JournalKind.CREDIT_NOTE)),
    "refunds": (
        gettext_lazy("Refunds"),
        (
            JournalKind.REFUND_CREATED,
            JournalKind.REFUND_PAID,
            JournalKind.REFUND_UNDONE,
            JournalKind.REFUND_RETURNED,
        ),
    ),
}
OTHER = "other"
OTHERS = tuple(set(JournalKind) - {kind for _name, kinds in EVENTS.values() for kind in kinds})


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter as the address says it; words that mean nothing are left out. `first`, `last` and
    `on` are days as they were typed."""

    first: str = ""
    last: str = ""
    event: str = ""
    campaign: str = ""
    on: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        event = given.get("event", "")
        return cls(
            first=given.get("from", "").strip()[:20],
            last=given.get("to", "").strip()[:20],
            event=event if event in (*EVENTS, OTHER) else "",
            campaign=_public_id(given.get("campaign", "")),
            on=given.get("on", "").strip()[:20],
        )

    @property
    def is_narrow(self) -> bool:
        return bool(self.first or self.last or self.event or self.campaign)

    def words(self, **other: str) -> dict[str, str]:
        """For an address: the filter, with some of it otherwise."""
        return {
            "from": self.first,
            "to": self.last,
            "event": self.event,
            "campaign": self.campaign,
            "on": self.on,
        } | other


def _public_id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def filter_of(asked: Asked, campaigns: Sequence[Campaign]) -> LineFilter:
    """Raises: Invalid for days that are none."""
    first_on = day_typed("from", asked.first) if asked.first else None
    last_on = day_typed("to", asked.last) if asked.last else None
    if first_on is not None:
        days_check(first_on, last_on or max(first_on, clock.today()))
    ids = {str(each.public_id): each.pk for each in campaigns}
    kinds = OTHERS if asked.event == OTHER else EVENTS.get(asked.event, ("", ()))[1]
    return LineFilter(
        since=clock.day_start(first_on) if first_on else None,
        until=clock.day_end(last_on) if last_on else None,
        kinds=tuple(str(kind) for kind in kinds),
        campaign_id=ids.get(asked.campaign, 0) if asked.campaign else None,
    )


def day_asked(asked: Asked) -> date | None:
    """The day at whose end balances are asked for; None for now.

    Raises: Invalid for what is no day, and for one that is not over."""
    if not asked.on:
        return None
    on, today = day_typed("on", asked.on), clock.today()
    if on > today:
        said = _("%(day)s is still ahead. Choose a day that is over.")
        raise day_refused("on", said % {"day": day_full(on)})
    return on if on < today else None


# --- The list -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """What a filter shows of the statement."""

    rows: list[pages.StatementRow]
    filter: pages.Filter
    totals: pages.Totals | None = None
    pager: Pager | None = None


def statement(desk: Desk, asked: Asked, campaigns: Sequence[Campaign], *, after: str) -> Shown:
    """A refused period shows no lines, and why."""
    try:
        wanted = filter_of(asked, campaigns)
    except Invalid as error:
        return Shown([], _filter(asked, campaigns, error))
    ref = accounts.brand_free(desk.brand.pk)
    lines, pager = lines_shown(ref, wanted, after=after, size=PAGE_ROWS, kept=asked.words())
    return Shown(
        rows=[_row(line, about) for line, about in _told(desk, lines, campaigns)],
        filter=_filter(asked, campaigns),
        totals=totals_of(ref, wanted) if asked.is_narrow else None,
        pager=pager,
    )


def _row(line: StatementLine, about: About) -> pages.StatementRow:
    return pages.StatementRow(
        at=line.occurred_at,
        text=journal_name(line.journal_kind),
        note=about.note,
        minor=line.amount_minor,
        balance_minor=line.balance_minor,
        url=about.url,
        is_of_a_day=line.journal_kind == JournalKind.DEPOSIT,
    )


def _filter(
    asked: Asked, campaigns: Sequence[Campaign], error: Invalid | None = None
) -> pages.Filter:
    events = [(key, str(name)) for key, (name, _kinds) in EVENTS.items()]
    events.append((OTHER, _("Other")))
    titles = [(str(each.public_id), each.title) for each in campaigns]
    selects = [_select("event", _("Event"), _("All events"), events, asked.event)]
    if titles:
        everything = _("All campaigns")
        selects.append(_select("campaign", _("Campaign"), everything, titles, asked.campaign))
    return pages.Filter(
        selects=selects,
        first=asked.first,
        last=asked.last,
        today=clock.today().isoformat(),
        kept=[("on", asked.on)] if asked.on else [],
        error=str(error) if error else "",
        error_field=next(iter(error.fields)) if error else "",
    )


def _select(
    name: str, label: str, everything: str, choices: Sequence[tuple[str, str]], chosen: str
) -> Select:
    options = [Option("", everything, not chosen)]
    options += [Option(value, word, value == chosen) for value, word in choices]
    return Select(name, label, options)


# --- What a line is about -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class About:
    """A campaign, a bank's number, an invoice or a refund; `url` leads to it."""

    note: str = ""
    url: str = ""


_TRANSFER = re.compile(r"bank-stmt:\d{4}-\d\d-\d\d:(?P<number>.*?)(?::match)?")


def _told(
    desk: Desk, lines: Sequence[StatementLine], campaigns: Sequence[Campaign]
) -> list[tuple[StatementLine, About]]:
    """Each line with what it is about; a query for each kind of thing that is named."""
    about: dict[tuple[str, int | str], About] = {
        ("campaign", each.pk): About(each.title, desk.url("campaign", each.public_id))
        for each in campaigns
    }
    about |= _invoices(desk, lines) | _refunds(desk, lines) | _transfers(desk, lines)
    return [(line, _of(line, about)) for line in lines]


def _of(line: StatementLine, about: Mapping[tuple[str, int | str], About]) -> About:
    keys: list[tuple[str, int | str]] = [*line.refs.items(), ("key", line.business_key)]
    return next((about[key] for key in keys if key in about), About())


def _named(lines: Sequence[StatementLine], name: str) -> set[int]:
    return {line.refs[name] for line in lines if name in line.refs}


def _invoices(desk: Desk, lines: Sequence[StatementLine]) -> dict[tuple[str, int | str], About]:
    ids = _named(lines, "invoice")
    if not ids:
        return {}
    found = Invoice.objects.filter(brand=desk.brand, pk__in=ids)
    return {
        ("invoice", each.pk): About(each.number, desk.url("invoice", each.public_id))
        for each in found
    }


def _refunds(desk: Desk, lines: Sequence[StatementLine]) -> dict[tuple[str, int | str], About]:
    ids = _named(lines, "refund")
    if not ids:
        return {}
    found = Refund.objects.filter(brand=desk.brand, pk__in=ids).values_list("pk", "rail_key")
    return {("refund", pk): About(number, desk.url("refunds")) for pk, number in found}


def _transfers(desk: Desk, lines: Sequence[StatementLine]) -> dict[tuple[str, int | str], About]:
    """By the event, which names the row of the bank's statement: it may have waited in suspense."""
    matches = [_TRANSFER.fullmatch(line.business_key) for line in lines]
    numbers = {match["number"] for match in matches if match}
    if not numbers:
        return {}
    found = Deposit.objects.filter(brand=desk.brand, bank_reference__in=numbers)
    return {
        ("key", f"bank-stmt:{statement_row(on, number)}{later}"): About(number)
        for on, number in found.values_list("received_on", "bank_reference")
        for later in ("", ":match")
    }


# --- To take away ---------------------------------------------------------------------------


def statement_file(desk: Desk, asked: Asked, kind: FileKind) -> FileResponse:
    """What the filter shows, all of it, newest first. What came in and what went out have columns
    of their own, so that every figure is a number.

    Raises: Invalid for days that are none, and for too many lines of an XLSX.
    """
    campaigns = campaign_list_of_brand(desk.brand)
    wanted = filter_of(asked, campaigns)
    header = [_("When"), _("What"), _("About"), _("In, ₸"), _("Out, ₸"), _("Free balance, ₸")]
    name = f"statement-{desk.brand.slug}-{clock.today():%Y-%m-%d}"
    return table_answer(kind, name, header, _file_rows(desk, wanted, campaigns))


def _file_rows(
    desk: Desk, wanted: LineFilter, campaigns: Sequence[Campaign]
) -> Iterator[list[Cell]]:
    for lines in lines_walked(accounts.brand_free(desk.brand.pk), wanted):
        for line, about in _told(desk, lines, campaigns):
            minor = line.amount_minor
            yield [
                line.occurred_at,
                journal_name(line.journal_kind),
                about.note,
                Minor(minor) if minor > 0 else None,
                Minor(-minor) if minor < 0 else None,
                Minor(line.balance_minor),
            ]
