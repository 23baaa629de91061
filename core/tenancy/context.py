"""Who is asking: every statement on a tenant's table runs as one side, for one transaction.

The role and the tenant's id are set for the transaction only (`set_config(..., true)`), so that
COMMIT, ROLLBACK, a lost connection and a pooler all end them. Without a context the process is
the bare login role, which may read what is needed to find out who is asking, and nothing else.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

# The setting in which a side's policies find who exactly is acting.
SETTINGS = {
    "public": "app.public_page",
    "brand": "app.brand_id",
    "influencer": "app.influencer_id",
    "ops": "app.ops_user_id",
    "system": "app.purpose",
}


class TenancyError(RuntimeError):
    """The code asked for a context that it must not have. A bug, never a user's mistake."""


@dataclass(frozen=True, slots=True)
class Actor:
    side: str
    value: str  # the id of the brand, influencer or ops user; the system's purpose; the page
    # The person behind it, for the audit. Who may do what does not depend on it.
    user_id: int | None = field(default=None, compare=False)

    @property
    def role(self) -> str:
        return f"x_{self.side}"

    def __str__(self) -> str:
        return f"{self.side}:{self.value}"


class _PerThread(threading.local):  # as Django's connections are
    def __init__(self) -> None:
        self.stack: list[Actor] = []


_acting = _PerThread()


def current_actor() -> Actor | None:
    return _acting.stack[-1] if _acting.stack else None


def origin_actor() -> Actor | None:
    """Who opened the outermost context: for whom the current actor acts."""
    return _acting.stack[0] if _acting.stack else None


def acting_user_id() -> int | None:
    """The person behind what happens now, when there is one."""
    return next((actor.user_id for actor in reversed(_acting.stack) if actor.user_id), None)


@contextmanager
def acting_as(
    *,
    public: str | None = None,
    brand: int | None = None,
    influencer: int | None = None,
    ops: int | None = None,
    system: str | None = None,
    user_id: int | None = None,
) -> Iterator[Actor]:
    """One transaction as exactly one side. Also a decorator. See `acting`."""
    given = {
        "public": public,
        "brand": brand,
        "influencer": influencer,
        "ops": ops,
        "system": system,
    }
    chosen = [Actor(side, str(value), user_id) for side, value in given.items() if value]
    if len(chosen) != 1:
        raise TenancyError(f"exactly one side, not {given}")
    with acting(chosen[0]) as actor:
        yield actor


@contextmanager
def acting(actor: Actor) -> Iterator[Actor]:
    """One transaction as `actor`; rolled back when an exception leaves the block.

    Inside another context it is a savepoint, and the outer actor comes back at the end. A
    tenant may only become itself or the system; the system and ops may become anybody.

    Raises:
        TenancyError: one tenant inside another.
        RuntimeError: a transaction without a side is already open (Django's `durable`).
        SynchronousOnlyOperation: called from a coroutine (Django's own guard).
    """
    outer = current_actor()
    _require_may_become(outer, actor)
    is_savepoint = connection.in_atomic_block
    with transaction.atomic(durable=outer is None):
        _run(_becoming(actor, is_first=not is_savepoint))
        _acting.stack.append(actor)
        try:
            yield actor
        finally:
            _acting.stack.pop()  # before COMMIT: on_commit hooks run without a side, and know it
        # RELEASE SAVEPOINT keeps SET LOCAL; ROLLBACK TO SAVEPOINT undoes it by itself.
        if is_savepoint and not connection.needs_rollback:
            _run(_becoming(outer))


def row_as_system(purpose: str, sql: str, values: Sequence[Any]) -> tuple[Any, ...]:
    """The row that one statement answers as the system, for a statement that is sent for every
    sale: what `acting_as` around it says in three messages, in one. PostgreSQL runs the statements
    of a message as one transaction, unless one is open; then it is a savepoint there.

    Raises: what `acting` and the statement raise.
    """
    outer, is_alone = current_actor(), not connection.in_atomic_block
    become, settings = _becoming(Actor("system", purpose), is_first=is_alone)
    message = "; ".join((become, sql))
    whole = nullcontext() if is_alone else transaction.atomic(durable=outer is None)
    with whole, connection.cursor() as cursor:
        cursor.execute(message, [*settings, *values])
        row: tuple[Any, ...] = cursor.fetchone()
        if not is_alone:
            cursor.execute(*_becoming(outer))
    return row


def _require_may_become(outer: Actor | None, inner: Actor) -> None:
    if outer is None or outer == inner or inner.side == "system":
        return
    if outer.side in ("public", "brand", "influencer"):
        raise TenancyError(f"{outer} may not become {inner}")


Statement = tuple[str, list[str]]  # with its values


def _becoming(actor: Actor | None, *, is_first: bool = False) -> Statement:
    """Role and all settings in one statement, so that none is left from the outer actor. The first
    in a transaction has none before it: its role and its own setting are all there is."""
    if is_first and actor is not None:
        return _BECOME_FIRST[actor.side], [actor.value]
    values = [actor.role if actor else "none"]
    values += [actor.value if actor and side == actor.side else "" for side in SETTINGS]
    return _BECOME, values


def _run(statement: Statement) -> None:
    with connection.cursor() as cursor:
        cursor.execute(*statement)


_BECOME = "SELECT " + ", ".join(
    f"set_config('{name}', %s, true)" for name in ("role", *SETTINGS.values())
)
_BECOME_FIRST = {
    side: f"SET LOCAL ROLE x_{side}; SET LOCAL {name} = %s" for side, name in SETTINGS.items()
}
