"""The one way to start background work, and the side it runs as."""

from __future__ import annotations

from typing import Any

from celery import Task, current_app
from django.db import transaction

from core.tenancy.context import Actor, TenancyError, acting, current_actor


def enqueue(task_name: str, *ids: int | str) -> None:
    """Run a task after COMMIT, as whoever acts now. Only ids travel, and who acts.

    By name, so that services (lower) need not import tasks (higher). A broker that is down loses
    the message and nothing else: each kind of work has a sweeper that finds what waits.

    Raises:
        KeyError: no such task; at the call, not later in a worker.
        TenancyError: nobody is acting.
    """
    task, actor = current_app.tasks[task_name], current_actor()
    if actor is None:
        raise TenancyError(f"{task_name}: nobody is acting")
    headers: dict[str, Any] = {"acting": [actor.side, actor.value, actor.user_id]}

    def send() -> None:  # no partial: Django asks a hook that fails for its name
        task.apply_async(args=ids, headers=headers, retry=False)

    transaction.on_commit(send, robust=True)


class ActingTask(Task):
    """One transaction as whoever enqueued it.

    A task that must commit in between (a payout, before HTTP) is a plain task with several
    `with acting_as(system=...)` blocks, and so is what beat starts.
    """

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        acting_header = (self.request.headers or {}).get("acting")
        if not acting_header:
            raise TenancyError(f"{self.name} was not started by enqueue")
        with acting(Actor(*acting_header)):
            return super().__call__(*args, **kwargs)
