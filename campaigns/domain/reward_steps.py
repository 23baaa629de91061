"""The arithmetic of a reward, as it is stored with a conversion and shown to both sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any


class StepKind(StrEnum):
    AS_PAID = "as_paid"  # result = base x (of - amount : of), amount is the marketplace's discount
    WITHOUT_VAT = "without_vat"  # result = base less the VAT inside it, of the rate
    PERCENT = "percent"  # result = base x rate
    SKU_PERCENT = "sku_percent"  # the same by the product's own rate
    SKU_FIXED = "sku_fixed"  # result = amount x quantity x (base : of, the goods sold)
    EXCLUDED = "excluded"  # result = 0
    NOT_NEW = "not_new"  # result = 0, of a buyer who is not new
    FIXED = "fixed"  # the order's amount x (base : of, the base of all its lines that share it)
    CAP = "cap"  # the order's amount x (base : of, what its lines would earn without the cap)
    CAP_DAY = "cap_day"  # the same of an influencer's day,
    CAP_INFLUENCER = "cap_influencer"  # of an influencer in the campaign,
    CAP_TOTAL = "cap_total"  # and of the campaign


BASE_STEPS = frozenset({StepKind.AS_PAID, StepKind.WITHOUT_VAT})
# Beyond the order: what they cut is reason 17
WIDE_CAPS = frozenset({StepKind.CAP_DAY, StepKind.CAP_INFLUENCER, StepKind.CAP_TOTAL})


class Rounding(StrEnum):
    HALF_UP = "half_up"
    LARGEST_REMAINDER = "largest_remainder"  # core.money.allocate


@dataclass(frozen=True, slots=True)
class Step:
    """One calculation. Amounts in tiyn; None is what its kind has not. `settled_minor` is the part
    of an amount that stands for other lines and orders already, and is not shared any more.

    `buyer` is who the buyer was found to be, where the rate depends on it; `orders` how many were
    approved before, where a tier's rate was taken.
    """

    kind: StepKind
    base_minor: int
    result_minor: int
    rate_bps: int | None = None
    amount_minor: int | None = None
    quantity: int | None = None
    of_minor: int | None = None
    settled_minor: int | None = None
    buyer: str | None = None
    orders: int | None = None
    rounding: Rounding = Rounding.HALF_UP

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        said = {name: getattr(self, name) for name in _NAMES}
        return {name: value for name, value in said.items() if value is not None}

    @classmethod
    def of_plain(cls, said: Mapping[str, Any]) -> Step:
        given = {**said, "kind": StepKind(said["kind"]), "rounding": Rounding(said["rounding"])}
        return cls(**given)


_NAMES = tuple(each.name for each in fields(Step))
