"""What a finished month of one influencer brings beyond its orders: the top-up of retroactive tiers
and the bonus. Pure, and of a set of orders: in which sequence they came or were approved is nowhere
asked. See docs/adr/0019-terms.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.domain.commission_terms import Buyer, CommissionTerms, Rate
from campaigns.domain.reward_steps import WIDE_CAPS, Step, StepKind
from campaigns.domain.terms_change import bonus_at
from core.bps import round_half_up, share_minor

CAPS = WIDE_CAPS | {StepKind.CAP}


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """An approved line of the month: its order, the version that pays for it, what it earned and
    how. Tiyn."""

    order: int
    terms: int
    commission_minor: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class PeriodOutcome:
    """`orders` are those that earned something; `earned_minor` is what they earned, `amount_minor`
    what the month adds. `parts` is the arithmetic, as it is stored."""

    orders: int
    earned_minor: int
    amount_minor: int
    parts: tuple[dict[str, Any], ...] = ()


def orders_counted(lines: Sequence[PeriodLine]) -> int:
    """Orders that count for tiers and bonuses: with a reward of more than nothing."""
    return len({line.order for line in lines if line.commission_minor > 0})


def tier_top_up(lines: Sequence[PeriodLine], terms: Mapping[int, CommissionTerms]) -> PeriodOutcome:
    """The difference to what the orders would have earned by the tier that their month reached,
    each under its own version. An order that a limit beyond its own cut gets none."""
    count = orders_counted(lines)
    orders: dict[tuple[int, int], list[PeriodLine]] = defaultdict(list)
    for line in lines:
        orders[line.terms, line.order].append(line)
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])  # {version: [earned, would]}
    for (version, _order), of_order in orders.items():
        earned = sum(line.commission_minor for line in of_order)
        sums[version][0] += earned
        sums[version][1] += max(earned, _would_earn(of_order, terms[version], count))
    parts = tuple(
        {
            "terms": version,
            "tier": tier.orders,
            "bps": tier.rate.bps,
            "minor": tier.rate.fixed_minor,
            "earned_minor": earned,
            "would_minor": would,
        }
        for version, (earned, would) in sorted(sums.items())
        if terms[version].is_retroactive and (tier := terms[version].tier_at(count)) is not None
    )
    earned_minor = sum(earned for earned, _would in sums.values())
    would_minor = sum(would for _earned, would in sums.values())
    return PeriodOutcome(count, earned_minor, would_minor - earned_minor, parts)


def _would_earn(lines: Sequence[PeriodLine], terms: CommissionTerms, count: int) -> int:
    tier = terms.tier_at(count) if terms.is_retroactive else None
    is_cut = any(step.kind in WIDE_CAPS for line in lines for step in line.steps)
    if tier is None or is_cut:
        return 0
    of_sum = whole = 0
    for line in lines:
        own = _own(line)
        if own is not None and own.kind is StepKind.FIXED and _is_tiered(own, terms):
            of_sum += own.result_minor
        else:
            whole += _line_at(line, terms, tier.rate)
    if of_sum:  # together: the parts of an order's sum are rounded, the sum is not
        whole += round_half_up(of_sum * tier.rate.fixed_minor, terms.fixed_minor)
    return whole if terms.cap_minor is None else min(whole, terms.cap_minor)


def _own(line: PeriodLine) -> Step | None:
    """What a line earned before any cap."""
    own = [step for step in line.steps if step.kind not in CAPS]
    return own[-1] if own else None


def _is_tiered(step: Step, terms: CommissionTerms) -> bool:
    """Whether it was worked out by the main rate, which a tier takes the place of."""
    if step.kind not in (StepKind.PERCENT, StepKind.FIXED):
        return False
    if terms.returning is None:
        return True
    return terms.counts_as(Buyer(step.buyer or Buyer.UNKNOWN)) is not Buyer.RETURNING


def _line_at(line: PeriodLine, terms: CommissionTerms, rate: Rate) -> int:
    """What a line earns by the tier's percent, or by its own rate."""
    own = _own(line)
    if own is None:
        return line.commission_minor
    is_tiered = _is_tiered(own, terms) and own.kind is StepKind.PERCENT
    return share_minor(own.base_minor, rate.bps) if is_tiered else own.result_minor


def month_bonus(lines: Sequence[PeriodLine], terms: Mapping[int, CommissionTerms]) -> PeriodOutcome:
    """The highest bonus that the month's orders reach, under the best of their versions."""
    count = orders_counted(lines)
    earned = sum(line.commission_minor for line in lines)
    best = max((bonus_at(each.bonuses, count) for each in terms.values()), default=0)
    steps = [
        {"orders": each.orders, "minor": each.amount_minor}
        for terms_ in terms.values()
        for each in terms_.bonuses
        if each.orders <= count and each.amount_minor == best
    ]
    return PeriodOutcome(count, earned, best, tuple(steps[:1]))
