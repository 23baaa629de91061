"""The click path as real processes, visitors who remember what they were promised, and a nemesis
that takes everything away from under them in an order that its seed decides."""

from __future__ import annotations

import http.client
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connection

from core.crash import CRASH
from tests.attribution.clickpath.conftest import BROWSER, ROOT, Valkey, granian_start, until
from tools.processes import Child, Children, free_ports

VISITORS = 6
PAUSE_SECONDS = 0.003  # of a visitor between two clicks: the machine is shared with other tests
ANSWER_SECONDS = 10.0
CLICK_PROCESSES = 2
CRASH_POINTS = ("click_drain.stored", "click_drain.committed")


# --- Processes ------------------------------------------------------------------------------


@dataclass
class ClickPath:
    """Two click processes that share a journal folder, a drain, and a Valkey of their own."""

    valkey: Valkey
    children: Children
    env: dict[str, str]
    journal: Path
    ports: list[int] = field(default_factory=lambda: free_ports(CLICK_PROCESSES))
    clicks: list[Child] = field(default_factory=list)
    drain: Child | None = None

    def start(self) -> None:
        self.clicks = [self._click_start(port) for port in self.ports]
        self.drain_start()

    def _click_start(self, port: int) -> Child:
        return granian_start(self.children, self.env, self.journal, port)

    def click_kill_and_start(self, at: int) -> None:
        kill_group(self.clicks[at])
        self.children.let_go(self.clicks[at])
        self.clicks[at] = self._click_start(self.ports[at])

    def drain_start(self, **env: str) -> None:
        command = [sys.executable, "manage.py", "click_drain"]
        self.drain = self.children.start("drain", command, env={**self.env, **env}, cwd=ROOT)

    def drain_kill(self) -> None:
        assert self.drain
        kill_group(self.drain)
        self.children.let_go(self.drain)

    def drain_dies_at(self, point: str) -> None:
        """It is started to die there, and dies with the next batch."""
        self.drain_kill()
        self.drain_start(**{CRASH: point})
        assert self.drain
        dying = self.drain
        until(lambda: not dying.is_running, seconds=60.0)
        assert dying.process.returncode == -signal.SIGKILL, dying.log_tail()
        self.children.let_go(dying)

    def journals(self) -> list[Path]:
        return list(self.journal.glob("*.clicks"))


def kill_group(child: Child) -> None:
    os.killpg(child.process.pid, signal.SIGKILL)
    child.process.wait()


def database_connections_cut() -> None:
    """As when PostgreSQL restarts: whatever the other processes were doing there is undone.

    As the login itself: a role may end what is of that role.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = session_user"
            " AND pid <> pg_backend_pid()"
        )


# --- Visitors -------------------------------------------------------------------------------


@dataclass
class Promises:
    """What visitors were answered."""

    click_ids: list[str] = field(default_factory=list)  # of every 302
    refusals: int = 0  # 503: told to come again, hence no promise
    wrong: list[int] = field(default_factory=list)  # any other status of a live link
    failures: int = 0  # no answer at all: the process had been killed


class Visitor(threading.Thread):
    """Clicks on live links, over and over, on a connection that it keeps while it can."""

    def __init__(self, ports: list[int], tokens: list[str], seed: str) -> None:
        super().__init__(daemon=True)
        self._ports = ports
        self._tokens = tokens
        self._chance = random.Random(seed)
        self._enough = threading.Event()
        self._connection: http.client.HTTPConnection | None = None
        self.promises = Promises()

    def run(self) -> None:
        while not self._enough.wait(PAUSE_SECONDS):
            try:
                self._click()
            except (OSError, http.client.HTTPException):
                self.promises.failures += 1
                self._hang_up()
        self._hang_up()

    def stop(self) -> Promises:
        self._enough.set()
        self.join()
        return self.promises

    def _click(self) -> None:
        if self._connection is None:
            port = self._chance.choice(self._ports)
            self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
        path = f"/c/{self._chance.choice(self._tokens)}?sub1=chaos"
        self._connection.request("GET", path, headers={"user-agent": BROWSER})
        answer = self._connection.getresponse()
        answer.read()
        if answer.status == 302:
            location = str(answer.headers["location"])
            self.promises.click_ids.append(location.rpartition("cpa_click=")[2])
        elif answer.status == 503:
            self.promises.refusals += 1
        else:
            self.promises.wrong.append(answer.status)

    def _hang_up(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None


@contextmanager
def visiting(path: ClickPath, tokens: list[str], seed: str) -> Iterator[Promises]:
    """Visitors come for as long as the block runs; what they were promised is there afterwards."""
    all_promises = Promises()
    visitors = [Visitor(path.ports, tokens, f"{seed}:{n}") for n in range(VISITORS)]
    for visitor in visitors:
        visitor.start()
    try:
        yield all_promises
    finally:
        for visitor in visitors:
            one = visitor.stop()
            all_promises.click_ids += one.click_ids
            all_promises.refusals += one.refusals
            all_promises.wrong += one.wrong
            all_promises.failures += one.failures


# --- Nemesis --------------------------------------------------------------------------------


class Nemesis:
    """Every kind of fault in an order drawn anew for each turn, at moments drawn by its seed."""

    def __init__(self, path: ClickPath, seed: str) -> None:
        self._path = path
        self._chance = random.Random(seed)
        self._turn: list[Callable[[], None]] = []
        self.done: list[str] = []

    @property
    def kinds(self) -> tuple[Callable[[], None], ...]:
        return (
            self.redis_wiped,
            self.redis_away,
            self.redis_refuses,
            self.click_killed,
            self.drain_killed,
            self.drain_killed_in_its_transaction,
            self.redis_wiped_and_click_killed,
            self.database_cut,
        )

    def strike(self) -> None:
        self._wait(0.1, 0.6)
        if not self._turn:
            self._turn = self._chance.sample(self.kinds, len(self.kinds))
        fault = self._turn.pop()
        fault()
        self.done.append(fault.__name__)

    def redis_wiped(self) -> None:
        self._path.valkey.kill()
        self._path.valkey.start_again()

    def redis_away(self) -> None:
        self._path.valkey.kill()
        self._wait(0.2, 1.2)
        self._path.valkey.start_again()

    def redis_refuses(self) -> None:
        client = self._path.valkey.client
        client.config_set("maxmemory", "1")
        self._wait(0.1, 0.5)
        client.config_set("maxmemory", "0")

    def click_killed(self) -> None:
        self._path.click_kill_and_start(self._chance.randrange(CLICK_PROCESSES))

    def redis_wiped_and_click_killed(self) -> None:
        """Only the journal that the dead process left knows its last clicks."""
        self._path.valkey.kill()
        self._wait(0.05, 0.3)
        at = self._chance.randrange(CLICK_PROCESSES)
        kill_group(self._path.clicks[at])
        self._path.valkey.start_again()
        self._path.click_kill_and_start(at)

    def drain_killed(self) -> None:
        self._path.drain_kill()
        self._wait(0.0, 0.5)
        self._path.drain_start()

    def drain_killed_in_its_transaction(self) -> None:
        self._path.drain_dies_at(self._chance.choice(CRASH_POINTS))
        self._path.drain_start()

    def database_cut(self) -> None:
        database_connections_cut()

    def _wait(self, least: float, most: float) -> None:
        time.sleep(self._chance.uniform(least, most))
