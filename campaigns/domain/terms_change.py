"""Whether a new version of terms takes something away. Pure. Source: design/domain.md section 2.

A rise reaches whoever takes part at once, a cut only after CUT_NOTICE. What can make even one
basket earn less is a cut, and so is what can make a sale count for somebody else, or later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.domain.commission_terms import (
    Bonus,
    Buyer,
    CommissionTerms,
    Rate,
    SkuRate,
)

CUT_NOTICE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class TermsFacts:
    """What of terms an influencer earns by."""

    commission: CommissionTerms
    window_days: int
    hold_days: int
    code_policy: str
    model: str
    paying_grades: str = "ABD"
    clawback_days: int | None = None


def is_cut(old: TermsFacts, new: TermsFacts) -> bool:
    """Whether any sale can bring an influencer less, or later, than before."""
    return (
        new.window_days < old.window_days
        or new.hold_days > old.hold_days
        or _days(new.clawback_days) > _days(old.clawback_days)
        or (new.code_policy, new.model) != (old.code_policy, old.model)
        or not set(new.paying_grades) >= set(old.paying_grades)
        or is_commission_cut(old.commission, new.commission)
    )


def _days(clawback_days: int | None) -> int:
    return clawback_days or 0


def is_commission_cut(old: CommissionTerms, new: CommissionTerms) -> bool:
    """Whether any basket, of any buyer and at any count of orders, can earn less.

    A percent against a sum is a cut either way: the one loses on large baskets, the other on
    small ones.
    """
    return (
        any(_is_lower_cap(*caps) for caps in _caps(old, new))
        or (old.is_base_with_vat and not new.is_base_with_vat)
        or (new.is_base_as_paid and not old.is_base_as_paid)
        or any(_is_lower_for(buyer, old, new) for buyer in Buyer)
        or _are_lower_tiers(old, new)
        or any(bonus_at(new.bonuses, each.orders) < each.amount_minor for each in old.bonuses)
    )


def bonus_at(bonuses: tuple[Bonus, ...], orders: int) -> int:
    """What so many approved orders of a month bring, tiyn: the highest bonus that they reach."""
    return max((each.amount_minor for each in bonuses if each.orders <= orders), default=0)


def _caps(old: CommissionTerms, new: CommissionTerms) -> tuple[tuple[int | None, int | None], ...]:
    return (
        (old.cap_minor, new.cap_minor),
        (old.cap_day_minor, new.cap_day_minor),
        (old.cap_influencer_minor, new.cap_influencer_minor),
        (old.cap_total_minor, new.cap_total_minor),
    )


def _is_lower_cap(old: int | None, new: int | None) -> bool:
    return new is not None and (old is None or new < old)


def _is_lower_for(buyer: Buyer, old: CommissionTerms, new: CommissionTerms) -> bool:
    (old_main, old_table), (new_main, new_table) = _rates(buyer, old), _rates(buyer, new)
    keys = old_table.keys() | new_table.keys()
    return _is_lower(old_main, new_main) or any(
        _is_lower(old_table.get(key, old_main), new_table.get(key, new_main)) for key in keys
    )


AnyRate = Rate | SkuRate


def _rates(buyer: Buyer, terms: CommissionTerms) -> tuple[Rate, Mapping[str, AnyRate]]:
    """What a buyer's goods earn before any tier, and which goods otherwise."""
    if terms.returning is None or terms.counts_as(buyer) is not Buyer.RETURNING:
        return terms.main, terms.table
    return terms.returning, {key: rate for key, rate in terms.table.items() if rate.is_excluded}


def _is_lower(old: AnyRate, new: AnyRate) -> bool:
    if not old.bps and not _sum_of(old):
        return False
    if old.bps:
        return new.bps < old.bps
    is_same_kind = isinstance(old, Rate) == isinstance(new, Rate)  # of an order, or of a piece
    return not is_same_kind or _sum_of(new) < _sum_of(old)


def _sum_of(rate: AnyRate) -> int:
    return rate.fixed_minor if isinstance(rate, Rate) else rate.piece_minor


def _are_lower_tiers(old: CommissionTerms, new: CommissionTerms) -> bool:
    """Also where only the way of paying them changes: earlier orders of the month would lose."""
    if not old.tiers:
        return False
    if not new.tiers:
        return any(_is_lower(each.rate, new.main) for each in old.tiers)
    if new.is_retroactive != old.is_retroactive:
        return True
    counts = {each.orders for each in (*old.tiers, *new.tiers)}
    return any(_is_lower(_rate_at(old, count), _rate_at(new, count)) for count in counts)


def _rate_at(terms: CommissionTerms, count: int) -> Rate:
    tier = terms.tier_at(count)
    return tier.rate if tier else terms.main


@dataclass(frozen=True, slots=True)
class Announced:
    """A version that reaches somebody later, and when."""

    facts: TermsFacts
    since: datetime


def reaches_at(
    now: datetime, in_force: TermsFacts, announced: Announced | None, new: TermsFacts
) -> tuple[datetime, bool]:
    """(from when a version that is made now reaches somebody, whether it is a cut for them).

    What takes nothing of what they have begins at once, and ends an announced cut before it
    began; what takes nothing of an announced cut takes its place and its day; a deeper one gets a
    notice of its own.
    """
    if not is_cut(in_force, new):
        return now, False
    if announced is not None and not is_cut(announced.facts, new):
        return announced.since, True
    return now + CUT_NOTICE, True
