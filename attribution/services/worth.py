"""What the lines of an order earn at one moment. A fixed reward and a cap are the order's, so its
lines are worked out together; what is approved stands, and the others share what it leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from attribution.domain.lifecycle import PROMISED, ReasonCode, Status
from attribution.domain.rates import tenge_minor
from attribution.models import Conversion
from attribution.selectors.evidence import Evidence
from attribution.services.standings import Asking, Standings
from attribution.services.work import LineNow
from campaigns.domain.commission import (
    CommissionTerms,
    LineGoods,
    LineReward,
    MonthState,
    base_minor,
    commission_compute,
)
from campaigns.models import Terms


@dataclass(frozen=True, slots=True)
class Earned:
    """What a conversion is worth at one moment, tiyn, and the arithmetic of it as it is stored.
    `terms` is the version that pays; `reason_code` says why it is less than its rate, or nothing.
    `buyer` and `approved_before` were found out for it, and stay with the conversion."""

    base_minor: int
    commission_minor: int
    breakdown: list[dict[str, Any]] = field(default_factory=list)
    terms: Terms | None = None
    reason_code: int | None = None
    buyer: str = ""
    approved_before: int | None = None


NOTHING_EARNED = Earned(0, 0)


class Worths:
    """Of the orders of a batch, one after another. The campaigns' totals are locked: what their
    influencers have earned so far changes here alone."""

    def __init__(
        self,
        evidence: Evidence,
        orders: Sequence[Sequence[LineNow]],
        current: Mapping[int, Conversion],
    ) -> None:
        """`current` are the living conversions by line. Queries only for what some terms ask."""
        self._evidence = evidence
        self._known: dict[int, Terms] = {}
        self._commissions: dict[int, CommissionTerms] = {}
        self._kept_load(current)
        self._standings = Standings()
        if asking := self._paying(orders, current):
            self._standings.load(asking, current)

    def terms_of(self, now: LineNow, conversion: Conversion | None) -> Terms | None:
        """The version that pays for a line now; None for nobody's. A conversion stays under its
        own, whatever else is found to speak for the same influencer."""
        who = now.decision.participation_id
        if who is None:
            return None
        if conversion is not None and conversion.participation_id == who:
            return self._known[conversion.terms_id]
        terms = self._evidence.terms_deciding(now.decision, now.placed_at)
        return self._known.setdefault(terms.pk, terms)

    def of_order(
        self, lines: Sequence[LineNow], current: Mapping[int, Conversion]
    ) -> dict[int, Earned]:
        """{line: what it earns}, of the lines that are somebody's and not approved yet."""
        shares: dict[int, list[tuple[LineNow, LineGoods]]] = defaultdict(list)
        paying: dict[int, Terms] = {}
        for now in sorted(lines, key=lambda each: each.line.pk):
            conversion = current.get(now.line.pk)
            if conversion is not None and Status(conversion.status) in PROMISED:
                goods = _goods(now, conversion.participation_id, conversion.commission_minor)
                shares[conversion.terms_id].append((now, goods))
            elif (terms := self.terms_of(now, conversion)) is not None:
                goods = _goods(now, now.decision.participation_id or 0)
                shares[terms.pk].append((now, goods))
                paying[terms.pk] = terms
        found: dict[int, Earned] = {}
        for terms_id, terms in paying.items():
            commission = self._commission(terms)
            state = self._standings.of_order(commission, terms.campaign_id, lines, current)
            goods_of = [each for _now, each in shares[terms_id]]
            rewards = commission_compute(goods_of, commission, state).lines
            for (now, each), reward in zip(shares[terms_id], rewards, strict=True):
                found[now.line.pk] = _earned(each, reward, terms, commission, state)
        return found

    def follow(self, lines: Sequence[LineNow], current: Mapping[int, Conversion]) -> None:
        """The order's conversions have moved: the next order sees what is left of the caps."""
        self._standings.follow(lines, current)

    def _commission(self, terms: Terms) -> CommissionTerms:
        if terms.pk not in self._commissions:
            self._commissions[terms.pk] = terms.commission
        return self._commissions[terms.pk]

    def _kept_load(self, current: Mapping[int, Conversion]) -> None:
        """The versions under which conversions were made; most are in force still."""
        for person in self._evidence.participations.values():
            self._known[person.terms_id] = person.terms
        for rows in self._evidence.later.values():
            self._known |= {row.terms_id: row.terms for row in rows}
        missing = {each.terms_id for each in current.values()} - self._known.keys()
        if missing:
            self._known |= Terms.objects.in_bulk(missing)

    def _paying(
        self, orders: Sequence[Sequence[LineNow]], current: Mapping[int, Conversion]
    ) -> list[Asking]:
        """Lines with the terms that pay for them, where those ask for more than the order says."""
        found: list[Asking] = []
        if not any(self._commission(terms).is_asking for terms in self._known.values()):
            return found
        for lines in orders:
            for now in lines:
                terms = self.terms_of(now, current.get(now.line.pk))
                if terms is not None and (asking := self._commission(terms)).is_asking:
                    found.append(Asking(now, asking, terms.campaign_id))
        return found


def _goods(now: LineNow, person: int, settled_minor: int | None = None) -> LineGoods:
    """In tenge."""
    sold = now.amount_minor
    kept = base_minor(amount_minor=sold, returned_minor=now.returned_minor)
    market = now.market_minor
    if now.rate is not None:
        sold, kept, market = (
            tenge_minor(each, now.currency, now.rate) for each in (sold, kept, market)
        )
    return LineGoods(now.sku, now.quantity, sold, kept, settled_minor, market, person)


def kept_base_minor(now: LineNow) -> int:
    """What of a line the buyer keeps, in tenge."""
    return _goods(now, 0).base_minor


def _earned(
    goods: LineGoods,
    reward: LineReward,
    terms: Terms,
    commission: CommissionTerms,
    state: MonthState,
) -> Earned:
    steps = [step.plain() for step in reward.steps]
    if not commission.is_asking:
        return Earned(goods.base_minor, reward.commission_minor, steps, terms)
    reason = ReasonCode.CAP_EXCEEDED if reward.is_cut_by_cap else None
    return Earned(
        goods.base_minor,
        reward.commission_minor,
        steps,
        terms,
        reason_code=ReasonCode.NOT_NEW if reward.is_not_new else reason,
        buyer=state.buyer if commission.returning is not None else "",
        approved_before=(
            state.of(goods.person).approved_orders if commission.is_counting else None
        ),
    )
