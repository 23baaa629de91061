"""What the lines of an order earn, with the arithmetic as data. Source: design/domain.md section 3.

An order's lines are worked out together, because a fixed reward and a cap are the order's: they are
split over its lines by `core.money.allocate`, so that the parts sum to the whole and a tiyn that
rounding leaves over goes to a line that is named by a rule (who lost most by rounding; of equals
the earlier line). See docs/adr/0018-reward-of-an-order.md and 0019-terms.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from campaigns.domain.commission_terms import (
    COMMISSION_BPS_MAX,
    Bonus,
    Buyer,
    CommissionTerms,
    Rate,
    SkuRate,
    Tier,
    sku_key,
)
from campaigns.domain.reward_steps import BASE_STEPS, WIDE_CAPS, Rounding, Step, StepKind
from compliance.domain.vat import vat_included
from core.bps import round_half_up, share_minor
from core.money import allocate

__all__ = [
    "BASE_STEPS",
    "COMMISSION_BPS_MAX",
    "NOTHING_KNOWN",
    "WIDE_CAPS",
    "Bonus",
    "Breakdown",
    "Buyer",
    "CommissionTerms",
    "LineGoods",
    "LineReward",
    "MonthState",
    "PersonState",
    "Rate",
    "Rounding",
    "SkuRate",
    "Step",
    "StepKind",
    "Tier",
    "base_minor",
    "commission_compute",
    "commission_minor",
    "reward_of_basket",
    "sku_key",
]


@dataclass(frozen=True, slots=True)
class LineGoods:
    """A line of an order as its reward sees it. `amount_minor` is what was sold, `base_minor` what
    of it was kept, tiyn. `settled_minor` is a reward that stands already, whatever comes.

    `market_minor` is the part of what was sold that a marketplace paid in the buyer's place.
    `person` is whose the line is, as `MonthState.people` names them.
    """

    sku: str
    quantity: int
    amount_minor: int
    base_minor: int
    settled_minor: int | None = None
    market_minor: int = 0
    person: int = 0


@dataclass(frozen=True, slots=True)
class PersonState:
    """What an influencer has in a campaign without this order: orders of the month that were
    approved before it was made, and tiyn earned in all and for the orders of its day."""

    approved_orders: int = 0
    taken_minor: int = 0
    day_taken_minor: int = 0


@dataclass(frozen=True, slots=True)
class MonthState:
    """What terms may ask that an order itself does not say. `taken_minor` is what all influencers
    of the campaign have earned by other orders; `vat_bps` the rate of the order's day."""

    buyer: Buyer = Buyer.UNKNOWN
    vat_bps: int = 0
    taken_minor: int = 0
    people: Mapping[int, PersonState] = field(default_factory=dict)

    def of(self, person: int) -> PersonState:
        return self.people.get(person, NOBODY_YET)


NOBODY_YET = PersonState()
NOTHING_KNOWN = MonthState()


@dataclass(frozen=True, slots=True)
class LineReward:
    """What a line earns and how: each step goes on with the one before. None where nothing was
    kept, and none for a line that is settled."""

    commission_minor: int
    steps: tuple[Step, ...] = ()

    @property
    def is_cut_by_cap(self) -> bool:
        """By one beyond the order's own."""
        return any(step.kind in WIDE_CAPS for step in self.steps)

    @property
    def is_not_new(self) -> bool:
        return any(step.kind is StepKind.NOT_NEW for step in self.steps)


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


def reward_of_basket(basket_minor: int, terms: CommissionTerms, *, vat_bps: int = 0) -> int:
    """What an order of so much earns an influencer, of goods that have no rate of their own, from
    a new buyer and before any tier. "One sale" means this on every page."""
    goods = LineGoods("", 1, basket_minor, basket_minor)
    state = MonthState(buyer=Buyer.NEW, vat_bps=vat_bps)
    return commission_compute([goods], terms, state).total_minor


def commission_compute(
    lines: Sequence[LineGoods], terms: CommissionTerms, state: MonthState = NOTHING_KNOWN
) -> Breakdown:
    """What each line of an order earns under `terms`.

    All lines of the order that these terms pay for must be given, in a lasting order. What is
    settled stands; the other lines share what it leaves of a fixed reward and of the caps. A larger
    return never makes the order earn more, and no cap is ever passed, but by what is settled.
    """
    steps: list[list[Step]] = [[] for _line in lines]
    order = _Order(lines, terms, state, steps)
    for n, line in enumerate(lines):
        if line.settled_minor is None and line.base_minor > 0:
            order.line_earn(n, line)
    if order.fixed:
        order.fixed_split()
    if terms.cap_minor is not None:
        order.limit(StepKind.CAP, terms.cap_minor, range(len(lines)))
    if terms.is_capped_beyond_orders:
        _wide_caps(order)
    return Breakdown(
        tuple(
            LineReward(line.settled_minor)
            if line.settled_minor is not None
            else LineReward(of_line[-1].result_minor if of_line else 0, tuple(of_line))
            for line, of_line in zip(lines, steps, strict=True)
        )
    )


class _Order:
    """The lines of an order, and the steps that each of them has come to."""

    __slots__ = ("buyer", "fixed", "is_returning", "lines", "state", "steps", "terms")

    def __init__(
        self,
        lines: Sequence[LineGoods],
        terms: CommissionTerms,
        state: MonthState,
        steps: list[list[Step]],
    ) -> None:
        self.lines, self.terms, self.state, self.steps = lines, terms, state, steps
        # Found out for terms that ask for a buyer, and said with the rate
        self.buyer = None if terms.returning is None else state.buyer
        self.is_returning = (
            terms.returning is not None and terms.counts_as(state.buyer) is Buyer.RETURNING
        )
        self.fixed: dict[int, tuple[int, int | None]] = {}  # {line: its order's sum, tier at}
        for n, line in enumerate(lines if terms.is_any_fixed else ()):
            rate, at = self._order_rate(line)
            if rate.fixed_minor and self._sku_rate(line) is None:
                self.fixed[n] = (rate.fixed_minor, at)

    def _sku_rate(self, line: LineGoods) -> SkuRate | None:
        rate = self.terms.rate_of(line.sku)
        return rate if rate is None or rate.is_excluded or not self.is_returning else None

    def _order_rate(self, line: LineGoods) -> tuple[Rate, int | None]:
        """What goods without a rate of their own earn, and the orders that made it a tier's."""
        if self.is_returning and self.terms.returning is not None:
            return self.terms.returning, None
        if self.terms.is_counting:
            approved = self.state.of(line.person).approved_orders
            if (tier := self.terms.tier_at(approved)) is not None:
                return tier.rate, approved
        return self.terms.main, None

    def line_earn(self, n: int, line: LineGoods) -> None:
        """What a line earns by itself; nothing here where it shares the order's fixed reward."""
        base, rate = line.base_minor, self._sku_rate(line)
        if rate is not None and rate.is_excluded:
            self.steps[n].append(Step(StepKind.EXCLUDED, base, 0))
        elif self.is_returning and self.terms.returning == Rate():
            self.steps[n].append(Step(StepKind.NOT_NEW, base, 0, buyer=self.buyer))
        elif rate is not None and rate.piece_minor:
            self.steps[n].append(_pieces(line, rate))
        elif rate is not None:
            self._percent(n, StepKind.SKU_PERCENT, line, rate.bps, None)
        elif n not in self.fixed:
            of_order, at = self._order_rate(line)
            self._percent(n, StepKind.PERCENT, line, of_order.bps, at)

    def _percent(self, n: int, kind: StepKind, line: LineGoods, bps: int, at: int | None) -> None:
        base = line.base_minor
        if self.terms.is_base_as_paid and line.market_minor:
            paid = line.amount_minor - line.market_minor
            kept = round_half_up(base * paid, line.amount_minor)
            self.steps[n].append(
                Step(
                    StepKind.AS_PAID,
                    base,
                    kept,
                    amount_minor=line.market_minor,
                    of_minor=line.amount_minor,
                )
            )
            base = kept
        if not self.terms.is_base_with_vat and self.state.vat_bps:
            net = vat_included(base, vat_bps=self.state.vat_bps).net_minor
            self.steps[n].append(Step(StepKind.WITHOUT_VAT, base, net, rate_bps=self.state.vat_bps))
            base = net
        result = commission_minor(base_minor=base, commission_bps=bps)
        step = Step(kind, base, result, rate_bps=bps, buyer=self.buyer, orders=at)
        self.steps[n].append(step)

    def fixed_split(self) -> None:
        """The fixed reward of the order is whole as long as any of its goods are kept."""
        settled = sum(self.lines[n].settled_minor or 0 for n in self.fixed)
        bases = {
            n: self.lines[n].base_minor
            for n in self.fixed
            if self.lines[n].settled_minor is None and self.lines[n].base_minor > 0
        }
        for amount, at in dict.fromkeys(self.fixed.values()):
            # Of a sum per influencer, where their tiers differ, each takes the part of their goods
            theirs = {n for n in bases if self.fixed[n] == (amount, at)}
            left = max(0, amount - settled)
            self._share(StepKind.FIXED, amount, left, bases, settled, theirs, at)

    def limit(self, kind: StepKind, cap: int, among: Collection[int], taken_minor: int = 0) -> None:
        """Cut what these lines earn to what a cap leaves; `taken_minor` of it other orders have."""
        settled = taken_minor + sum(self.lines[n].settled_minor or 0 for n in among)
        earned = {n: self.steps[n][-1].result_minor for n in among if self.steps[n]}
        left = max(0, cap - settled)
        if sum(earned.values()) > left:
            earning = {n: minor for n, minor in earned.items() if minor}
            self._share(kind, cap, left, earning, settled, earning)

    def _share(
        self,
        kind: StepKind,
        amount: int,
        left: int,
        weights: Mapping[int, int],
        settled: int,
        theirs: Collection[int],
        at: int | None = None,
    ) -> None:
        """Add to each of `theirs` its part, by weight among all, of what is left of an amount."""
        if not weights:
            return
        parts = allocate(left, list(weights.values()))
        whole = sum(weights.values())
        for (n, weight), part in zip(weights.items(), parts, strict=True):
            if n in theirs:
                step = Step(
                    kind,
                    weight,
                    part,
                    amount_minor=amount,
                    of_minor=whole,
                    settled_minor=settled or None,
                    buyer=self.buyer if kind is StepKind.FIXED else None,
                    orders=at,
                    rounding=Rounding.LARGEST_REMAINDER,
                )
                self.steps[n].append(step)


def _pieces(line: LineGoods, rate: SkuRate) -> Step:
    sold = rate.piece_minor * line.quantity
    return Step(
        StepKind.SKU_FIXED,
        line.base_minor,
        round_half_up(sold * line.base_minor, line.amount_minor),
        amount_minor=rate.piece_minor,
        quantity=line.quantity,
        of_minor=line.amount_minor,
    )


def _wide_caps(order: _Order) -> None:
    """First what is one influencer's, then what is everybody's."""
    terms, state = order.terms, order.state
    by_person: dict[int, list[int]] = defaultdict(list)
    for n, line in enumerate(order.lines):
        by_person[line.person].append(n)
    for person, among in by_person.items():
        of_them = state.of(person)
        if terms.cap_day_minor is not None:
            order.limit(StepKind.CAP_DAY, terms.cap_day_minor, among, of_them.day_taken_minor)
        if terms.cap_influencer_minor is not None:
            cap = terms.cap_influencer_minor
            order.limit(StepKind.CAP_INFLUENCER, cap, among, of_them.taken_minor)
    if terms.cap_total_minor is not None:
        everybody = range(len(order.lines))
        order.limit(StepKind.CAP_TOTAL, terms.cap_total_minor, everybody, state.taken_minor)
