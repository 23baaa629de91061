"""Which invoices a brand's final fees make: pure, so that each rule is a table in a test.

One invoice lies within one calendar month and one way of dealing (agent or principal), because
both are said of it as a whole. Within it a campaign has a line for each rate of VAT.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from compliance.domain.vat import vat_compute
from core.months import month_after


class Dealing(StrEnum):
    """An agent invoices its fee; a principal the reward too, as a service of its own."""

    AGENT = "agent"
    PRINCIPAL = "principal"


@dataclass(frozen=True, slots=True)
class FeeEntry:
    """A journal that made a fee final, or gave some of it back (negative). Tiyn.

    `vat_minor` is the VAT that moved with it. `is_return` says that goods came back after
    approval: it belongs to the supply of its conversion's approval.
    """

    journal_id: int
    happened_on: date
    campaign_id: int | None
    conversion_id: int | None
    reward_minor: int
    fee_minor: int
    vat_minor: int
    is_return: bool = False


@dataclass(frozen=True, slots=True)
class Rates:
    """The VAT of the law by day, and the rate at which campaigns set their VAT aside.

    They differ where the law changed after a campaign was published.
    """

    of_law: Callable[[date], int]
    booked: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """What an invoice says of a campaign, and the rate at which it set VAT aside."""

    title: str
    vat_bps: int


@dataclass(frozen=True, slots=True)
class LineKey:
    campaign_id: int | None
    vat_bps: int


@dataclass(frozen=True, slots=True)
class Line:
    """What one campaign owes at one rate. `booked_minor` is the VAT that the ledger has for it."""

    key: LineKey
    reward_minor: int  # 0 for an agent
    fee_minor: int
    vat_minor: int
    booked_minor: int

    @property
    def net_minor(self) -> int:
        return self.reward_minor + self.fee_minor


@dataclass(frozen=True, slots=True)
class InvoicePlan:
    """An invoice that could be issued. `segment_on` is the first day that it could have had:
    together with the brand and the dealing it names the invoice while it is a draft."""

    dealing: Dealing
    segment_on: date
    period_to: date
    lines: tuple[Line, ...]
    entries: tuple[FeeEntry, ...]
    rates: Mapping[int, int]  # journal -> the rate it is invoiced at

    @property
    def net_minor(self) -> int:
        return sum(line.net_minor for line in self.lines)

    @property
    def vat_minor(self) -> int:
        return sum(line.vat_minor for line in self.lines)

    @property
    def shortage_minor(self) -> int:
        """VAT that the law asks for and that no campaign has set aside; negative: too much was."""
        return self.vat_minor - sum(line.booked_minor for line in self.lines)


Deals = Sequence[tuple[date, Dealing]]  # from which day on, in order of days


def dealing_on(deals: Deals, day: date) -> tuple[Dealing, date]:
    """How the brand and we deal on a day, and since when. An agent unless a contract says else."""
    found = (Dealing.AGENT, date.min)
    for since, dealing in deals:
        if since <= day:
            found = (dealing, since) if dealing != found[0] else found
    return found


def invoices_plan(
    entries: Iterable[FeeEntry], *, deals: Deals, rates: Rates, until: date
) -> list[InvoicePlan]:
    """The invoices of everything that was supplied up to a day, oldest first.

    What comes to nothing or less makes no invoice: it waits for later entries.

    Raises:
        RuleMissing: the law's rate of a day is not known (of `rates.of_law`).
    """
    segments: dict[tuple[date, Dealing], list[tuple[FeeEntry, date]]] = defaultdict(list)
    for entry, day in _by_supply(list(entries)):
        if day <= until:
            dealing, since = dealing_on(deals, day)
            segments[max(since, day.replace(day=1)), dealing].append((entry, day))
    plans = [
        _plan(dealing, first, _last_day(deals, first, until), dated, rates)
        for (first, dealing), dated in sorted(segments.items())
    ]
    return [plan for plan in plans if plan.net_minor > 0]


def _by_supply(entries: list[FeeEntry]) -> list[tuple[FeeEntry, date]]:
    """Each with the day of its supply: what came back belongs to the day it was approved."""
    approved = {entry.conversion_id: entry.happened_on for entry in entries if not entry.is_return}
    return [
        (entry, approved.get(entry.conversion_id, entry.happened_on))
        if entry.is_return and entry.conversion_id is not None
        else (entry, entry.happened_on)
        for entry in entries
    ]


def _last_day(deals: Deals, first: date, until: date) -> date:
    """Of a segment: the end of its month, the day before another dealing, or `until`."""
    month_ends = month_after(first) - timedelta(days=1)
    changes = [since - timedelta(days=1) for since, _dealing in deals if since > first]
    switched = [day for day in changes if dealing_on(deals, day + timedelta(days=1))[1] > first]
    return min([month_ends, until, *switched])


def _plan(
    dealing: Dealing,
    first: date,
    last: date,
    dated: list[tuple[FeeEntry, date]],
    rates: Rates,
) -> InvoicePlan:
    by_key: dict[LineKey, list[FeeEntry]] = defaultdict(list)
    of_journal = {}
    for entry, day in dated:
        bps = of_journal[entry.journal_id] = rates.of_law(day)
        by_key[LineKey(entry.campaign_id, bps)].append(entry)
    lines = [
        line_of(key, dealing, found, rates.booked)
        for key, found in sorted(by_key.items(), key=lambda each: _order(each[0]))
    ]
    return InvoicePlan(
        dealing=dealing,
        segment_on=first,
        period_to=last,
        lines=tuple(line for line in lines if line.net_minor or line.vat_minor),
        entries=tuple(entry for entry, _day in dated),
        rates=of_journal,
    )


def _order(key: LineKey) -> tuple[int, int]:
    return key.campaign_id or 0, key.vat_bps


def line_of(
    key: LineKey, dealing: Dealing, entries: Sequence[FeeEntry], booked: Mapping[int, int]
) -> Line:
    """The entries of a campaign at a rate in one line.

    An agent's VAT is what the ledger set aside, to the tiyn, where it was set aside at this rate:
    it is rounded over the whole campaign, so it may be a tiyn beside the share of this line. At
    another rate, and for a principal, who owes VAT on the reward too, it is the share.
    """
    reward = sum(entry.reward_minor for entry in entries) if dealing == Dealing.PRINCIPAL else 0
    fee = sum(entry.fee_minor for entry in entries)
    set_aside = sum(entry.vat_minor for entry in entries)
    is_exact = dealing == Dealing.AGENT and (
        key.campaign_id is None or booked.get(key.campaign_id) == key.vat_bps
    )
    vat = set_aside if is_exact else vat_compute(reward + fee, vat_bps=key.vat_bps)
    return Line(key, reward, fee, vat, set_aside)


# --- Numbers --------------------------------------------------------------------------------


class NumberGap(ValueError):
    """A series misses a number, or begins elsewhere than with 1."""


def number_text(series: str, year: int, sequence: int) -> str:
    """ "F-2026-000012"."""
    return f"{series}-{year}-{sequence:06}"


def numbers_require_whole(sequences: Iterable[int]) -> None:
    """Raises: NumberGap."""
    found = sorted(sequences)
    if found and found[0] != 1:
        raise NumberGap(f"begins with {found[0]}")
    for earlier, later in pairwise(found):
        if later != earlier + 1:
            raise NumberGap(f"after {earlier} comes {later}")
