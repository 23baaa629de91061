"""What a brand offers, as its form gives it: plain values that rules can judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from campaigns.domain.commission import COMMISSION_BPS_MAX, CommissionTerms, sku_key
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

    @property
    def commission(self) -> CommissionTerms:
        """How much an order earns; of an offer whose reward has no fault."""
        table = {sku_key(row.sku): row.rate for row in self.sku_rows}
        return CommissionTerms(self.commission_bps, self.fixed_minor, self.cap_minor, table)


class RewardFault(StrEnum):
    """What contradicts itself in a reward."""

    NOTHING = "nothing"  # nobody would earn anything
    OVER_90 = "over_90"
    BOTH = "both"  # a percent and a fixed sum
    FIXED_OVER_BASKET = "fixed_over_basket"  # more than 90 % of a typical order
    SKU_TWICE = "sku_twice"
    CAP_EMPTY = "cap_empty"
    CAP_UNDER_FIXED = "cap_under_fixed"


def reward_faults(offer: Offer) -> dict[str, RewardFault]:
    """{field: what is wrong with it} of commission, fixed, cap and sku_table."""
    checks = (
        ("commission", RewardFault.OVER_90, not 0 <= offer.commission_bps <= COMMISSION_BPS_MAX),
        ("commission", RewardFault.NOTHING, not _pays(offer)),
        ("commission", RewardFault.BOTH, bool(offer.commission_bps and offer.fixed_minor)),
        ("fixed", RewardFault.FIXED_OVER_BASKET, offer.fixed_minor > _fixed_max(offer)),
        ("cap", RewardFault.CAP_EMPTY, offer.cap_minor is not None and offer.cap_minor <= 0),
        ("cap", RewardFault.CAP_UNDER_FIXED, 0 < (offer.cap_minor or 0) < offer.fixed_minor),
        ("sku_table", RewardFault.SKU_TWICE, _is_any_twice(offer.sku_rows)),
    )
    found: dict[str, RewardFault] = {}
    for field, fault, is_broken in checks:
        if is_broken:
            found.setdefault(field, fault)
    return found


def _pays(offer: Offer) -> bool:
    is_any_own = any(not row.rate.is_excluded for row in offer.sku_rows)
    return offer.commission_bps != 0 or offer.fixed_minor > 0 or is_any_own


def _fixed_max(offer: Offer) -> int:
    return share_minor(max(0, offer.typical_basket_minor), COMMISSION_BPS_MAX)


def _is_any_twice(rows: Sequence[SkuRow]) -> bool:
    return len({sku_key(row.sku) for row in rows}) < len(rows)
