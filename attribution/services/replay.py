"""Stored orders are decided again by what is known now, and their conversions follow."""

from __future__ import annotations

from collections.abc import Sequence

from attribution.selectors.dossiers import Key
from attribution.selectors.news import News
from attribution.services.conversions import conversions_settle
from attribution.services.decisions import order_decide
from attribution.services.work import Work, work_load
from core.tenancy.context import acting_as

BATCH = 500  # orders of one transaction


def orders_replay(keys: Sequence[Key], *, purpose: str) -> int:
    """In batches, each in one transaction. What is approved stays; what says nothing new writes
    nothing. Returns how many orders were looked at."""
    for begin in range(0, len(keys), BATCH):
        with acting_as(system=purpose):
            batch_replay(keys[begin : begin + BATCH])
    return len(keys)


def batch_replay(keys: Sequence[Key]) -> Work:
    """One batch, in the caller's transaction. Runs as the system."""
    work = work_load(News(names=set(keys)))
    for key in keys:
        order_decide(work, work.dossiers.get(key))
    work.changes.write()
    conversions_settle(work)
    return work
