"""When orders of different sources are one sale, and under which of them it counts. Pure.

A shop's form, a CRM's lead, a file and a postback may all tell of the same purchase; its influencer
earns once. Nothing in common but a short number makes no sale of two: two shops of a brand count
their orders from one. Source: facts/merchants.md, design implication 1.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

NEAR = timedelta(days=3)  # between the moments that two sources name for one purchase
NAME_CHARS_SURE = 5  # a number this long is hardly another shop's too


class Standing(IntEnum):
    """How far an order's reward has come: the further, the less it may be moved."""

    NONE = 0
    BOOKED = 1
    PROMISED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """An order as one source tells it.

    `names` are its number and its id; `phone` an index of the buyer's ("" unknown); `amount_minor`
    what its goods cost before anything came back. `is_confirmed`: signed, read at its source, or in
    a file that the brand brought. `is_mirror`: its source repeats what others sell (a CRM).
    `knows_goods`: it tells them one by one, and no receipt's sum alone. `counts_under` is the order
    under which it counts already.
    """

    order_id: int
    connection_id: int
    currency: str
    names: frozenset[str]
    phone: str
    amount_minor: int
    placed_at: datetime
    is_confirmed: bool
    is_mirror: bool = False
    knows_goods: bool = True
    standing: Standing = Standing.NONE
    counts_under: int | None = None


def is_same(one: Sale, other: Sale) -> bool:
    """Whether two sources tell of one purchase.

    By a common number with anything that speaks for it, or by the same buyer's phone with the same
    amount; but two confirmed shops are two sales unless their number and more is common.
    """
    if one.connection_id == other.connection_id or one.currency != other.currency:
        return False
    if abs(one.placed_at - other.placed_at) > NEAR:
        return False
    has_phones = bool(one.phone and other.phone)
    same_phone = has_phones and one.phone == other.phone
    if has_phones and not same_phone:
        return False
    same_amount = one.amount_minor == other.amount_minor > 0
    may_repeat = not (one.is_confirmed and other.is_confirmed) or one.is_mirror or other.is_mirror
    if common := one.names & other.names:
        is_sure = may_repeat and max(map(len, common)) >= NAME_CHARS_SURE
        return is_sure or same_phone or same_amount
    return may_repeat and same_phone and same_amount


def sales_join(
    sales: Sequence[Sale], new: Collection[int], *, known: Collection[tuple[int, int]] = ()
) -> dict[int, int]:
    """{order: the order under which it counts from now on}, for those where that is news.

    `sales` are whole groups: with every order, those that count under it. `new` are the orders
    that may find theirs; they look in the order of their moments, each takes the closest order of
    every other source that nothing of its own source belongs to, and a group without any reward is
    left alone: whoever gets one later looks again. `known` are orders that are the same sale
    whatever they have in common.
    """
    groups: dict[int, list[Sale]] = {}
    for each in sales:
        groups.setdefault(each.counts_under or each.order_id, []).append(each)
    root_of = {each.order_id: root for root, members in groups.items() for each in members}
    pairs = {frozenset(pair) for pair in known}
    for sale in sorted(sales, key=_moment):
        if sale.order_id in new:
            _group_grow(groups, root_of, sale, pairs)
    changes: dict[int, int] = {}
    for members in groups.values():
        changes |= _counting(members)
    return changes


def _moment(sale: Sale) -> tuple[datetime, int]:
    return sale.placed_at, sale.order_id


def _group_grow(
    groups: dict[int, list[Sale]],
    root_of: dict[int, int],
    sale: Sale,
    pairs: Collection[frozenset[int]],
) -> None:
    """Bring together the group of a sale with what is the same sale."""
    while True:
        own = root_of[sale.order_id]
        mine = groups[own]
        sources = {each.connection_id for each in mine}
        options = [
            (_distance(sale, other), root)
            for root, members in groups.items()
            if root != own and not sources & {each.connection_id for each in members}
            for other in members
            if frozenset((sale.order_id, other.order_id)) in pairs or is_same(sale, other)
        ]
        if not options:
            return
        _closest, root = min(options)
        mine += groups.pop(root)
        root_of.update({each.order_id: own for each in mine})


def _distance(sale: Sale, other: Sale) -> tuple[bool, timedelta, int]:
    """A common number is closer than any moment."""
    return (
        not sale.names & other.names,
        abs(sale.placed_at - other.placed_at),
        other.order_id,
    )


def _counting(members: Sequence[Sale]) -> dict[int, int]:
    if len(members) == 1 or max(each.standing for each in members) is Standing.NONE:
        return {}
    lead = leading(members).order_id
    return {
        each.order_id: lead
        for each in members
        if each.order_id != lead and each.counts_under != lead
    }


def leading(members: Sequence[Sale]) -> Sale:
    """Under which the others count: the one that did, else the one whose reward has come furthest,
    the earliest known of equals, so that nobody sees a reward go and come again. Goods are asked
    for by name where they have a reward of their own: a receipt leads only when it is promised."""
    led = {each.counts_under for each in members}
    leads = [each for each in members if each.order_id in led] or members
    return max(
        leads,
        key=lambda each: (
            each.standing is Standing.PROMISED,
            each.knows_goods and each.standing is not Standing.NONE,
            each.standing,
            -each.order_id,
        ),
    )


def teller(others: Iterable[Sale]) -> Sale | None:
    """Whose word about the sale counts: the earliest known of those that are confirmed."""
    confirmed = [each for each in others if each.is_confirmed]
    return min(confirmed, key=lambda each: each.order_id, default=None)


def net_told(gross_minor: int, told_minor: int) -> int:
    """What the goods are worth when another source names its own sum: the lesser. That one may hold
    delivery, and nobody is paid for that; or a discount that the first one did not know. A source
    that names no sum (0) says nothing about it."""
    return min(gross_minor, told_minor) if told_minor else gross_minor
