"""ingest_orm: from waiting order events to attributed, paid-for conversions in the ledger."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from tools.benches.ingest_world import Shop, mail_of, mail_put, sales_make, shop_make
from tools.benches.row import Row, machine, setting, take_turns

if TYPE_CHECKING:
    from datetime import datetime

CAMPAIGNS = 4
HISTORY = 2_500  # orders of each that are there before
SALES, SALES_ONE_BY_ONE = 2_000, 150  # of a round; two events each
ROUNDS = 5
GOAL_RATIO = 30.0


def ingest_orm() -> Row:
    """Events a second: batches as the workers take them, against the same rules and rows an event
    and an object at a time (tools/benches/orm_reference/ingest.py). One process each.

    Each has a brand of its own, twins but for their ids, and what comes of a first mail that is
    the same for both must be the same to the tiyn.
    """
    from attribution.services.inbox import EVENTS_PER_TASK
    from attribution.services.ingest import inbound_events_process
    from core import clock
    from exchange.celery import code_keep
    from tools.benches.orm_reference.ingest import event_process

    now = clock.now()
    batched, single = (
        shop_make(f"bench-ingest-{name}", campaigns=CAMPAIGNS, now=now)
        for name in ("batches", "one-by-one")
    )

    def in_batches(ids: Sequence[UUID]) -> None:
        for start in range(0, len(ids), EVENTS_PER_TASK):
            inbound_events_process(ids[start : start + EVENTS_PER_TASK])

    def one_by_one(ids: Sequence[UUID]) -> None:
        for event_id in ids:
            event_process(event_id)

    ours = Worker(batched, now, in_batches)
    reference = Worker(single, now, one_by_one)
    for worker in (ours, reference):
        worker.past(HISTORY, in_batches)
    _statistics_gather()
    code_keep()  # as a worker does when it starts; for both
    for worker in (ours, reference):
        worker.per_second(SALES_ONE_BY_ONE)
    assert ours.earned() == reference.earned(), "the same mail did not earn the same"
    sales = int(setting("SALES", SALES))
    pairs = take_turns(
        int(setting("ROUNDS", ROUNDS)),
        lambda: ours.per_second(sales),
        lambda: reference.per_second(SALES_ONE_BY_ONE),
    )
    return Row(
        "ingest_orm",
        ours=round(pairs.ours),
        reference=round(pairs.reference, 1),
        ratio=round(pairs.ratio, 1),
        unit="events/s",
        goal=f">= {GOAL_RATIO:.0f}",
        ok=pairs.ratio >= GOAL_RATIO,
        rounds=pairs.rounds,
        note=f"batches of {EVENTS_PER_TASK}; {CAMPAIGNS} campaigns; click, code, both or none; "
        f"ordered, then received; with traces and ledger; processor time of an event "
        f"{ours.processor_ms:.2f} ms against {reference.processor_ms:.1f} ms, "
        f"{reference.processor_ms / ours.processor_ms:.0f} x; {machine()}",
    )


def _statistics_gather() -> None:
    """As autovacuum does each minute. Sessions keep the plans of their foreign keys' checks; made
    while a table was small, these read all of it, ten times slower for both."""
    from django.db import connection

    from core.tenancy.logins import logged_in_as_owner

    with logged_in_as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def processor_seconds() -> float:
    """Of this process and its backend of PostgreSQL: what a busy machine blurs less."""
    from django.db import connection

    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
    user, system = stat.rpartition(")")[2].split()[11:13]
    return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


class Worker:
    """One way to work on a shop's mail."""

    def __init__(
        self, shop: Shop, now: datetime, process: Callable[[Sequence[UUID]], None]
    ) -> None:
        self._shop, self._now, self._process = shop, now, process
        self._told = 0
        self.processor_ms = 0.0  # of an event of the last round

    def past(self, sales: int, process: Callable[[Sequence[UUID]], None]) -> None:
        """So many orders before everything that is measured, by whatever way is quickest."""
        mine, self._process = self._process, process
        self.per_second(sales)
        self._process = mine

    def per_second(self, sales: int) -> float:
        """Events of so many new orders: storing them is not measured, working on them is."""
        chance = random.Random(self._told)  # noqa: S311 repeatable
        told = sales_make(
            sales, chance=chance, now=self._now, shop=self._shop, first=self._told + 1
        )
        self._told += sales
        ids = mail_put(self._shop, mail_of(self._shop, told), at=self._now)
        began, processor_began = time.perf_counter(), processor_seconds()
        self._process(ids)
        seconds, processor = time.perf_counter() - began, processor_seconds() - processor_began
        self._check(ids)
        self.processor_ms = processor / len(ids) * 1_000
        return len(ids) / seconds

    def _check(self, ids: Sequence[UUID]) -> None:
        """All of them are done; else the time is of something else."""
        from attribution.models import InboundEvent
        from core.tenancy.context import acting_as

        with acting_as(system="bench"):
            done = InboundEvent.objects.filter(pk__in=ids, state=InboundEvent.State.DONE).count()
        assert done == len(ids), (done, len(ids))

    def earned(self) -> list[tuple[str, str, int, int, int]]:
        """(order, status, reward, fee, version) of every conversion, and what the ledger holds."""
        from attribution.models import Conversion
        from core.tenancy.context import acting_as
        from ledger.domain import accounts
        from ledger.selectors import balances

        with acting_as(system="bench"):
            rows = Conversion.objects.filter(brand_id=self._shop.brand_id).order_by("line_id")
            found = list(
                rows.values_list(
                    "order_number", "status", "commission_minor", "fee_minor", "version"
                )
            )
            refs = [accounts.influencer_hold(pk) for pk in self._shop.influencers]
            refs += [accounts.budget(self._shop.brand_id, pk) for pk in self._shop.campaigns]
            held = balances(refs)
        return found + [("held", "", held[ref], 0, 0) for ref in refs]
