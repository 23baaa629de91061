"""Fee and VAT, rounded over the whole campaign and not per order.

A thousand fees rounded one by one can miss what was reserved for them by hundreds of tiyn.
Rounding the running total and booking the difference cannot: the same formula made the reserve.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.bps import share_minor


def fee_due(cumulative_base_minor: int, rate_bps: int, booked_minor: int) -> int:
    """What is still to be booked so that a campaign's total is right: the rounded share of the
    running base, less what was booked before. Negative after a return. Tiyn.

    Each step has a running base of its own: the fee at accrual is on everything accrued, the fee
    at approval on everything approved, the VAT on every final fee. So each reaches its exact
    total when the campaign ends, and no step takes more than the one before it has set aside.
    """
    return share_minor(cumulative_base_minor, rate_bps) - booked_minor


@dataclass(frozen=True, slots=True)
class Reserve:
    """What a campaign's budget takes out of the brand's free balance."""

    budget_minor: int = 0
    fee_minor: int = 0
    vat_minor: int = 0

    @property
    def total_minor(self) -> int:
        return self.budget_minor + self.fee_minor + self.vat_minor

    def __add__(self, other: Reserve) -> Reserve:
        return Reserve(
            self.budget_minor + other.budget_minor,
            self.fee_minor + other.fee_minor,
            self.vat_minor + other.vat_minor,
        )

    def __sub__(self, other: Reserve) -> Reserve:
        return Reserve(
            self.budget_minor - other.budget_minor,
            self.fee_minor - other.fee_minor,
            self.vat_minor - other.vat_minor,
        )


def reserve_for(
    budget_minor: int, *, fee_bps: int, vat_bps: int, earlier: Reserve | None = None
) -> Reserve:
    """The reserve for `budget_minor` more budget: fee on it, and VAT on the fee.

    `earlier` is the sum of the campaign's reserves so far: a top-up continues their rounding.
    """
    assert budget_minor > 0, budget_minor
    before = earlier or Reserve()
    fee = fee_due(before.budget_minor + budget_minor, fee_bps, before.fee_minor)
    vat = fee_due(before.fee_minor + fee, vat_bps, before.vat_minor)
    return Reserve(budget_minor, fee, vat)
