"""Advisory locks: one process at a time does a thing that has no row to lock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection

PAYOUTS = "payout batch"  # while payouts are put together, or what they are made of changes


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def lock_for_transaction(name: str) -> None:
    """Wait for the named lock; COMMIT or ROLLBACK gives it back. Needs an open transaction."""
    locks_for_transaction([name])


def locks_for_transaction(names: Iterable[str]) -> None:
    """Wait for all of the named locks, in an order that is the same for everybody, so that two
    transactions never wait for each other. One query."""
    assert connection.in_atomic_block, "the lock would end with the statement"
    keys = sorted({_key(name) for name in names})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) key", [keys])


def lock_try_for_transaction(name: str) -> bool:
    """Whether the named lock was free; then it is ours until COMMIT or ROLLBACK."""
    assert connection.in_atomic_block, "the lock would end with the statement"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_key(name)])
        row = cursor.fetchone()
    return bool(row and row[0])


@contextmanager
def lock_of_process(name: str) -> Iterator[bool]:
    """Whether this process is the one that holds the named lock, for the whole block.

    For long-running commands that must be alone (relay, drain). Held by the session, so it needs
    a direct connection and not a transaction pooler; a lost connection gives it back.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_key(name)])
        row = cursor.fetchone()
    is_held = bool(row and row[0])
    try:
        yield is_held
    finally:
        if is_held and connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_key(name)])
