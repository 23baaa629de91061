"""What a brand offers, as its form gives it: plain values that rules can judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from campaigns.domain.commission_terms import (
    COMMISSION_BPS_MAX,
    Bonus,
    CommissionTerms,
    Rate,
    Tier,
    sku_key,
)
from campaigns.domain.eligibility import ANYBODY, JoinRules
from campaigns.domain.sku_table import SkuRow
from core.bps import share_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A campaign with its terms. Amounts in tiyn; `ends_on` is the last day in Kazakhstan.

    `extra_hosts` are hosts on which influencers may choose products, beside the destination's.
    """

    title: str
    destination_url: str
    budget_minor: int
    typical_basket_minor: int
    commission_bps: int = 0
    fixed_minor: int = 0
    cap_minor: int | None = None
    sku_rows: tuple[SkuRow, ...] = ()
    returning: Rate | None = None
    is_unknown_new: bool = True
    is_base_with_vat: bool = True
    is_base_as_paid: bool = False
    cap_influencer_minor: int | None = None
    cap_day_minor: int | None = None
    cap_total_minor: int | None = None
    tiers: tuple[Tier, ...] = ()
    is_retroactive: bool = False
    bonuses: tuple[Bonus, ...] = ()
    places: tuple[str, ...] = ()
    about: str = ""
    fallback_url: str = ""
    extra_hosts: tuple[str, ...] = ()
    access: str = "public"
    window_days: int = 30
    hold_days: int = 21
    clawback_days: int | None = None
    code_policy: str = "code_wins"
    model: str = "last_click"
    ends_on: date | None = None
    rules: JoinRules = ANYBODY
    category: str = ""  # short name of the list; nothing said is "other"

    @property
    def commission(self) -> CommissionTerms:
        """How much an order earns; of an offer whose reward has no fault."""
        table = {sku_key(row.sku): row.rate for row in self.sku_rows}
        return CommissionTerms(
            percent_bps=self.commission_bps,
            fixed_minor=self.fixed_minor,
            cap_minor=self.cap_minor,
            table=table,
            returning=self.returning,
            is_unknown_new=self.is_unknown_new,
            is_base_with_vat=self.is_base_with_vat,
            is_base_as_paid=self.is_base_as_paid,
            cap_influencer_minor=self.cap_influencer_minor,
            cap_day_minor=self.cap_day_minor,
            cap_total_minor=self.cap_total_minor,
            tiers=self.tiers,
            is_retroactive=self.is_retroactive,
            bonuses=self.bonuses,
        )


class RewardFault(StrEnum):
    """What contradicts itself in a reward."""

    NOTHING = "nothing"  # nobody would earn anything
    OVER_90 = "over_90"
    BOTH = "both"  # a percent and a fixed sum
    FIXED_OVER_BASKET = "fixed_over_basket"  # more than 90 % of a typical order
    SKU_TWICE = "sku_twice"
    CAP_EMPTY = "cap_empty"
    CAP_UNDER_FIXED = "cap_under_fixed"
    DAY_UNDER_ORDER = "day_under_order"  # a cap lower than one that is narrower
    INFLUENCER_UNDER_DAY = "influencer_under_day"
    TOTAL_UNDER_INFLUENCER = "total_under_influencer"
    TIERS_NOT_RISING = "tiers_not_rising"  # they overlap, or a later one brings less
    TIERS_UNDER_MAIN = "tiers_under_main"
    TIERS_OF_OTHER_KIND = "tiers_of_other_kind"  # a percent for a fixed sum, or the opposite
    BONUSES_NOT_RISING = "bonuses_not_rising"
    BONUS_OVER_CAP = "bonus_over_cap"  # of an influencer, or of all
    BONUS_OVER_BUDGET = "bonus_over_budget"


def reward_faults(offer: Offer) -> dict[str, RewardFault]:
    """{field: what is wrong with it} of commission, fixed, cap, sku_table, returning, cap_day,
    cap_influencer, cap_total, tiers and bonuses."""
    checks = (
        *_rate_checks(offer),
        *_cap_checks(offer),
        *_tier_checks(offer),
        *_bonus_checks(offer),
    )
    found: dict[str, RewardFault] = {}
    for field, fault, is_broken in checks:
        if is_broken:
            found.setdefault(field, fault)
    return found


Check = tuple[str, RewardFault, bool]


def _rate_checks(offer: Offer) -> tuple[Check, ...]:
    returning = offer.returning or Rate()
    return (
        ("commission", RewardFault.OVER_90, not 0 <= offer.commission_bps <= COMMISSION_BPS_MAX),
        ("commission", RewardFault.NOTHING, not _pays(offer)),
        ("commission", RewardFault.BOTH, bool(offer.commission_bps and offer.fixed_minor)),
        ("fixed", RewardFault.FIXED_OVER_BASKET, offer.fixed_minor > _fixed_max(offer)),
        ("sku_table", RewardFault.SKU_TWICE, _is_any_twice(offer.sku_rows)),
        ("returning", RewardFault.OVER_90, returning.bps > COMMISSION_BPS_MAX),
        ("returning", RewardFault.FIXED_OVER_BASKET, returning.fixed_minor > _fixed_max(offer)),
    )


def _cap_checks(offer: Offer) -> tuple[Check, ...]:
    """Each cap must leave room for what is narrower."""
    sums = [offer.fixed_minor, (offer.returning or Rate()).fixed_minor]
    widest = max(sums + [tier.rate.fixed_minor for tier in offer.tiers])
    checks: list[Check] = []
    for field, cap, fault in (
        ("cap", offer.cap_minor, RewardFault.CAP_UNDER_FIXED),
        ("cap_day", offer.cap_day_minor, RewardFault.DAY_UNDER_ORDER),
        ("cap_influencer", offer.cap_influencer_minor, RewardFault.INFLUENCER_UNDER_DAY),
        ("cap_total", offer.cap_total_minor, RewardFault.TOTAL_UNDER_INFLUENCER),
    ):
        if cap is not None:
            checks += [(field, RewardFault.CAP_EMPTY, cap <= 0), (field, fault, 0 < cap < widest)]
            widest = max(widest, cap)
    return tuple(checks)


def _tier_checks(offer: Offer) -> tuple[Check, ...]:
    tiers = offer.tiers
    is_fixed = offer.fixed_minor > 0
    is_foreign = any((each.rate.fixed_minor > 0) != is_fixed for each in tiers)
    main = offer.fixed_minor or offer.commission_bps
    steps = [each.rate.fixed_minor or each.rate.bps for each in tiers]
    orders = [each.orders for each in tiers]
    return (
        ("tiers", RewardFault.TIERS_OF_OTHER_KIND, is_foreign),
        ("tiers", RewardFault.TIERS_NOT_RISING, not (_is_rising(orders) and _is_rising(steps))),
        ("tiers", RewardFault.TIERS_UNDER_MAIN, bool(steps) and (main == 0 or steps[0] <= main)),
        ("tiers", RewardFault.OVER_90, any(each.rate.bps > COMMISSION_BPS_MAX for each in tiers)),
        (
            "tiers",
            RewardFault.FIXED_OVER_BASKET,
            any(each.rate.fixed_minor > _fixed_max(offer) for each in tiers),
        ),
    )


def _bonus_checks(offer: Offer) -> tuple[Check, ...]:
    amounts = [each.amount_minor for each in offer.bonuses]
    orders = [each.orders for each in offer.bonuses]
    is_broken = not (_is_rising(orders) and _is_rising(amounts))
    highest = max(amounts, default=0)
    caps = [cap for cap in (offer.cap_influencer_minor, offer.cap_total_minor) if cap]
    return (
        ("bonuses", RewardFault.BONUSES_NOT_RISING, is_broken),
        ("bonuses", RewardFault.BONUS_OVER_CAP, any(highest > cap for cap in caps)),
        ("bonuses", RewardFault.BONUS_OVER_BUDGET, highest > max(0, offer.budget_minor)),
    )


def _is_rising(numbers: Sequence[int]) -> bool:
    """From something on, each more than the one before."""
    return all(before < after for before, after in pairwise([0, *numbers]))


def _pays(offer: Offer) -> bool:
    is_any_own = any(not row.rate.is_excluded for row in offer.sku_rows)
    return offer.commission_bps != 0 or offer.fixed_minor > 0 or is_any_own


def _fixed_max(offer: Offer) -> int:
    return share_minor(max(0, offer.typical_basket_minor), COMMISSION_BPS_MAX)


def _is_any_twice(rows: Sequence[SkuRow]) -> bool:
    return len({sku_key(row.sku) for row in rows}) < len(rows)
