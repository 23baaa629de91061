"""The product as a set of processes: what `make demo` and `make e2e` start, in which order."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.compile_messages import compile_all
from tools.errors import StackError
from tools.processes import Child, Children, free_ports, page_status, port_answers, port_is_free
from tools.services import Urls, secret_write, services

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / ".dev" / "demo"
PORT_DEFAULT = 8000
STEP_SECONDS = 300.0  # migrating and seeding on a slow machine
READY_SECONDS = 120.0
WATCH_SECONDS = 0.3
OWNER_ONLY = "DATABASE_OWNER_URL"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the processes of one stack listen, on loopback."""

    web: int
    click: int
    sandbox: int
    smtp: int

    def env(self) -> dict[str, str]:
        return {
            "PORT": str(self.web),
            "BASE_URL": f"http://127.0.0.1:{self.web}",
            "CLICK_BASE_URL": f"http://127.0.0.1:{self.click}",
            "SANDBOX_URL": f"http://127.0.0.1:{self.sandbox}",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.smtp}",
        }


class Told:
    """Lines for the person at the terminal, with the seconds since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, text: str) -> None:
        print(f"[{time.monotonic() - self._began:6.1f} s] {text}", flush=True)


# --- Modes ----------------------------------------------------------------------------------


def demo(children: Children, *, once: bool) -> int:
    """Run the product on .dev/demo until it is stopped, or only until it is ready (`once`).

    Raises: StackError when something of it ends by itself.
    """
    tell = Told()
    ports = demo_ports()
    DEMO.mkdir(parents=True, exist_ok=True, mode=0o700)  # keys, and logins in the logs
    with services(DEMO / "services", children, keep=True) as urls:
        tell("PostgreSQL and Valkey answer")
        env = env_make(urls, ports, secrets_load(DEMO / "secrets.json"), DEMO)
        env_write(DEMO / "env", env)
        prepare(children, env, tell, seed=True)
        processes_start(children, ports, env, DEMO)
        wait_ready(children, ports)
        tell("ready")
        print(welcome(children, env, ports), flush=True)
        if not once:
            watch(children)
    return 0


@contextlib.contextmanager
def running_for_e2e(folder: Path, children: Children) -> Iterator[dict[str, str]]:
    """The same processes on free ports with an empty world; yields the tests' environment."""
    tell = Told()
    ports = Ports(*free_ports(4))
    with services(folder / "services", children, keep=False) as urls:
        env = env_make(urls, ports, secrets_make(), folder) | {"E2E": "1"}
        prepare(children, env, tell, seed=False)
        processes_start(children, ports, env, folder)
        wait_ready(children, ports)
        tell("ready for the browser")
        yield env
        children.raise_if_crashed()


def manage(arguments: list[str]) -> int:
    """manage.py with the environment of the running demo. Raises: StackError"""
    env = demo_env()
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | env, check=False).returncode


# --- Environment ----------------------------------------------------------------------------


def demo_env() -> dict[str, str]:
    """The environment of the running demo. Raises: StackError"""
    env = env_read(DEMO / "env")
    if page_status(f"{env['BASE_URL']}/healthz") != 200:
        raise StackError("The demo is not running: start it with `make demo`, then ask again.")
    return env


def demo_ports() -> Ports:
    """PORT and the ones after it. Raises: StackError when one is in use"""
    text = os.environ.get("PORT") or str(PORT_DEFAULT)
    if not text.isdigit() or not 1024 <= int(text) <= 65000:
        raise StackError(f"PORT must be a number from 1024 to 65000, not {text!r}.")
    first = int(text)
    ports = Ports(web=first, click=first + 1, sandbox=first + 2, smtp=first + 3)
    for port in (ports.web, ports.click, ports.sandbox, ports.smtp):
        if not port_is_free(port):
            raise StackError(
                f"Port {port} is in use (the demo takes {first} to {ports.smtp}). "
                f"Stop what uses it, or choose others: PORT={first + 100} make demo"
            )
    return ports


def env_make(urls: Urls, ports: Ports, keys: Mapping[str, str], folder: Path) -> dict[str, str]:
    """What every process of the demo and of the browser tests is told; .env.example explains."""
    return {
        **os.environ,
        **urls.env(),
        **ports.env(),
        **keys,
        "DEMO": "1",
        "MEDIA_ROOT": str(folder / "media"),
        "CLICK_JOURNAL_DIR": str(folder / "click-journal"),
        "NCANODE_KEY_PATH": str(folder / "ncanode/key.p12"),
        "NCANODE_PASSWORD_PATH": str(folder / "ncanode/password"),
        "DJANGO_SETTINGS_MODULE": "exchange.settings.dev",
        "PYTHONUNBUFFERED": "1",
    }


def env_write(path: Path, env: Mapping[str, str]) -> None:
    """Only what differs from the terminal's: for `manage.py` commands beside the demo."""
    ours = {name: value for name, value in env.items() if os.environ.get(name) != value}
    secret_write(path, "".join(f"{name}={shlex.quote(ours[name])}\n" for name in sorted(ours)))


def env_read(path: Path) -> dict[str, str]:
    """Raises: StackError when no demo was ever started"""
    if not path.exists():
        raise StackError("There is no demo yet: start it with `make demo`.")
    lines = shlex.split(path.read_text())
    return dict(line.split("=", 1) for line in lines)


def secrets_for_tests() -> dict[str, str]:
    """New ones each time: nothing that a test stores is read by another run."""
    made = secrets_make()
    return {name: os.environ.get(name) or value for name, value in made.items()}


def secrets_make() -> dict[str, str]:
    field_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": f"1:{field_key}",
        "PROOF_KEY": secrets.token_hex(32),
    }


def secrets_load(path: Path) -> dict[str, str]:
    """Made once: with other field keys the demo's encrypted columns could not be read again.
    What a demo of an older Birge lacks is added."""
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    made = secrets_make() | kept
    if made == kept:
        return kept
    path.parent.mkdir(parents=True, exist_ok=True)
    secret_write(path, json.dumps(made))
    return made


# --- Steps before the processes -------------------------------------------------------------


def prepare(children: Children, env: Mapping[str, str], tell: Told, *, seed: bool) -> None:
    """Everything that must be there before anybody is served. Raises: StackError"""
    compile_all(ROOT / "locale")
    static = step_start(children, "collectstatic", env, "collectstatic", "--noinput", "-v0")
    # The demo's clock lies in a table that the first migration makes: until then, the real time.
    real_time = {**env, "DEMO": "0"}
    migrating = step_start(children, "migrate", real_time, "migrate", "--noinput", "-v0")
    sandbox_start(children, env)
    step_finish(children, migrating)
    tell("migrated")
    if seed:
        step_finish(children, step_start(children, "seed", env, "seed_demo"))
        tell("demo world there")
    step_finish(children, static)
    tell("pages and translations built")


def step_start(children: Children, name: str, env: Mapping[str, str], *arguments: str) -> Child:
    """Start one `manage.py` command that is to end by itself."""
    command = [sys.executable, "manage.py", *arguments]
    return children.start(name, command, env=env, cwd=ROOT, may_end=True)


def step_finish(children: Children, step: Child) -> None:
    """Raises: StackError with what the command said"""
    children.wait_until(lambda: not step.is_running, what=step.name, seconds=STEP_SECONDS)
    children.raise_if_crashed()
    children.let_go(step)


# --- Processes ------------------------------------------------------------------------------


def sandbox_start(children: Children, env: Mapping[str, str]) -> None:
    """The outside world of the demo. Told nothing of ours, like any other company."""
    outside = {name: env[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in env}
    port, smtp = (env[name].rpartition(":")[2] for name in ("SANDBOX_URL", "EMAIL_URL"))
    state = str(Path(env["MEDIA_ROOT"]).parent / "sandbox")  # a second start keeps its data
    command = [
        sys.executable, "-m", "sandbox", "--port", port, "--smtp-port", smtp, "--state", state,
    ]  # fmt: skip
    children.start("sandbox", command, env=outside | {"PYTHONUNBUFFERED": "1"}, cwd=ROOT)


def processes_start(children: Children, ports: Ports, env: Mapping[str, str], folder: Path) -> None:
    """The product. The owner's login is for migrations: no process that serves has it."""
    serving = {name: value for name, value in env.items() if name != OWNER_ONLY}
    for name, command in process_commands(ports, folder).items():
        children.start(name, command, env=serving, cwd=ROOT)


def process_commands(ports: Ports, folder: Path) -> dict[str, list[str]]:
    """Name -> command, in the order of starting (docker-compose.yml has the same ones)."""
    python = [sys.executable, "-m"]
    granian = [*python, "granian", "--host", "127.0.0.1", "--log-level", "warning"]
    celery = [*python, "celery", "-A", "exchange"]
    manage_py = [sys.executable, "manage.py"]
    return {
        "web": [
            *granian, "--port", str(ports.web), "--interface", "wsgi", "--workers", "1",
            "--blocking-threads", "4", "exchange.wsgi:application",
        ],
        "click": [
            *granian, "--port", str(ports.click), "--interface", "rsgi", "--workers", "1",
            "--http", "1", "--no-ws",
            "attribution.clickpath.app:app",
        ],
        "worker": [
            *celery, "worker", "--concurrency", "2", "--loglevel", "info",
            "--without-gossip", "--without-mingle",
        ],
        "beat": [
            *celery, "beat", "--loglevel", "info", "--pidfile=",
            "--schedule", str(folder / "beat-schedule"),
        ],
        "relay": [*manage_py, "relay"],
        "drain": [*manage_py, "click_drain"],
    }  # fmt: skip


def wait_ready(children: Children, ports: Ports) -> None:
    """Until /readyz says that everything behind it works. Raises: StackError"""
    for name, port in (("The sandbox", ports.sandbox), ("The click path", ports.click)):
        _wait(children, name, port)
    children.wait_until(
        lambda: page_status(f"http://127.0.0.1:{ports.web}/readyz") == 200,
        what=f"http://127.0.0.1:{ports.web}/readyz",
        seconds=READY_SECONDS,
    )


def _wait(children: Children, what: str, port: int) -> None:
    children.wait_until(lambda: port_answers(port), what=what, seconds=READY_SECONDS)


def watch(children: Children) -> None:
    """Until a signal ends us. Raises: StackError when a child ends by itself"""
    while True:
        children.raise_if_crashed()
        time.sleep(WATCH_SECONDS)


def welcome(children: Children, env: Mapping[str, str], ports: Ports) -> str:
    logins = step_start(children, "logins", env, "seed_demo", "--print-logins")
    step_finish(children, logins)
    base = env["BASE_URL"]
    return f"""
  Birge          {base}/
  Ops            {base}/admin/
  API            {base}/api/v1/docs/
  Click path     {env["CLICK_BASE_URL"]}/c/...
  Sandbox, mail  {env["SANDBOX_URL"]}/
  The market     {env["SANDBOX_URL"]}/market/ (orders come by themselves: pause, speed)
  Logs           {children.logs}

{logins.log.read_text().strip()}

  Time passes when told to:  {_python()} tools/stack.py manage demo_advance 22d
  Ctrl-C stops everything; the data stays until `make demo-reset`.
"""


def _python() -> str:
    here = Path(sys.executable)
    return str(here.relative_to(ROOT)) if here.is_relative_to(ROOT) else str(here)


def logs_keep(logs: Path) -> Path:
    """Copy the logs of a failed run to build/e2e-logs before its folder goes."""
    kept = ROOT / "build" / "e2e-logs"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(logs, kept)
    print(f"The logs of the processes: {kept}", file=sys.stderr)
    return kept
