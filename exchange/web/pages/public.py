"""Public pages (templates/public/)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from core.bps import share_minor
from exchange.web.pages.portal import CampaignCard
from exchange.web.words import STATUSES


@dataclass(frozen=True, slots=True)
class Landing:
    """`cards` are live public campaigns, at most three; none hides the section. Without a VAT rate
    for today there is no example."""

    fee_bps: int
    vat_bps: int | None
    cards: list[CampaignCard] = field(default_factory=list)

    @property
    def example(self) -> CostExample | None:
        if self.vat_bps is None:
            return None
        return cost_example(1_790_000, 700, self.fee_bps, self.vat_bps)


@dataclass(frozen=True, slots=True)
class CostExample:
    """What one sale costs a brand, worked through."""

    basket_minor: int
    rate_bps: int
    reward_minor: int
    fee_bps: int
    fee_minor: int
    vat_bps: int
    vat_minor: int

    @property
    def total_minor(self) -> int:
        return self.reward_minor + self.fee_minor + self.vat_minor


def cost_example(basket_minor: int, rate_bps: int, fee_bps: int, vat_bps: int) -> CostExample:
    """Reward of a basket, our fee on it, VAT on the fee."""
    reward = share_minor(basket_minor, rate_bps)
    fee = share_minor(reward, fee_bps)
    return CostExample(
        basket_minor, rate_bps, reward, fee_bps, fee, vat_bps, share_minor(fee, vat_bps)
    )


@dataclass(frozen=True, slots=True)
class ProofDayRow:
    """A published day: how many records, and the hash above them. `day` as it is signed."""

    day: date
    records: int
    root: str

    @property
    def root_short(self) -> str:
        return f"{self.root[:4]} {self.root[4:8]} … {self.root[-4:]}"


@dataclass(frozen=True, slots=True)
class Proofs:
    """The newest days first; `keys` may sign, the one of today first."""

    rows: list[ProofDayRow]
    days_total: int
    keys: list[str]
    statuses: tuple[str, ...] = tuple(STATUSES["sale"])
