"""Child processes: started in sessions of their own, watched, and stopped to the last one."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.errors import StackError

STOP_SECONDS = 15.0  # a worker may finish the task in hand; then it is killed
POLL_SECONDS = 0.05
LOG_TAIL_LINES = 30
_PR_SET_PDEATHSIG = 1


def die_with_parent(stop_signal: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """For `preexec_fn`: even a runner killed with SIGKILL leaves no child behind (Linux only)."""
    if sys.platform != "linux":
        return lambda: None
    libc = ctypes.CDLL(None, use_errno=True)  # loaded before the fork: safe in the child
    return lambda: libc.prctl(_PR_SET_PDEATHSIG, int(stop_signal))


@dataclass
class Child:
    """One started process, the leader of its own group."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    is_service: bool = False  # PostgreSQL, Valkey: the others stop before it
    may_end: bool = False  # a step, not a server: ending with code 0 is what it is for

    @property
    def has_crashed(self) -> bool:
        code = self.process.poll()
        return code is not None and not (self.may_end and code == 0)

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-LOG_TAIL_LINES:])

    def ask_to_stop(self) -> None:
        if self.is_running:
            self.process.send_signal(self.stop_signal)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ask the leader, wait, then kill whatever of its group is left."""
        self.ask_to_stop()
        self.wait_or_kill(seconds)

    def wait_or_kill(self, seconds: float) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@dataclass
class Children:
    """Everything that this runner started, in the order of starting."""

    logs: Path
    all: list[Child] = field(default_factory=list)

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path,
        stop_signal: signal.Signals = signal.SIGTERM,
        before: Callable[[], None] | None = None,
        is_service: bool = False,
        may_end: bool = False,
    ) -> Child:
        """Start one process whose output goes to `<logs>/<name>.log`.

        `before` runs in the child before the program does; the default ends the child with its
        parent.
        """
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))  # the run before: what it said may matter
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=before or die_with_parent(stop_signal),
            )
        child = Child(name, process, log, stop_signal, is_service, may_end)
        self.all.append(child)
        return child

    def let_go(self, child: Child) -> None:
        """Of a step that has ended: its number may be another process's by the time we stop."""
        child.wait_or_kill(0)
        self.all.remove(child)

    def crashed(self) -> Child | None:
        return next((child for child in self.all if child.has_crashed), None)

    def stop(self) -> None:
        """First everything that uses the services, all at once; then these, the newest first."""
        users = [child for child in self.all if not child.is_service]
        for child in reversed(users):
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for child in users:
            child.wait_or_kill(max(0.0, deadline - time.monotonic()))
            self.all.remove(child)
        while self.all:
            self.all.pop().stop()

    def raise_if_crashed(self) -> None:
        """Raises: StackError with the end of the log of a child that should still be there"""
        if child := self.crashed():
            code = child.process.returncode
            raise StackError(
                f"{child.name} ended by itself (code {code}). The end of {child.log}:\n"
                f"{child.log_tail()}"
            )

    def wait_until(self, is_ready: Callable[[], bool], *, what: str, seconds: float) -> None:
        """Poll; give up at once when a child ends, and after `seconds`.

        Raises: StackError
        """
        deadline = time.monotonic() + seconds
        while not is_ready():
            self.raise_if_crashed()
            if time.monotonic() > deadline:
                raise StackError(f"{what} did not come up in {seconds:.0f} s; logs: {self.logs}")
            time.sleep(POLL_SECONDS)


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody uses now, all different: held together, then let go."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def port_answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


def page_status(url: str) -> int:
    """The HTTP status of a page; 0 when nothing answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 our own address
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
