"""Orders whose buyer has a number that a follower left: found beside the inbox, and told to it.

An order's number is hashed when the order comes, and only where the brand takes numbers: in the
order's own transaction, two statements for a batch. Order and claim may come in either order; the
pair is found when the second of them is there, and once more by beat. What is told names no number
and is an event like any other: evidence of grade D, that waits for the brand's word.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import connection

from attribution.connectors.base import OrderSnapshot, Snapshot
from attribution.connectors.phone_claim import PHONE_CLAIM, match_bytes
from attribution.domain.match import ClickModel
from attribution.domain.phone_claims import AFTER_ORDER, phone_hmac
from attribution.domain.rates import TENGE
from attribution.models import Connection, InboundEvent, PhoneMark, PhonePepper
from attribution.selectors.dossiers import Dossiers
from attribution.services.inbox import Received, events_store
from core.jobs import enqueue
from core.tenancy.context import acting_as

DIGEST_CHARS = 16
MARKS_TASK = "attribution.tasks.phone_marks_match"
PAIRS_MAX = 5_000
Read = tuple[InboundEvent, Sequence[Snapshot]]


def phone_marks_keep(dossiers: Dossiers, read: Iterable[Read]) -> None:
    """Mark the orders of a batch whose source tells the buyer's number, under every pepper that is
    still asked. Runs in the transaction of the batch."""
    told = [
        (event, snapshot)
        for event, snapshots in read
        if event.connection_id in dossiers.peppered
        for snapshot in snapshots
        if isinstance(snapshot, OrderSnapshot) and snapshot.customer_phone
    ]
    if not told:
        return
    peppers: dict[int, list[PhonePepper]] = defaultdict(list)
    for pepper in PhonePepper.objects.filter(brand_id__in={event.brand_id for event, _s in told}):
        peppers[pepper.brand_id].append(pepper)
    marks = [
        PhoneMark(
            connection_id=event.connection_id,
            brand_id=event.brand_id,
            order_external_id=snapshot.external_id,
            pepper_number=pepper.number,
            phone_index=phone_hmac(bytes(pepper.secret), snapshot.customer_phone or ""),
            placed_at=snapshot.placed_at,
        )
        for event, snapshot in told
        for pepper in peppers[event.brand_id]
    ]
    PhoneMark.objects.bulk_create(marks, ignore_conflicts=True)
    enqueue(MARKS_TASK, *sorted({event.connection_id for event, _snapshot in told}))


def phone_marks_match(connection_ids: Collection[int]) -> int:
    """Tell the orders of these connections of the claims that they match. Returns how many."""
    return _tell("AND m.connection_id = ANY(%s)", [sorted(connection_ids)])


def phone_claim_match(claim_id: int) -> int:
    """Tell the orders that were there before a claim of it. Returns how many."""
    return _tell("AND c.id = %s", [claim_id])


def phones_sweep() -> int:
    """What a lost message left. Run by beat. Returns how many were told."""
    return _tell("", [])


def _tell(which: str, parameters: list[Any]) -> int:
    with acting_as(system="match phone claims"):
        with connection.cursor() as cursor:
            given: list[Any] = [AFTER_ORDER, *parameters, PAIRS_MAX]
            cursor.execute(_PAIRS.format(which=which), given)
            pairs = map(Pair._make, cursor.fetchall())
        orders: dict[tuple[int, str], list[Pair]] = defaultdict(list)
        for pair in pairs:
            orders[pair.connection_id, pair.order].append(pair)
        sources = Connection.objects.in_bulk({connection_id for connection_id, _order in orders})
        trust = InboundEvent.Trust.HINT
        told = [
            events_store(sources[connection_id], PHONE_CLAIM, trust, [_received(order, claims)])
            for (connection_id, order), claims in orders.items()
        ]
    return sum(map(len, told))


class Pair(NamedTuple):
    """A claim, and an order whose buyer has its number."""

    connection_id: int
    order: str
    participation_id: int
    claimed_at: datetime
    model: str


def _received(order: str, claims: Sequence[Pair]) -> Received:
    """Of several claims the one that will win is judged first, so that nobody sees a reward that
    goes to another one at once. The model is the latest one's, as for clicks."""
    latest = max(claims, key=attrgetter("claimed_at"))
    is_last = latest.model == ClickModel.LAST_CLICK
    ordered = sorted(claims, key=attrgetter("claimed_at"), reverse=is_last)
    told = [(claim.participation_id, claim.claimed_at) for claim in ordered]
    body = match_bytes(order=order, claims=told, currency=TENGE)
    digest = hashlib.sha256(body).hexdigest()[:DIGEST_CHARS]
    return Received(f"{PHONE_CLAIM}:{order}:{digest}", body)


# The earliest of an influencer's claims is told, once: what was told is evidence already.
_PAIRS = """
SELECT DISTINCT ON (m.connection_id, m.order_external_id, c.participation_id)
       m.connection_id, m.order_external_id, c.participation_id, c.claimed_at, t.model
  FROM attribution_phoneclaim c
  JOIN attribution_phonemark m
    ON m.brand_id = c.brand_id AND m.phone_index = c.phone_index
   AND m.placed_at BETWEEN c.claimed_at - %s AND c.counts_until
  JOIN campaigns_participation p ON p.id = c.participation_id
  JOIN campaigns_terms t ON t.id = p.terms_id
 WHERE c.state = 'active' {which}
   AND NOT EXISTS (
       SELECT FROM attribution_lateevidence e
        WHERE e.connection_id = m.connection_id
          AND e.order_external_id = m.order_external_id AND e.line_id = ''
          AND e.kind = 'phone_claim' AND e.value = c.participation_id::text)
 ORDER BY m.connection_id, m.order_external_id, c.participation_id, c.claimed_at
 LIMIT %s
"""
