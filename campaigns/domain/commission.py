"""What the lines of an order earn, with the arithmetic as data. Source: design/domain.md section 3.

An order's lines are worked out together, because a fixed reward and a cap are the order's: they are
split over its lines by `core.money.allocate`, so that the parts sum to the whole and a tiyn that
rounding leaves over goes to a line that is named by a rule (who lost most by rounding; of equals
the earlier line). See docs/adr/0018-reward-of-an-order.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from core.bps import round_half_up, share_minor
from core.money import allocate

COMMISSION_BPS_MAX = 9_000


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
class CommissionTerms:
    """How much an order earns. `percent_bps` of the base or `fixed_minor` for the order, never
    both, for goods that `table` does not name (by `sku_key`); `cap_minor` is the order's most."""

    percent_bps: int = 0
    fixed_minor: int = 0
    cap_minor: int | None = None
    table: Mapping[str, SkuRate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.percent_bps >= 0 <= self.fixed_minor, self
        assert not (self.percent_bps and self.fixed_minor), self

    def rate_of(self, sku: str) -> SkuRate | None:
        """The product's own rate; None where it earns as any other."""
        return self.table.get(sku_key(sku)) if self.table else None


def sku_key(text: str) -> str:
    """By what a table and an order's line are compared: shops differ in case and blanks."""
    return text.strip().casefold()


@dataclass(frozen=True, slots=True)
class LineGoods:
    """A line of an order as its reward sees it. `amount_minor` is what was sold, `base_minor` what
    of it was kept, tiyn. `settled_minor` is a reward that stands already, whatever comes."""

    sku: str
    quantity: int
    amount_minor: int
    base_minor: int
    settled_minor: int | None = None


class StepKind(StrEnum):
    PERCENT = "percent"  # result = base x rate
    SKU_PERCENT = "sku_percent"  # the same by the product's own rate
    SKU_FIXED = "sku_fixed"  # result = amount x quantity x (base : of, the goods sold)
    EXCLUDED = "excluded"  # result = 0
    FIXED = "fixed"  # the order's amount x (base : of, the base of all its lines that share it)
    CAP = "cap"  # the order's amount x (base : of, what its lines would earn without the cap)


class Rounding(StrEnum):
    HALF_UP = "half_up"
    LARGEST_REMAINDER = "largest_remainder"  # core.money.allocate


@dataclass(frozen=True, slots=True)
class Step:
    """One calculation. Amounts in tiyn; None is what its kind has not. `settled_minor` is the part
    of an order's amount that stands for other lines already, and is not shared any more."""

    kind: StepKind
    base_minor: int
    result_minor: int
    rate_bps: int | None = None
    amount_minor: int | None = None
    quantity: int | None = None
    of_minor: int | None = None
    settled_minor: int | None = None
    rounding: Rounding = Rounding.HALF_UP

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        said = {name: getattr(self, name) for name in _STEP_NAMES}
        return {name: value for name, value in said.items() if value is not None}

    @classmethod
    def of_plain(cls, said: Mapping[str, Any]) -> Step:
        given = {**said, "kind": StepKind(said["kind"]), "rounding": Rounding(said["rounding"])}
        return cls(**given)


_STEP_NAMES = tuple(each.name for each in fields(Step))


@dataclass(frozen=True, slots=True)
class LineReward:
    """What a line earns and how: each step goes on with the one before. None where nothing was
    kept, and none for a line that is settled."""

    commission_minor: int
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The rewards of an order's lines, in the lines' order."""

    lines: tuple[LineReward, ...]

    @property
    def total_minor(self) -> int:
        return sum(line.commission_minor for line in self.lines)


def base_minor(*, amount_minor: int, returned_minor: int) -> int:
    """The base of the commission: goods net of discounts, without delivery, less what came back.

    Never negative, and 0 once everything came back.
    """
    assert amount_minor >= 0 <= returned_minor, (amount_minor, returned_minor)
    return max(0, amount_minor - returned_minor)


def commission_minor(*, base_minor: int, commission_bps: int) -> int:
    """`commission_bps` of the base, half a tiyn rounded up. After a partial return it is computed
    anew from the smaller base, so that a return and its opposite end where they began."""
    return share_minor(base_minor, commission_bps)


def reward_of_basket(basket_minor: int, terms: CommissionTerms) -> int:
    """What an order of so much earns, of goods that have no rate of their own."""
    goods = LineGoods("", 1, basket_minor, basket_minor)
    return commission_compute([goods], terms).total_minor


def commission_compute(lines: Sequence[LineGoods], terms: CommissionTerms) -> Breakdown:
    """What each line of an order earns under `terms`.

    All lines of the order that these terms pay for must be given, in a lasting order. What is
    settled stands; the other lines share what it leaves of a fixed reward and of the cap. A larger
    return never makes the order earn more.
    """
    steps: list[list[Step]] = [[] for _line in lines]
    for n, line in enumerate(lines):
        if line.settled_minor is None and line.base_minor > 0 and (step := _own(line, terms)):
            steps[n].append(step)
    _fixed_split(lines, terms, steps)
    _cap_hold(lines, terms, steps)
    return Breakdown(
        tuple(
            LineReward(line.settled_minor)
            if line.settled_minor is not None
            else LineReward(of_line[-1].result_minor if of_line else 0, tuple(of_line))
            for line, of_line in zip(lines, steps, strict=True)
        )
    )


def _own(line: LineGoods, terms: CommissionTerms) -> Step | None:
    """What a line earns by itself; None where it has a part in the order's fixed reward."""
    base, rate = line.base_minor, terms.rate_of(line.sku)
    if rate is None:
        return None if terms.fixed_minor else _percent(StepKind.PERCENT, base, terms.percent_bps)
    if rate.is_excluded:
        return Step(StepKind.EXCLUDED, base, 0)
    if rate.bps:
        return _percent(StepKind.SKU_PERCENT, base, rate.bps)
    sold = rate.piece_minor * line.quantity
    return Step(
        StepKind.SKU_FIXED,
        base,
        round_half_up(sold * base, line.amount_minor),
        amount_minor=rate.piece_minor,
        quantity=line.quantity,
        of_minor=line.amount_minor,
    )


def _percent(kind: StepKind, base: int, bps: int) -> Step:
    result = commission_minor(base_minor=base, commission_bps=bps)
    return Step(kind, base, result, rate_bps=bps)


def _fixed_split(
    lines: Sequence[LineGoods], terms: CommissionTerms, steps: list[list[Step]]
) -> None:
    """The fixed reward of the order is whole as long as any of its goods are kept."""
    if not terms.fixed_minor:
        return
    plain = [n for n, line in enumerate(lines) if terms.rate_of(line.sku) is None]
    settled = sum(lines[n].settled_minor or 0 for n in plain)
    sharing = [n for n in plain if lines[n].settled_minor is None and lines[n].base_minor > 0]
    bases = {n: lines[n].base_minor for n in sharing}
    left = max(0, terms.fixed_minor - settled)
    _share(StepKind.FIXED, terms.fixed_minor, left, bases, settled, steps)


def _cap_hold(lines: Sequence[LineGoods], terms: CommissionTerms, steps: list[list[Step]]) -> None:
    if terms.cap_minor is None:
        return
    settled = sum(line.settled_minor or 0 for line in lines)
    earned = {n: of_line[-1].result_minor for n, of_line in enumerate(steps) if of_line}
    left = max(0, terms.cap_minor - settled)
    if sum(earned.values()) > left:
        earning = {n: minor for n, minor in earned.items() if minor}
        _share(StepKind.CAP, terms.cap_minor, left, earning, settled, steps)


def _share(
    kind: StepKind,
    amount: int,
    left: int,
    weights: Mapping[int, int],
    settled: int,
    steps: list[list[Step]],
) -> None:
    """Add to each line with a weight its part of what is left of an amount of the order."""
    if not weights:
        return
    parts = allocate(left, list(weights.values()))
    whole = sum(weights.values())
    for (n, weight), part in zip(weights.items(), parts, strict=True):
        step = Step(
            kind,
            weight,
            part,
            amount_minor=amount,
            of_minor=whole,
            settled_minor=settled or None,
            rounding=Rounding.LARGEST_REMAINDER,
        )
        steps[n].append(step)
