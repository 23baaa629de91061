"""The click path as real processes: granian, the drain, a Valkey of our own that may be killed."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis
from django.db import connection

from attribution.clickpath.drain import Drain, redis_connect
from attribution.models import Click
from core.tenancy.context import acting_as
from tools.processes import Child, Children, free_ports, port_answers
from tools.services import valkey_program, valkey_start

ROOT = Path(__file__).resolve().parents[3]
WAIT_SECONDS = 10.0
BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"


def until(is_so: Callable[[], Any], seconds: float = WAIT_SECONDS) -> Any:
    """What `is_so` answers as soon as that is true; it fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.01)
    return found


@dataclass
class Valkey:
    url: str
    folder: Path
    children: Children
    child: Child

    @property
    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def kill(self) -> None:
        self.child.process.kill()
        self.child.process.wait()

    def start_again(self) -> None:
        """Empty, at the same address: it keeps nothing on disk."""
        command = [valkey_program(), self.folder / "valkey.conf"]
        self.child = self.children.start("valkey", command, env=os.environ, cwd=self.folder)
        port = int(self.url.rpartition(":")[2].partition("/")[0])
        until(lambda: port_answers(port))


@dataclass
class ClickProcess:
    url: str
    child: Child

    def get(self, token: str, **kwargs: Any) -> httpx.Response:
        kwargs.setdefault("headers", {"user-agent": BROWSER})
        method = kwargs.pop("method", "GET")
        return httpx.request(method, f"{self.url}/c/{token}", trust_env=False, **kwargs)

    def raw(self, data: bytes) -> bytes:
        """What comes back for bytes that no HTTP library would send."""
        port = int(self.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS) as peer:
            peer.sendall(data)
            return b"".join(iter(lambda: peer.recv(65536), b""))

    def kill(self) -> None:
        """The whole group at once, as when the machine's power goes."""
        os.killpg(self.child.process.pid, signal.SIGKILL)
        self.child.process.wait()


@pytest.fixture(scope="session")
def children(tmp_path_factory, django_db_setup) -> Iterator[Children]:
    """Ended before the database is dropped: they hold connections to it."""
    started = Children(tmp_path_factory.mktemp("click-logs"))
    yield started
    started.stop()


@pytest.fixture(scope="session")
def own_valkey(tmp_path_factory, children) -> Valkey:
    folder = tmp_path_factory.mktemp("click-valkey")
    url = valkey_start(folder, children, "secret", keep=False)
    return Valkey(url, folder, children, children.all[-1])


@pytest.fixture
def valkey(own_valkey, settings) -> Valkey:
    """Empty and up, and the one that Django's side uses too."""
    if not own_valkey.child.is_running:
        own_valkey.start_again()
    own_valkey.client.flushall()
    settings.REDIS_URL = own_valkey.url
    return own_valkey


def process_env(redis_url: str) -> dict[str, str]:
    """Leads a process to this Redis and to the tests' database, which has a name of its own."""
    login = connection.settings_dict
    return {
        **os.environ,
        "DATABASE_URL": (
            f"postgres://{login['USER']}:{login['PASSWORD']}@{login['HOST']}:{login['PORT']}"
            f"/{login['NAME']}"
        ),
        "REDIS_URL": redis_url,
        "BASE_URL": "https://birge.example",
        "DJANGO_SETTINGS_MODULE": "exchange.settings.test",
        "DEMO": "0",
    }


@pytest.fixture(scope="session")
def base_env(django_db_setup, own_valkey) -> dict[str, str]:
    return process_env(own_valkey.url) | {"CLICK_BASE_URL": "https://go.birge.example"}


@pytest.fixture
def click_start(base_env, children, tmp_path) -> Iterator[Callable[..., ClickProcess]]:
    """Start a click process with a journal of this test's own."""
    started: list[Child] = []

    def start(journal: Path = tmp_path / "journal", **env: str) -> ClickProcess:
        started.append(granian_start(children, {**base_env, **env}, journal))
        return ClickProcess(_url(started[-1]), started[-1])

    yield start
    for child in started:
        child.stop()


@pytest.fixture(scope="session")
def shared_click(base_env, children, tmp_path_factory) -> ClickProcess:
    child = granian_start(children, base_env, tmp_path_factory.mktemp("click") / "journal")
    return ClickProcess(_url(child), child)


@pytest.fixture
def click(valkey, shared_click) -> ClickProcess:
    """The click process of all tests that do it no harm."""
    return shared_click


_PORTS: dict[int, int] = {}


def _url(child: Child) -> str:
    return f"http://127.0.0.1:{_PORTS[child.process.pid]}"


def granian_start(
    children: Children, env: dict[str, str], journal: Path, port: int | None = None
) -> Child:
    port = port or free_ports(1)[0]
    command = [
        sys.executable, "-m", "granian", "--interface", "rsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "1", "--no-ws", "attribution.clickpath.app:app",
    ]  # fmt: skip
    child = children.start(
        f"click-{port}", command, env={**env, "CLICK_JOURNAL_DIR": str(journal)}, cwd=ROOT
    )
    _PORTS[child.process.pid] = port
    until(lambda: port_answers(port))
    return child


@pytest.fixture
def drain_start(base_env, children) -> Iterator[Callable[..., Child]]:
    started: list[Child] = []

    def start(**env: str) -> Child:
        command = [sys.executable, "manage.py", "click_drain"]
        name = f"drain-{len(children.all)}"
        started.append(children.start(name, command, env={**base_env, **env}, cwd=ROOT))
        return started[-1]

    yield start
    for child in started:
        child.stop()


@pytest.fixture
def drain(valkey) -> Iterator[Callable[[], int]]:
    """Empty the stream here and now, as a drain that has just started does; how many entries."""
    client = redis_connect(valkey.url)

    def run() -> int:
        own = Drain(client, threading.Event())
        own.begin()
        return sum(iter(own.turn, 0))

    yield run
    client.close()


def clicks_stored() -> list[Click]:
    with acting_as(system="test"):
        return list(Click.objects.order_by("at", "click_id"))


def click_ids(responses: Sequence[httpx.Response]) -> list[str]:
    """The ids that were promised to visitors."""
    return [response.headers["location"].rpartition("cpa_click=")[2] for response in responses]
