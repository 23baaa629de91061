"""The poll planner on simulated time: its real ticks, rows and answers, and no HTTP.

What takes time is what a connector's stand-in says an answer takes, and OWN_WORK for each answer;
the machine that runs the simulation does not matter. Every process is a thread, and exactly one of
them runs: the one whose moment is the next.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import time_machine
from django.db import connection as database

from attribution.connectors import registry
from attribution.connectors.base import CredentialsRefused, Endpoint, PollConnection, PollPage
from attribution.models import Connection, PollCursor
from attribution.services.poll_answers import Answer
from attribution.services.polling import connections_poll
from core import clock
from core.http import OutgoingClient, OutgoingFailed, OutgoingResponse, OutgoingTimeout
from core.tenancy.context import acting_as

# What a process does for an answer, one after the other: our queries, TLS and HTTP in Python.
OWN_WORK = timedelta(milliseconds=5)
# How long a source's answer takes; Kaspi's pages are several questions.
TAKES = {"wildberries": 0.1, "ozon": 0.15, "kaspi": 0.3}
SLOW_SECONDS = 8.0
LIMIT_SECONDS = 900
TROUBLES = ("refused", "mute", "slow", "limited", "busy")
# As beat sends them: (slow, every, dropped after). exchange/settings/base.py
TICKS = ((False, timedelta(seconds=5)), (True, timedelta(seconds=20)))


class Timeline:
    """The one clock, and whose turn it is."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller
        self._turn = threading.Condition()
        self._waiting: dict[int, datetime] = {}
        self._running: int | None = None

    def run(self, processes: list[Callable[[], None]]) -> None:
        """Until all have returned. Raises what one of them raised."""
        errors: list[BaseException] = []

        def live(number: int, process: Callable[[], None]) -> None:
            try:
                with self._turn:
                    self._turn.wait_for(lambda: self._running == number)
                process()
            except BaseException as error:
                errors.append(error)
            finally:
                database.close()
                self._pass_on()

        threads = [
            threading.Thread(target=live, args=each, daemon=True) for each in enumerate(processes)
        ]
        self._waiting = dict.fromkeys(range(len(threads)), clock.now())
        for thread in threads:
            thread.start()
        self._pass_on()
        for thread in threads:
            thread.join()
        if errors:
            raise errors[0]

    def wait_until(self, moment: datetime) -> None:
        """Let the others run whose moments are sooner."""
        me = self._running
        assert me is not None
        self._waiting[me] = max(moment, clock.now())
        self._pass_on()
        with self._turn:
            self._turn.wait_for(lambda: self._running == me)

    def takes(self, seconds: float) -> None:
        self._traveller.shift(seconds)

    def back_to(self, moment: datetime) -> None:
        self._traveller.move_to(moment)

    def _pass_on(self) -> None:
        with self._turn:
            self._running = min(
                self._waiting, key=lambda each: (self._waiting[each], each), default=None
            )
            if self._running is not None:
                self._traveller.move_to(self._waiting.pop(self._running))
            self._turn.notify_all()


class SimulatedCrew:
    """Hands that wait on the timeline: work is done at once, and finished when it would be."""

    def __init__(self, timeline: Timeline, count: int) -> None:
        self._timeline, self._count = timeline, count
        self._under_way: list[tuple[datetime, int, Answer]] = []
        self._numbers = itertools.count()

    @property
    def free(self) -> int:
        return self._count - len(self._under_way)

    def give(self, work: Callable[[], Answer]) -> None:
        began_at = clock.now()
        answer = work()
        heapq.heappush(self._under_way, (clock.now(), next(self._numbers), answer))
        self._timeline.back_to(began_at)

    def results(self) -> list[Answer]:
        if not self._under_way:
            return []
        self._timeline.wait_until(self._under_way[0][0])
        found = []
        while self._under_way and self._under_way[0][0] <= clock.now():
            found.append(heapq.heappop(self._under_way)[2])
        self._timeline.wait_until(clock.now() + OWN_WORK * len(found))
        return found

    def dismiss(self) -> None:
        pass


@dataclass
class World:
    """What the sellers' cabinets do, and when each of their lists was asked."""

    timeline: Timeline
    troubles: dict[str, str] = field(default_factory=dict)
    asked: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    began_at: datetime = field(default_factory=clock.now)

    def elapsed(self) -> float:
        return (clock.now() - self.began_at).total_seconds()


@dataclass
class StandIn:
    """Stands in for a source's connector, in this process: its lists and paces, no HTTP."""

    source: str
    endpoints: Mapping[str, Endpoint]
    world: World

    def fetch(
        self,
        client: OutgoingClient,
        endpoint: str,
        cursor: Mapping[str, Any],
        connection: PollConnection,
        *,
        now: datetime,
    ) -> PollPage:
        seller = connection.secret
        self.world.asked[seller, endpoint].append(self.world.elapsed())
        trouble = self.world.troubles.get(seller)
        seconds = {"mute": 1_000.0, "slow": SLOW_SECONDS}.get(trouble or "", TAKES[self.source])
        self.world.timeline.takes(min(seconds, client.timeout_seconds))
        if seconds > client.timeout_seconds:
            raise OutgoingTimeout("GET: no answer")
        if trouble == "refused":
            raise CredentialsRefused(401)
        if trouble == "busy":
            raise OutgoingFailed("503", OutgoingResponse(503, {}, b""))
        if trouble == "limited":
            return PollPage((), cursor, LIMIT_SECONDS, is_last=False, is_limited=True)
        pace = pace_seconds(self.endpoints[endpoint])
        return PollPage((), {"at": now.isoformat()}, pace, is_last=True)


def pace_seconds(endpoint: Endpoint) -> int:
    """Between two questions of one who has no more than a page of news."""
    kinds = endpoint.interval_seconds
    kind = "service" if "service" in kinds else next(iter(kinds))
    return endpoint.delay_seconds(kind, is_last=True)


def sellers_make(brand_id: int, count: int) -> dict[str, str]:
    """{name of the seller: source}: a third on each marketplace, every list of each due now."""
    sources = {f"seller {number}": list(TAKES)[number % len(TAKES)] for number in range(count)}
    with acting_as(system="simulation"):
        made = Connection.objects.bulk_create(
            (
                Connection(
                    brand_id=brand_id,
                    source=source,
                    name=name,
                    token=name,
                    settings={"token_kind": "service"} if source == "wildberries" else {},
                    state=Connection.State.OK,
                )
                for name, source in sources.items()
            ),
            batch_size=2_000,
        )
        PollCursor.objects.bulk_create(
            (
                PollCursor(connection=each, brand_id=brand_id, endpoint=endpoint)
                for each in made
                for endpoint in registry.POLLS[each.source].endpoints
            ),
            batch_size=5_000,
        )
    return sources


@contextmanager
def standing_in(world: World) -> Iterator[None]:
    """The connectors' stand-ins, for this simulation only."""
    stand_ins = {
        source: StandIn(source, registry.POLLS[source].endpoints, world) for source in TAKES
    }
    log = logging.getLogger("attribution.services.poll_answers")
    level = log.level
    log.setLevel(logging.CRITICAL)  # a warning for each seller that is ill
    try:
        with mock.patch.dict(registry.POLLS, stand_ins):
            yield
    finally:
        log.setLevel(level)


@dataclass
class Beat:
    """Sends ticks; a process takes the oldest that is not stale, as Celery's would."""

    timeline: Timeline
    ends_at: datetime
    hands: Mapping[bool, int]
    due: dict[bool, datetime] = field(default_factory=dict)

    def process(self) -> None:
        """One process of the worker machine."""
        while clock.now() < self.ends_at:
            is_slow, sent_at = self._next()
            self.timeline.wait_until(sent_at)
            crew = SimulatedCrew(self.timeline, self.hands[is_slow])
            connections_poll(is_slow=is_slow, crew=crew)

    def _next(self) -> tuple[bool, datetime]:
        """Which tick, and when beat sends it; those that grew stale were dropped."""
        now = clock.now()
        for is_slow, every in TICKS:
            sent_at = self.due.setdefault(is_slow, now)
            while sent_at <= now - every:
                sent_at += every
            self.due[is_slow] = sent_at
        is_slow = min(self.due, key=lambda kind: self.due[kind])
        sent_at = self.due[is_slow]
        self.due[is_slow] = sent_at + dict(TICKS)[is_slow]
        return is_slow, sent_at


@dataclass(frozen=True)
class Outcome:
    """Seconds, and lateness in rounds: how much longer than its own pace a list waited, by that
    pace. Of the sellers that are well, unless it says otherwise."""

    caught_up_seconds: float  # until each was asked once after an outage of ours
    late_rounds: float  # the worst afterwards, while the others fell ill
    late_seconds: float
    slow_late_rounds: float  # the worst of those that answer slowly, from their second question
    bad_lists: int
    bad_lists_asked: int
    limited_too_soon: int
    questions: int


def simulate(
    brand_id: int,
    *,
    count: int,
    minutes: float,
    ill_at_minutes: float,
    hands: Mapping[bool, int],
    processes: int = 2,
) -> Outcome:
    """Everything is due at once, as after an outage of ours; once that is caught up a tenth of the
    sellers falls ill in one moment, each fifth of them in another way."""
    sources = sellers_make(brand_id, count)
    with time_machine.travel(clock.now(), tick=False) as traveller:
        timeline = Timeline(traveller)
        world = World(timeline)
        with standing_in(world):
            beat = Beat(timeline, world.began_at + timedelta(minutes=minutes), hands)
            ill_at = world.began_at + timedelta(minutes=ill_at_minutes)

            def fall_ill() -> None:
                timeline.wait_until(ill_at)
                bad = list(sources)[::10]
                world.troubles.update(
                    (name, TROUBLES[number % len(TROUBLES)]) for number, name in enumerate(bad)
                )

            timeline.run([fall_ill, *[beat.process] * processes])
            return _outcome(world, sources, ill_at_minutes * 60, minutes * 60)


def _outcome(world: World, sources: Mapping[str, str], ill_at: float, ends_at: float) -> Outcome:
    lists = [
        (name, endpoint, pace_seconds(spec))
        for name, source in sources.items()
        for endpoint, spec in registry.POLLS[source].endpoints.items()
    ]
    well = [each for each in lists if each[0] not in world.troubles]
    bad = [each for each in lists if each[0] in world.troubles]
    slow = [each for each in bad if world.troubles[each[0]] == "slow"]
    limited = [each for each in bad if world.troubles[each[0]] == "limited"]
    caught_up = max(world.asked.get((name, list_), [ends_at])[0] for name, list_, _pace in well)

    def lateness(each: tuple[str, str, int], since: float) -> float:
        name, endpoint, pace = each
        moments = [at for at in world.asked[name, endpoint] if at >= since]
        gaps = (later - sooner for sooner, later in itertools.pairwise([*moments, ends_at]))
        return max((gap - pace for gap in gaps), default=0.0)

    late = [(lateness(each, caught_up), each[2]) for each in well]
    settled = ill_at + 2 * SLOW_SECONDS
    return Outcome(
        caught_up_seconds=caught_up,
        late_rounds=max(seconds / pace for seconds, pace in late),
        late_seconds=max(seconds for seconds, _pace in late),
        slow_late_rounds=max((lateness(each, settled) / each[2] for each in slow), default=0.0),
        bad_lists=len(bad),
        bad_lists_asked=sum(_is_asked_since(world, each, ill_at, ends_at) for each in bad),
        limited_too_soon=sum(_limited_too_soon(world, each, ill_at) for each in limited),
        questions=sum(map(len, world.asked.values())),
    )


def _is_asked_since(
    world: World, each: tuple[str, str, int], ill_at: float, ends_at: float
) -> bool:
    """Or need not be yet."""
    moments = world.asked[each[0], each[1]]
    return moments[-1] >= ill_at or moments[-1] + each[2] > ends_at


def _limited_too_soon(world: World, each: tuple[str, str, int], ill_at: float) -> int:
    """Questions within the pause that the source asked for."""
    since = [at for at in world.asked[each[0], each[1]] if at >= ill_at]
    return sum(later - sooner < LIMIT_SECONDS for sooner, later in itertools.pairwise(since))
