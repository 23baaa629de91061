"""How much orders earn, as a campaign's terms say it. Source: design/domain.md section 3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

COMMISSION_BPS_MAX = 9_000


class Buyer(StrEnum):
    """Whether the shop has sold to a buyer before."""

    NEW = "new"
    RETURNING = "returning"
    UNKNOWN = "unknown"  # the order names no phone and no e-mail, and the shop does not say


@dataclass(frozen=True, slots=True)
class SkuRate:
    """What one product earns: a percent of its base, or tiyn for each piece. Neither: it is
    excluded and earns nothing."""

    bps: int = 0
    piece_minor: int = 0

    def __post_init__(self) -> None:
        assert self.bps >= 0 <= self.piece_minor, self
        assert not (self.bps and self.piece_minor), self

    @property
    def is_excluded(self) -> bool:
        return not self.bps and not self.piece_minor


@dataclass(frozen=True, slots=True)
class Rate:
    """What an order earns: a percent of its base, or tiyn for the order. Neither: nothing."""

    bps: int = 0
    fixed_minor: int = 0

    def __post_init__(self) -> None:
        assert self.bps >= 0 <= self.fixed_minor, self
        assert not (self.bps and self.fixed_minor), self

    @property
    def is_nothing(self) -> bool:
        return not self.bps and not self.fixed_minor


@dataclass(frozen=True, slots=True)
class Tier:
    """From so many approved orders of a month on, an order earns this."""

    orders: int
    rate: Rate


@dataclass(frozen=True, slots=True)
class Bonus:
    """A sum for so many approved orders of a month; the highest that is reached counts alone."""

    orders: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CommissionTerms:
    """How much an order earns. `percent_bps` of the base or `fixed_minor` for the order, never
    both, for goods that `table` does not name (by `sku_key`); `cap_minor` is the order's most.

    `returning` is what an order of a buyer whom the brand has sold to before earns instead, also
    for products of the table (what is excluded stays so); None: as any other. A buyer of whom
    nobody can tell counts as new, or as returning (`is_unknown_new`).

    The base is with VAT or without it, and before a marketplace's own discount or after it.
    `tiers` rise; they take the place of the percent or the fixed sum, at once from an order's
    making on (progressive), or for all orders of a month by a top-up when it is over
    (`is_retroactive`). The other caps are the most that one influencer earns in the campaign, for
    the orders of one day, and that all of them earn.
    """

    percent_bps: int = 0
    fixed_minor: int = 0
    cap_minor: int | None = None
    table: Mapping[str, SkuRate] = field(default_factory=dict)
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

    def __post_init__(self) -> None:
        assert self.percent_bps >= 0 <= self.fixed_minor, self
        assert not (self.percent_bps and self.fixed_minor), self

    def rate_of(self, sku: str) -> SkuRate | None:
        """The product's own rate; None where it earns as any other."""
        return self.table.get(sku_key(sku)) if self.table else None

    @property
    def main(self) -> Rate:
        """What goods earn that have no rate of their own."""
        return Rate(self.percent_bps, self.fixed_minor)

    @property
    def is_any_fixed(self) -> bool:
        """Whether an order may earn a sum that its lines share."""
        if self.fixed_minor:
            return True
        return self.returning is not None and self.returning.fixed_minor > 0

    @property
    def is_counting(self) -> bool:
        """Whether an order's rate depends on how many were approved before it."""
        return bool(self.tiers) and not self.is_retroactive

    @property
    def is_capped_beyond_orders(self) -> bool:
        caps = (self.cap_influencer_minor, self.cap_day_minor, self.cap_total_minor)
        return any(cap is not None for cap in caps)

    @property
    def is_asking(self) -> bool:
        """Whether more must be known than the order itself says."""
        return (
            self.returning is not None
            or not self.is_base_with_vat
            or self.is_counting
            or self.is_capped_beyond_orders
        )

    def tier_at(self, approved_orders: int) -> Tier | None:
        """The highest that so many approved orders reach."""
        reached = [tier for tier in self.tiers if tier.orders <= approved_orders]
        return reached[-1] if reached else None

    def counts_as(self, buyer: Buyer) -> Buyer:
        """New or returning, as these terms take a buyer."""
        if buyer is not Buyer.UNKNOWN:
            return buyer
        return Buyer.NEW if self.is_unknown_new else Buyer.RETURNING


def sku_key(text: str) -> str:
    """By what a table and an order's line are compared: shops differ in case and blanks."""
    return text.strip().casefold()
