"""Several hands in one task, for work that mostly waits for somebody else's machine.

The task's own thread gives out work and does what is to be done with its results; the hands are
threads that do the waiting. A hand holds no database connection: who needs one for an instant
borrows one of a few (`borrowed_connection`), so that many hands do not eat up PostgreSQL's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Generic, Protocol, TypeVar

from django.db import connection

CONNECTIONS_MAX = 4  # of all hands of a process together

Result = TypeVar("Result")


class Crew(Protocol[Result]):
    """Who does the waiting. Work never raises: what went wrong is a result too."""

    @property
    def free(self) -> int:
        """How many hands have nothing to do."""

    def give(self, work: Callable[[], Result]) -> None:
        """Begin; only with a free hand."""

    def results(self) -> list[Result]:
        """What is finished, waiting for the first if nothing is; empty when nobody works."""

    def dismiss(self) -> None:
        """Nobody is given anything any more."""


class _Mark(threading.local):
    is_hand = False


_mark = _Mark()
_connections = threading.BoundedSemaphore(CONNECTIONS_MAX)


class Hands(Generic[Result]):
    """A crew of threads, begun as they are needed."""

    def __init__(self, count: int) -> None:
        self._count, self._busy = count, 0
        self._threads: list[threading.Thread] = []
        self._work: SimpleQueue[Callable[[], Result] | None] = SimpleQueue()
        self._done: SimpleQueue[Result] = SimpleQueue()

    @property
    def free(self) -> int:
        return self._count - self._busy

    def give(self, work: Callable[[], Result]) -> None:
        if self._busy == len(self._threads):
            self._threads.append(threading.Thread(target=self._live, daemon=True))
            self._threads[-1].start()
        self._busy += 1
        self._work.put(work)

    def results(self) -> list[Result]:
        if not self._busy:
            return []
        found = [self._done.get()]
        while not self._done.empty():  # we are the only one who takes
            found.append(self._done.get())
        self._busy -= len(found)
        return found

    def dismiss(self) -> None:
        for _hand in self._threads:
            self._work.put(None)

    def _live(self) -> None:
        _mark.is_hand = True
        while (work := self._work.get()) is not None:
            self._done.put(work())


class OneHand(Generic[Result]):
    """The task's own thread does the work at once: where one thing at a time is enough."""

    def __init__(self) -> None:
        self._done: list[Result] = []

    @property
    def free(self) -> int:
        return 0 if self._done else 1

    def give(self, work: Callable[[], Result]) -> None:
        self._done.append(work())

    def results(self) -> list[Result]:
        found, self._done = self._done, []
        return found

    def dismiss(self) -> None:
        pass


@contextmanager
def borrowed_connection() -> Iterator[None]:
    """A database connection for a hand, given back at the end; the task's own thread has one."""
    if not _mark.is_hand:
        yield
        return
    with _connections:
        try:
            yield
        finally:
            connection.close()
