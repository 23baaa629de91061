"""How the demo's past is told: many stories at once, in the order of time.

A story is a generator. It yields the moment of its next step, and the step runs as if it were then.
So a journal that was posted later also happened later, whichever story it belongs to, and a
statement reads as one that was lived through.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from core import clock

Story = Iterator[datetime]


def stories_tell(stories: Iterable[Story]) -> None:
    """All of them to their ends. Steps of one moment run in the order in which the stories stand;
    nothing that a story does before it names its first moment may ask what time it is."""
    waiting: list[tuple[datetime, int, Story]] = []
    for place, story in enumerate(stories):
        _wait(waiting, place, story, next(story, None))
    while waiting:
        moment, place, story = heapq.heappop(waiting)
        with clock.telling(moment):
            onward = next(story, None)
        assert onward is None or onward >= moment, (moment, onward)
        _wait(waiting, place, story, onward)


def _wait(
    waiting: list[tuple[datetime, int, Story]], place: int, story: Story, at: datetime | None
) -> None:
    if at is not None:
        heapq.heappush(waiting, (at, place, story))


def once(at: datetime, step: Callable[[], object]) -> Story:
    """A story of one step."""
    yield at
    step()


def nightly(first: datetime, last: datetime, step: Callable[[], object]) -> Story:
    """At each midnight of Kazakhstan between the two."""
    day = clock.day_of(first) + timedelta(days=1)
    while (midnight := clock.day_start(day)) <= last:
        yield midnight
        step()
        day += timedelta(days=1)
