"""The inbox as real processes, a shop that repeats a call until it is told "stored", and a nemesis
that takes everything away from under them in an order that its seed decides."""

from __future__ import annotations

import hashlib
import http.client
import json
import queue
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from core.crash import CRASH
from tests.attribution.clickpath.conftest import ROOT, Valkey, until
from tests.attribution.shop import order_body, signed
from tests.chaos.click_world import database_connections_cut
from tools.processes import Child, Children, free_ports, page_status
from tools.product import Ports, process_commands

SENDERS = 6
RETRY_SECONDS = 0.1  # of the shop between two tries of one event
ANSWER_SECONDS = 10.0
START_SECONDS = 120.0  # of a process on a machine that is busy with other things
STRIKE_SECONDS = 180.0  # in which the shop must get so far that the next fault is due
Queue = queue.SimpleQueue[bytes | None]  # None: there is no more
CODE = "AQTAS"  # Aliya's, of tests/cast.py: 10 % of what the buyer keeps
POISON = 10


# --- What the shop sends --------------------------------------------------------------------


@dataclass(frozen=True)
class Mail:
    """Every event of a run, and what must have come of them in the end."""

    bodies: list[bytes]  # all different
    poison: frozenset[str]  # sha256 of those that nobody can read
    rewards: dict[str, int]  # order id -> tiyn that its influencer earns


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def mail_make(count: int, chance: random.Random, placed: datetime) -> Mail:
    """`count` events, POISON of them unreadable. Of every three others, two are one order: paid,
    then delivered and partly sent back; whichever comes first, the later one is what counts.

    The sums are chosen so that 10 % are whole tiyn: the expectation rounds nothing.
    """
    bodies, rewards = [], {}
    while len(bodies) < count - POISON:
        order_id = len(rewards) + 1
        amount = chance.randrange(10_000, 90_000) * 10  # tiyn
        bodies.append(_order(order_id, amount, placed))
        if order_id % 2 and len(bodies) < count - POISON:
            back = chance.randrange(1, amount // 20) * 10
            bodies.append(_order(order_id, amount, placed, returned=back))
            amount -= back
        rewards[str(order_id)] = amount // 10
    poison = [json.dumps({"id": n, "moon": "full"}).encode() for n in range(1, POISON + 1)]
    bodies += poison
    chance.shuffle(bodies)
    return Mail(bodies, frozenset(map(digest, poison)), rewards)


def _order(order_id: int, amount: int, placed: datetime, *, returned: int = 0) -> bytes:
    return order_body(
        order_id,
        status="completed" if returned else "processing",
        total=_tenge(amount),
        coupons=(CODE,),
        refunded=_tenge(returned) if returned else None,
        minutes=60 if returned else 0,
        placed=placed,
    )


def _tenge(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


# --- Processes ------------------------------------------------------------------------------


@dataclass
class Inbox:
    """Web, relay and worker as `make demo` starts them, and a Valkey of their own."""

    valkey: Valkey
    children: Children
    env: dict[str, str]
    folder: Path
    running: dict[str, Child] = field(default_factory=dict)
    fallen: list[str] = field(default_factory=list)  # ended by themselves, hence started again

    def __post_init__(self) -> None:
        self.port = free_ports(1)[0]
        ports = Ports(web=self.port, click=0, sandbox=0, smtp=0)
        commands = process_commands(ports, self.folder)
        self._commands = {name: commands[name] for name in ("web", "worker", "relay")}

    def start(self) -> None:
        for name in self._commands:
            self.process_start(name)
        ready = f"http://127.0.0.1:{self.port}/healthz"
        until(lambda: page_status(ready) == 200, START_SECONDS)
        worker = self.running["worker"]
        until(lambda: " ready." in worker.log.read_text(errors="replace"), START_SECONDS)

    def process_start(self, name: str, **env: str) -> Child:
        self.running[name] = self.children.start(
            name, self._commands[name], env={**self.env, **env}, cwd=ROOT
        )
        return self.running[name]

    def kill_and_start(self, name: str, **env: str) -> Child:
        """SIGKILL for its whole group, and a new one at once."""
        self.children.let_go(self.running[name])
        return self.process_start(name, **env)

    def revive(self) -> None:
        """As a supervisor does: what ended by itself is started again, and remembered."""
        for name, child in list(self.running.items()):
            if not child.is_running:
                self.fallen.append(f"{name}: {child.log_tail()[-300:]}")
                self.kill_and_start(name)


# --- The shop -------------------------------------------------------------------------------


@dataclass
class Answers:
    """What the shop was told."""

    stored: list[str] = field(default_factory=list)  # sha256 of a body, once for every 2xx
    refusals: int = 0  # 503: come again
    failures: int = 0  # no answer at all: the process had been killed
    wrong: list[int] = field(default_factory=list)  # any other status of a good call


class Sender(threading.Thread):
    """Takes events from the shop's queue and repeats each until it is told "stored"."""

    def __init__(self, port: int, path: str, mail: Queue, answers: Answers) -> None:
        super().__init__(daemon=True)
        self._port, self._path, self._mail, self._answers = port, path, mail, answers
        self._connection: http.client.HTTPConnection | None = None
        self.enough = threading.Event()

    def run(self) -> None:
        while body := self._mail.get():
            while not self._is_stored(body) and not self.enough.wait(RETRY_SECONDS):
                pass
        self._hang_up()

    def _is_stored(self, body: bytes) -> bool:
        try:
            status = self._post(body)
        except (OSError, http.client.HTTPException):
            self._answers.failures += 1
            self._hang_up()
            return False
        if 200 <= status < 300:
            self._answers.stored.append(digest(body))
            return True
        if status == 503:
            self._answers.refusals += 1
        else:
            self._answers.wrong.append(status)
        return False

    def _post(self, body: bytes) -> int:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=ANSWER_SECONDS
            )
        self._connection.request("POST", self._path, body, headers_of(body))
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def _hang_up(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection = None


def headers_of(body: bytes) -> dict[str, str]:
    """The signature as it goes over the wire."""
    return {
        name.removeprefix("HTTP_").replace("_", "-"): value for name, value in signed(body).items()
    }


class Shop:
    """Sends what it is given, in this order, as fast as it is answered."""

    def __init__(self, port: int, path: str, calls: Sequence[bytes]) -> None:
        self.answers = Answers()
        self.total = len(calls)
        self.given = 0
        self._calls = calls
        self._mail = Queue()
        self._senders = [Sender(port, path, self._mail, self.answers) for _ in range(SENDERS)]

    def give(self, up_to: int) -> None:
        """Let it send its calls up to this one."""
        for body in self._calls[self.given : up_to]:
            self._mail.put(body)
        self.given = up_to

    @contextmanager
    def open(self) -> Iterator[None]:
        """It sends while the block runs, and after it until all calls were answered "stored"."""
        for sender in self._senders:
            sender.start()
        try:
            yield
            self.give(self.total)
        except BaseException:
            for sender in self._senders:
                sender.enough.set()
            raise
        finally:
            for _ in self._senders:
                self._mail.put(None)
            for sender in self._senders:
                sender.join()


# --- Nemesis --------------------------------------------------------------------------------


class Nemesis:
    """Every kind of fault in an order drawn anew for each turn. When: as the shop gets on, so that
    a slow machine meets the same faults at the same share of the mail. With each of them come new
    calls, which find that something is missing."""

    def __init__(self, inbox: Inbox, shop: Shop, seed: str) -> None:
        self._inbox, self._shop = inbox, shop
        self._chance = random.Random(seed)
        self._portion = 0
        self.done: list[str] = []

    @property
    def plain_kinds(self) -> tuple[Callable[[], None], ...]:
        """One for each thing that can die, at a moment that chance decides."""
        return (
            self.worker_killed,
            self.relay_killed,
            self.web_killed,
            self.redis_wiped,
            self.database_cut,
        )

    @property
    def all_kinds(self) -> tuple[Callable[[], None], ...]:
        return (
            *self.plain_kinds,
            self.worker_killed_in_its_transaction,
            self.worker_killed_after_its_commit,
            self.web_killed_before_its_answer,
            self.redis_away,
        )

    def strike_all(self, kinds: Sequence[Callable[[], None]], turns: int) -> None:
        """Spread `turns` of every kind over the shop's mail."""
        faults = [fault for _ in range(turns) for fault in self._chance.sample(kinds, len(kinds))]
        self._portion = self._shop.total // (len(faults) + 2)  # one before, and one after all
        self._more_calls()
        for fault in faults:
            until(self._is_under_way, STRIKE_SECONDS)
            fault()
            self.done.append(fault.__name__)

    def _is_under_way(self) -> bool:
        """Half of the portion is stored, and the other half is on its way."""
        self._inbox.revive()
        return len(self._shop.answers.stored) >= self._shop.given - self._portion // 2

    def _more_calls(self) -> None:
        self._shop.give(self._shop.given + self._portion)

    def _kill_and_start(self, name: str, **env: str) -> Child:
        child = self._inbox.kill_and_start(name, **env)
        self._more_calls()
        return child

    def worker_killed(self) -> None:
        self._kill_and_start("worker")

    def worker_killed_in_its_transaction(self) -> None:
        self._worker_dies_at("inbox.worked")

    def worker_killed_after_its_commit(self) -> None:
        """The effect is there and the broker was not told so: the event is handed out again."""
        self._worker_dies_at("inbox.finished")

    def _worker_dies_at(self, point: str) -> None:
        dying = self._kill_and_start("worker", **{CRASH: point})
        until(lambda: "signal 9" in dying.log.read_text(errors="replace"), STRIKE_SECONDS)
        self._inbox.kill_and_start("worker")

    def relay_killed(self) -> None:
        self._kill_and_start("relay")

    def web_killed(self) -> None:
        self._kill_and_start("web")

    def web_killed_before_its_answer(self) -> None:
        """The row is there and the shop was not told so: it sends again."""
        dying = self._kill_and_start("web", **{CRASH: "inbox.stored"})
        until(lambda: not dying.is_running, STRIKE_SECONDS)
        self._inbox.kill_and_start("web")

    def redis_wiped(self) -> None:
        self._redis_gone_for(0)

    def redis_away(self) -> None:
        self._redis_gone_for(self._chance.uniform(0.2, 1.0))

    def _redis_gone_for(self, seconds: float) -> None:
        self._inbox.valkey.kill()
        self._more_calls()
        time.sleep(seconds)
        self._inbox.valkey.start_again()

    def database_cut(self) -> None:
        self._more_calls()
        database_connections_cut()
