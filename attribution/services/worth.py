"""What the lines of an order earn at one moment. A fixed reward and a cap are the order's, so its
lines are worked out together; what is approved stands, and the others share what it leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from attribution.domain.lifecycle import PROMISED, Status
from attribution.domain.rates import tenge_minor
from attribution.models import Conversion
from attribution.services.work import LineNow
from campaigns.domain.commission import (
    CommissionTerms,
    LineGoods,
    LineReward,
    base_minor,
    commission_compute,
)
from campaigns.models import Participation, Terms


@dataclass(frozen=True, slots=True)
class Earned:
    """What a conversion is worth at one moment, tiyn, and the arithmetic of it as it is stored."""

    base_minor: int
    commission_minor: int
    breakdown: list[dict[str, Any]] = field(default_factory=list)


NOTHING_EARNED = Earned(0, 0)


class Worths:
    """By whoever takes part in the campaigns of a batch. Terms are read once each."""

    def __init__(self, people: Mapping[int, Participation]) -> None:
        self._people = people
        self._terms: dict[int, CommissionTerms] = {}

    def of_order(
        self, lines: Sequence[LineNow], current: Mapping[int, Conversion]
    ) -> dict[int, Earned]:
        """{line: what it earns}, of the lines that are somebody's and not approved yet. `current`
        are the living conversions by line."""
        shares: dict[int, list[tuple[LineNow, LineGoods]]] = defaultdict(list)
        paying: dict[int, Terms] = {}
        for now in sorted(lines, key=lambda each: each.line.pk):
            conversion = current.get(now.line.pk)
            if conversion is not None and Status(conversion.status) in PROMISED:
                settled = conversion.commission_minor
                shares[conversion.terms_id].append((now, _goods(now, settled)))
            elif (someone := self._people.get(now.decision.participation_id or 0)) is not None:
                shares[someone.terms_id].append((now, _goods(now)))
                paying[someone.terms_id] = someone.terms
        found: dict[int, Earned] = {}
        for terms_id, terms in paying.items():
            goods = [each for _now, each in shares[terms_id]]
            rewards = commission_compute(goods, self._commission(terms)).lines
            for (now, each), reward in zip(shares[terms_id], rewards, strict=True):
                found[now.line.pk] = _earned(each, reward)
        return found

    def _commission(self, terms: Terms) -> CommissionTerms:
        if terms.pk not in self._terms:
            self._terms[terms.pk] = terms.commission
        return self._terms[terms.pk]


def _goods(now: LineNow, settled_minor: int | None = None) -> LineGoods:
    """In tenge."""
    sold = now.amount_minor
    kept = base_minor(amount_minor=sold, returned_minor=now.returned_minor)
    if now.rate is not None:
        sold, kept = (tenge_minor(each, now.currency, now.rate) for each in (sold, kept))
    return LineGoods(now.sku, now.quantity, sold, kept, settled_minor)


def kept_base_minor(now: LineNow) -> int:
    """What of a line the buyer keeps, in tenge."""
    return _goods(now).base_minor


def _earned(goods: LineGoods, reward: LineReward) -> Earned:
    steps = [step.plain() for step in reward.steps]
    return Earned(goods.base_minor, reward.commission_minor, steps)
