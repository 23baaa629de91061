"""The click path: against nginx, against Django's ORM, its slowest answers, its way to a row."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import redis

from tools.benches.row import (
    NotRunError,
    Pairs,
    Row,
    machine,
    not_run,
    pairs_of,
    percentile,
    setting,
    take_turns,
)
from tools.benches.servers import BROWSER, Bench, Server, bench, load, wait_drained, warm_up
from tools.benches.world import DESTINATION, World, world_make
from tools.processes import Child

ROUNDS = 5
SECONDS = 8.0  # of one round of load
PROBE_SECONDS = 0.02  # how often it is asked whether a click is a row
PROBES_PER_SECOND = 10
VISIBLE_SECONDS = 30.0
LOCATION = f"{DESTINATION}?cpa_click=00000000000070008000000000000000"


@dataclass(frozen=True, slots=True)
class Goal:
    text: str
    ratio_min: float


@contextmanager
def click_running() -> Iterator[tuple[Bench, World, Server, Child]]:
    """The click process and its drain, on the real Redis and PostgreSQL, with a live link."""
    world = world_make()
    with bench() as own:
        click = own.click()
        yield own, world, click, own.drain()


def path_of(world: World) -> str:
    return f"/c/{world.token}?sub1=story"


def rounds() -> int:
    return int(setting("ROUNDS", ROUNDS))


def seconds() -> float:
    return setting("SECONDS", SECONDS)


# --- Throughput -----------------------------------------------------------------------------


def click_nginx() -> Row:
    """Requests a second, recorded before they are answered, against nginx's `return 302`.

    What is compared is the answer: the drain rests while clicks come, and stores them before the
    reference's turn. How fast it is beside a drain that stores is in the note, and click_p99 and
    click_freshness are measured so.
    """
    name, goal = "click_nginx", Goal(">= 0.20", 0.20)
    with click_running() as (own, world, click, drain):
        ours = click.url + path_of(world)
        try:
            nginx = own.nginx(LOCATION)
            pairs = _throughput(ours, nginx.url + path_of(world), resting=drain)
            draining = load(ours, seconds()).per_second
        except NotRunError as error:
            return not_run(name, goal.text, error)
        memory = _memory(own, world, click, drain)
    note = f"one worker each; {draining:.0f} a second while the drain stores; {memory}"
    return _throughput_row(name, goal, pairs, note)


def click_orm() -> Row:
    """The same against the same view in Django with the ORM (tools/benches/orm_reference)."""
    name, goal = "click_orm", Goal(">= 30", 30.0)
    with click_running() as (own, world, click, _):
        try:
            orm = own.orm()
            pairs = _throughput(click.url + path_of(world), orm.url + path_of(world))
        except NotRunError as error:
            return not_run(name, goal.text, error)
    return _throughput_row(
        name, goal, pairs, "one worker each, the same tables behind the same walls"
    )


def _throughput(ours: str, reference: str, resting: Child | None = None) -> Pairs:
    def clicks_per_second() -> float:
        with _stopped(resting):
            figure = load(ours, seconds()).per_second
        wait_drained(os.environ["REDIS_URL"])  # the reference has the machine for itself
        return figure

    warm_up(ours, reference)
    return take_turns(rounds(), clicks_per_second, lambda: load(reference, seconds()).per_second)


@contextmanager
def _stopped(child: Child | None) -> Iterator[None]:
    """Let a process rest, and go on."""
    if child is None:
        yield
        return
    child.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        child.process.send_signal(signal.SIGCONT)


def _throughput_row(name: str, goal: Goal, pairs: Pairs, note: str) -> Row:
    return Row(
        name,
        ours=round(pairs.ours),
        reference=round(pairs.reference),
        ratio=round(pairs.ratio, 3),
        unit="requests/s",
        goal=goal.text,
        ok=pairs.ratio >= goal.ratio_min,
        rounds=pairs.rounds,
        note=f"{note}; {machine()}",
    )


# --- Memory ---------------------------------------------------------------------------------


def _memory(own: Bench, world: World, click: Server, drain: Child) -> str:
    """One process, and one click that PostgreSQL does not have yet."""
    from attribution.clickpath.names import FIELD, STREAM

    with _stopped(drain), redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        journal = _journal_bytes(own)
        load(click.url + path_of(world), 2)
        entries = client.xrange(STREAM)
        clicks = sum(fields[FIELD.encode()].count(b"\n") for _, fields in entries)
        in_redis = int(client.memory_usage(STREAM, samples=0) or 0)
        on_disk = _journal_bytes(own) - journal
    return (
        f"one process {click.rss_bytes / 1e6:.0f} MB; an undrained click "
        f"{in_redis / clicks:.0f} bytes in Redis, {on_disk / clicks:.0f} in the journal"
    )


def _journal_bytes(own: Bench) -> int:
    sizes = 0
    for path in own.journal.glob("*"):
        with contextlib.suppress(FileNotFoundError):  # dropped meanwhile
            sizes += path.stat().st_size
    return sizes


# --- Time -----------------------------------------------------------------------------------


def click_p99() -> Row:
    """The slowest hundredth at 64 connections, while the drain stores what comes in."""
    name, goal = "click_p99", "<= 25 ms"
    with click_running() as (own, world, click, _):
        try:
            nginx = own.nginx(LOCATION)
            urls = [server.url + path_of(world) for server in (click, nginx)]
            warm_up(*urls)
            both = [[load(url, seconds()) for url in urls] for _ in range(rounds())]
        except NotRunError as error:
            return not_run(name, goal, error)
    pairs = pairs_of([(ours.p99, reference.p99) for ours, reference in both])
    slowest = max(ours.p99 for ours, _ in both)
    return Row(
        name,
        ours=round(pairs.ours, 2),
        reference=round(pairs.reference, 2),
        ratio=round(pairs.ratio, 2),
        unit="ms",
        goal=goal,
        ok=pairs.ours <= 25,
        rounds=pairs.rounds,
        note=f"at full load, 64 connections; worst round {slowest:.1f} ms, longest answer "
        f"{max(ours.longest for ours, _ in both):.0f} ms; {machine()}",
    )


def click_freshness() -> Row:
    """From the 302 to the row in PostgreSQL, asked for single clicks in the middle of the load."""
    name, goal = "click_freshness", "<= 1 s"
    length = seconds() * rounds()
    with click_running() as (_, world, click, _), ThreadPoolExecutor(1) as beside:
        url = click.url + path_of(world)
        try:
            warm_up(url)
        except NotRunError as error:
            return not_run(name, goal, error)
        wait_drained(os.environ["REDIS_URL"])
        others = beside.submit(load, url, length)
        delays = Probes(click, world).run(length - 1)
        per_second = others.result().per_second
    slow = percentile(delays, 99)
    return Row(
        name,
        ours=round(slow, 3),
        reference=None,
        ratio=None,
        unit="s",
        goal=goal,
        ok=slow <= 1.0,
        rounds=len(delays),
        note=f"p99 of {len(delays)} clicks beside {per_second:.0f} others a second; median "
        f"{percentile(delays, 50):.3f} s, longest {max(delays):.3f} s; {machine()}",
    )


class Probes:
    """Clicks of our own at a steady pace, each watched until it is a row."""

    def __init__(self, click: Server, world: World) -> None:
        host, port = urlsplit(click.url).netloc.split(":")
        self._http = http.client.HTTPConnection(host, int(port))
        self._path = path_of(world)
        self._answered: dict[UUID, float] = {}  # monotonic
        self._delays: list[float] = []

    def run(self, seconds: float) -> list[float]:
        """Seconds from the 302 to the row, of every click sent within `seconds`."""
        ends = time.monotonic() + seconds
        while (now := time.monotonic()) < ends or self._answered:
            assert now < ends + VISIBLE_SECONDS, f"{len(self._answered)} clicks became no row"
            if now < ends and now >= self._next_at():
                self._send()
            self._look()
            time.sleep(PROBE_SECONDS)
        self._http.close()
        return self._delays

    def _next_at(self) -> float:
        return max(self._answered.values(), default=0.0) + 1 / PROBES_PER_SECOND

    def _send(self) -> None:
        self._http.request("GET", self._path, headers={"user-agent": BROWSER})
        answer = self._http.getresponse()
        answer.read()
        click_id = UUID(str(answer.headers["location"]).rpartition("cpa_click=")[2])
        self._answered[click_id] = time.monotonic()

    def _look(self) -> None:
        from attribution.models import Click
        from core.ids import uuid7_time
        from core.tenancy.context import acting_as

        if not self._answered:
            return
        since = min(uuid7_time(click_id) for click_id in self._answered)
        with acting_as(system="bench"):
            found = Click.objects.filter(click_id__in=self._answered, at__gte=since)
            rows = list(found.values_list("click_id", flat=True))
        now = time.monotonic()
        self._delays += [now - self._answered.pop(click_id) for click_id in rows]
