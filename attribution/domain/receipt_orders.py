"""Whether a claimed receipt and an order of a shop are one purchase. Pure.

A receipt tells its register (so whose shop it is), its sum and its moment; an order of Kaspi or of
a site tells what its goods cost and when it was placed, and neither names the other. The code of a
receipt tells no goods (facts/merchants.md 6.1): the sum and the days are all that can be compared.
Sums repeat: what fits only one, of the same influencer and by a follower's word like the receipt,
is taken for one purchase; about everything else a person is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from attribution.domain.receipts import CLOCK_SKEW
from attribution.domain.same_sale import NEAR

ASKED_MAX = 6  # orders that a person is asked about for one receipt: the closest


@dataclass(frozen=True, slots=True)
class Paper:
    """A claimed receipt that somebody is credited for. `order_id` is the order that the claim made;
    `within` is how long before the receipt its order may have been placed."""

    claim_id: int
    order_id: int
    participation_id: int
    total_minor: int
    sold_at: datetime
    within: timedelta


@dataclass(frozen=True, slots=True)
class Bought:
    """An order of another source, whoever is credited for it. `goods_minor` is without delivery.
    `is_claimed`: a follower's word alone decided it, and no link, code or article."""

    order_id: int
    participation_ids: frozenset[int]
    goods_minor: int
    placed_at: datetime
    is_claimed: bool = True


class Likeness(StrEnum):
    SAME = "same"
    ASK = "ask"


def fits(paper: Paper, bought: Bought) -> bool:
    """Whether they may be one purchase: the same sum, and paid for when or after it was ordered. An
    order that stands without any follower's word is looked at for as long as two sources may
    differ about one purchase, and no longer: a shop's sums repeat every day."""
    after = paper.sold_at - bought.placed_at
    within = paper.within if bought.is_claimed else min(paper.within, NEAR)
    return (
        bool(paper.within)
        and paper.total_minor == bought.goods_minor
        and -CLOCK_SKEW <= after <= within
    )


def receipts_compare(
    papers: Sequence[Paper],
    orders: Sequence[Bought],
    *,
    about: Collection[int],
    apart: Collection[tuple[int, int]] = (),
    asked: Collection[int] = (),
) -> dict[tuple[int, int], Likeness]:
    """{(claim, order): how alike} for the claims in `about`. `papers` are all that may fit these
    orders: who else fits matters.

    `apart` are the (claim, order) that somebody has said are two purchases. A claim in `asked` is
    one about which a question stands already: nothing is taken for granted about it any more.
    """
    options: dict[int, list[Bought]] = {}
    rivals: dict[int, int] = {}
    for each in papers:
        fitting = [
            order
            for order in orders
            if fits(each, order) and (each.claim_id, order.order_id) not in apart
        ]
        options[each.claim_id] = fitting
        for order in fitting:
            rivals[order.order_id] = rivals.get(order.order_id, 0) + 1
    found: dict[tuple[int, int], Likeness] = {}
    for paper in papers:
        if paper.claim_id not in about:
            continue
        fitting = sorted(options[paper.claim_id], key=lambda order: _distance(paper, order))
        is_sure = (
            len(fitting) == 1
            and fitting[0].is_claimed
            and rivals[fitting[0].order_id] == 1
            and fitting[0].participation_ids == {paper.participation_id}
            and paper.claim_id not in asked
        )
        for order in fitting[:ASKED_MAX]:
            likeness = Likeness.SAME if is_sure else Likeness.ASK
            found[paper.claim_id, order.order_id] = likeness
    return found


def _distance(paper: Paper, order: Bought) -> tuple[timedelta, int]:
    return abs(paper.sold_at - order.placed_at), order.order_id
