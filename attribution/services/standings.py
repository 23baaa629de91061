"""What the terms of a batch's orders ask beyond the orders: held in memory while they settle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from attribution.models import Conversion
from attribution.selectors.periods import period_earned
from attribution.selectors.standings import (
    Day,
    approved_orders,
    buyers_known,
    earned_by_campaign,
    earned_by_day,
)
from attribution.services.work import LineNow
from campaigns.domain.commission import (
    NOTHING_KNOWN,
    Buyer,
    CommissionTerms,
    MonthState,
    PersonState,
)
from compliance.selectors import vat_rates
from core import clock


class Asking(NamedTuple):
    """A line whose terms ask for more than its order says."""

    now: LineNow
    terms: CommissionTerms
    campaign_id: int


class _Part(NamedTuple):
    """What a line's conversion has of the caps."""

    participation_id: int
    campaign_id: int
    day: date
    minor: int


@dataclass(slots=True)
class Standings:
    """Buyers by order, VAT by day, and tiyn and orders by participation and campaign."""

    buyers: dict[int, Buyer] = field(default_factory=dict)
    vat: dict[date, int] = field(default_factory=dict)
    approved: dict[int, int] = field(default_factory=dict)
    days: dict[Day, int] = field(default_factory=dict)
    people: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    campaigns: dict[int, int] = field(default_factory=dict)
    parts: dict[int, _Part] = field(default_factory=dict)  # by line
    is_capped: bool = False

    def load(self, asking: Collection[Asking], current: Mapping[int, Conversion]) -> None:
        """At most seven queries, each only where somebody asks. The totals are locked."""
        orders = {
            now.order.pk: now.order
            for now, terms, _campaign in asking
            if terms.returning is not None
        }
        if orders:
            kept = {each.order_id for each in current.values() if each.buyer}
            self.buyers = buyers_known([each for pk, each in orders.items() if pk not in kept])
        self.vat = vat_rates(
            {
                clock.day_of(now.placed_at)
                for now, terms, _campaign in asking
                if not terms.is_base_with_vat
            }
        )
        counting = {_person(now) for now, terms, _campaign in asking if terms.is_counting}
        if counting:
            self.approved = approved_orders(counting, clock.now())
        self._caps_load(asking, current)

    def _caps_load(self, asking: Collection[Asking], current: Mapping[int, Conversion]) -> None:
        capped = {_person(now) for now, terms, _campaign in asking if terms.is_capped_beyond_orders}
        if not capped:
            return
        self.is_capped = True
        self.days = defaultdict(int, earned_by_day(capped))
        for (person, _day), minor in self.days.items():
            self.people[person] += minor
        months, _none = period_earned(participation_ids=capped)
        for person, minor in months.items():
            self.people[person] += minor
        totals = {each.campaign_id for each in asking if each.terms.cap_total_minor is not None}
        if totals:
            self.campaigns = earned_by_campaign(totals)
            _none, of_months = period_earned(campaign_ids=totals)
            for campaign, minor in of_months.items():
                self.campaigns[campaign] += minor
        self.parts = {line: _part(each) for line, each in current.items()}

    def of_order(
        self,
        terms: CommissionTerms,
        campaign_id: int,
        lines: Sequence[LineNow],
        current: Mapping[int, Conversion],
    ) -> MonthState:
        """What these terms ask of an order; its own conversions take nothing from its caps."""
        if not terms.is_asking:
            return NOTHING_KNOWN
        first = lines[0]
        own = [each for now in lines if (each := current.get(now.line.pk)) is not None]
        kept = next((each.buyer for each in own if each.buyer), "")
        day = clock.day_of(first.placed_at)
        theirs = sum(each.commission_minor for each in own if each.campaign_id == campaign_id)
        people = {_person(now) for now in lines} | {each.participation_id for each in own}
        return MonthState(
            buyer=Buyer(kept) if kept else self.buyers.get(first.order.pk, Buyer.UNKNOWN),
            vat_bps=self.vat.get(day, 0),
            taken_minor=self.campaigns.get(campaign_id, theirs) - theirs,
            people={each: self._person_state(each, day, own) for each in people},
        )

    def _person_state(self, person: int, day: date, own: Collection[Conversion]) -> PersonState:
        theirs = [each for each in own if each.participation_id == person]
        counted = (each.approved_before for each in theirs if each.approved_before is not None)
        if not self.is_capped:
            return PersonState(next(counted, self.approved.get(person, 0)))
        in_all = sum(each.commission_minor for each in theirs)
        of_day = sum(
            each.commission_minor for each in theirs if clock.day_of(each.ordered_at) == day
        )
        return PersonState(
            approved_orders=next(counted, self.approved.get(person, 0)),
            taken_minor=self.people[person] - in_all if person in self.people else 0,
            day_taken_minor=self.days[person, day] - of_day if (person, day) in self.days else 0,
        )

    def follow(self, lines: Sequence[LineNow], current: Mapping[int, Conversion]) -> None:
        """What an order's conversions have now is gone for the orders behind it."""
        if not self.is_capped:
            return
        for now in lines:
            line = now.line.pk
            if (before := self.parts.pop(line, None)) is not None:
                self._add(before, -before.minor)
            if (conversion := current.get(line)) is not None:
                part = self.parts[line] = _part(conversion)
                self._add(part, part.minor)

    def _add(self, part: _Part, minor: int) -> None:
        self.people[part.participation_id] += minor
        self.days[part.participation_id, part.day] += minor
        if part.campaign_id in self.campaigns:
            self.campaigns[part.campaign_id] += minor


def _part(conversion: Conversion) -> _Part:
    return _Part(
        conversion.participation_id,
        conversion.campaign_id,
        clock.day_of(conversion.ordered_at),
        conversion.commission_minor,
    )


def _person(now: LineNow) -> int:
    return now.decision.participation_id or 0
