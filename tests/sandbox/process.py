"""The sandbox as a process of its own, for every test that needs the outside world.

Fixtures to import into a conftest: `sandbox_process` (one for the session) and `sandbox` (the
same, forgetting everything before each test).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tools.processes import die_with_parent, free_ports

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 20.0
CALL_SECONDS = 20.0


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Sandbox:
    url: str
    smtp_port: int
    process: subprocess.Popen[bytes]
    client: httpx.Client

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str | bytes] | None = None,
    ) -> Answer:
        """One call; bytes go as they are, anything else as JSON. Redirects are not followed."""
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        response = self.client.request(method, path, content=raw, headers=headers)
        return Answer(response.status_code, dict(response.headers), response.content)

    def get(self, path: str, headers: Mapping[str, str | bytes] | None = None) -> Answer:
        return self.call("GET", path, headers=headers)

    def post(
        self, path: str, body: Any = None, headers: Mapping[str, str | bytes] | None = None
    ) -> Answer:
        return self.call("POST", path, {} if body is None else body, headers)

    def control(self, path: str, body: Any = None) -> Any:
        """A string behind the stage; it must not break."""
        answer = self.post(f"/_control/{path}", body)
        assert answer.status in (200, 201), (path, answer)
        return answer.json

    def clock_move(self, seconds: float) -> None:
        now = self.get("/_control/clock").json["offset_seconds"]
        self.control("clock", {"offset_seconds": int(now + seconds)})


@contextmanager
def running(arguments: Sequence[str] = ()) -> Iterator[Sandbox]:
    port, smtp_port = free_ports(2)
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--smtp-port", str(smtp_port)]
    process = subprocess.Popen(  # noqa: S603 our own words
        [*command, *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent(),
    )
    url = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=url, timeout=CALL_SECONDS, trust_env=False) as client:
        sandbox = Sandbox(url, smtp_port, process, client)
        try:
            _wait_until_it_answers(sandbox)
            yield sandbox
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)


def _wait_until_it_answers(sandbox: Sandbox) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert sandbox.process.poll() is None, "the sandbox ended by itself"
        assert time.monotonic() < deadline, "the sandbox did not come up"
        try:
            assert sandbox.get("/_control/health").status == 200
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    with running() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Sandbox:
    sandbox_process.control("reset")
    return sandbox_process
