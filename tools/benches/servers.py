"""What the click rows run against each other, each as one worker process, and the load on it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.benches.row import NotRunError
from tools.processes import Child, Children, free_ports, port_answers
from tools.product import Ports, process_commands

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
CONNECTIONS = 64
WARM_UP_SECONDS = 2.0
START_SECONDS = 60.0
BROWSER = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)
REFERER = "https://l.instagram.com/"


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw. Milliseconds."""

    per_second: float
    p50: float
    p99: float
    longest: float
    requests: int


@dataclass(frozen=True, slots=True)
class Server:
    url: str  # without a path
    child: Child

    @property
    def rss_bytes(self) -> int:
        """Of the worker: the largest child of the leader, which itself only watches."""
        leader = self.child.process.pid
        pids = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
        return max(_rss_bytes(pid) for pid in (*pids, str(leader)))


def _rss_bytes(pid: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


class Bench:
    """Starts the servers of a row; everything ends with `bench()`."""

    def __init__(self, folder: Path, children: Children) -> None:
        self.folder = folder
        self._children = children

    @property
    def journal(self) -> Path:
        return self.folder / "journal"

    def click(self, **env: str) -> Server:
        """The click process exactly as `make demo` starts it."""
        (port,) = free_ports(1)
        command = process_commands(Ports(0, port, 0, 0), self.folder)["click"]
        own = {"CLICK_JOURNAL_DIR": str(self.journal), "DEMO": "0", **env}
        return self._start("click", command, port, own)

    def drain(self) -> Child:
        command = process_commands(Ports(0, 0, 0, 0), self.folder)["drain"]
        return self._children.start("drain", command, env=os.environ, cwd=ROOT)

    def nginx(self, location: str) -> Server:
        """One worker that answers everything with this redirect and logs nothing."""
        program = _program("nginx")
        (port,) = free_ports(1)
        config = self.folder / "nginx.conf"
        config.write_text(_NGINX.format(folder=self.folder, port=port, location=location))
        return self._start("nginx", [program, "-c", str(config)], port, {})

    def orm(self) -> Server:
        """The same view in Django with the ORM, on granian's WSGI, as our pages are served."""
        (port,) = free_ports(1)
        command = [
            sys.executable, "-m", "granian", "--host", "127.0.0.1", "--log-level", "warning",
            "--port", str(port), "--interface", "wsgi", "--workers", "1",
            "--blocking-threads", "4", "tools.benches.orm_reference.wsgi:application",
        ]  # fmt: skip
        env = {"DJANGO_SETTINGS_MODULE": "tools.benches.orm_reference.settings"}
        return self._start("orm", command, port, env)

    def _start(self, name: str, command: list[str], port: int, env: Mapping[str, str]) -> Server:
        child = self._children.start(name, command, env={**os.environ, **env}, cwd=ROOT)
        self._children.wait_until(lambda: port_answers(port), what=name, seconds=START_SECONDS)
        return Server(f"http://127.0.0.1:{port}", child)

    def stop(self, child: Child) -> None:
        self._children.let_go(child)


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    folder = Path(tempfile.mkdtemp(prefix="birge-bench-"))
    children = Children(folder / "logs")
    try:
        yield Bench(folder, children)
        children.raise_if_crashed()
    finally:
        children.stop()
        shutil.rmtree(folder, ignore_errors=True)


def load(url: str, seconds: float, connections: int = CONNECTIONS) -> Load:
    """Keep `connections` requests in flight with one thread of wrk, as new visitors.

    Raises: NotRunError without wrk; AssertionError when any answer was no redirect.
    """
    command = [
        _program("wrk"), "--threads", "1", "--connections", str(connections),
        "--duration", f"{seconds:.0f}s", "--script", str(HERE / "report.lua"),
        "--header", f"User-Agent: {BROWSER}", "--header", f"Referer: {REFERER}", url,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    report = json.loads(done.stdout.splitlines()[-1])
    errors = {name: count for name, count in report["errors"].items() if count}
    assert not errors, f"{url}: {errors}"
    assert report["requests"] > 0, url
    return Load(
        per_second=report["requests"] / report["microseconds"] * 1e6,
        p50=report["p50"] / 1000,
        p99=report["p99"] / 1000,
        longest=report["max"] / 1000,
        requests=report["requests"],
    )


def warm_up(*urls: str) -> None:
    for url in urls:
        load(url, WARM_UP_SECONDS)


def wait_drained(redis_url: str, seconds: float = 120.0) -> float:
    """Until PostgreSQL has every click of the stream; how many seconds that took."""
    import redis

    from attribution.clickpath.names import STREAM

    began = time.monotonic()
    with redis.Redis.from_url(redis_url) as client:
        while client.xlen(STREAM):
            assert time.monotonic() < began + seconds, "the drain does not come to an end"
            time.sleep(0.02)
    return time.monotonic() - began


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise NotRunError(f"{name} is not installed (Debian, Ubuntu: apt install {name})")
    return found


_NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 100000000;
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ return 302 {location}; }}
    }}
}}
"""
