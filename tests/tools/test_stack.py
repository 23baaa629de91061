"""The runner with real services: what it starts, it stops; what it cannot do, it says."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tools import services, stack
from tools.errors import StackError
from tools.processes import Children, free_ports

ROOT = Path(__file__).resolve().parents[2]


def running_with(word):
    """Processes of this machine that were started with this word on their command line."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace")
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:  # it ended meanwhile
            continue
        if str(word) in command and state != "Z":
            found.append(command)
    return found


class Demo:
    """A demo runner in a process of its own, with a small product."""

    def __init__(self, folder, *options, port=None, **env):
        self.folder = folder
        self.port = port or free_port_block()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.tools.fake_demo", str(folder), *options],
            cwd=ROOT,
            env=os.environ | {"PORT": str(self.port)} | env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.said = ""

    def read_until(self, word):
        for line in self.process.stdout:
            self.said += line
            if word in line:
                return self
        raise AssertionError(f"never said {word!r}:\n{self.said}")

    def end(self):
        self.said += self.process.stdout.read()
        return self.process.wait(30)

    def signalled(self, number):
        self.process.send_signal(number)
        return self.end()


def free_port_block():
    """The first of four ports that are free now, as the demo wants them."""
    while True:
        (first,) = free_ports(1)
        if first < 64000 and all(stack.product.port_is_free(first + n) for n in range(4)):
            return first


@pytest.fixture
def demos():
    started = []
    yield lambda *args, **kwargs: started.append(Demo(*args, **kwargs)) or started[-1]
    for demo in started:
        if demo.process.poll() is None:
            demo.process.kill()
            demo.process.wait()
        demo.process.stdout.close()


def test_a_command_gets_the_services_and_its_exit_code_is_passed_on(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    script = (
        "import os, psycopg2, redis\n"
        "with psycopg2.connect(os.environ['DATABASE_URL']) as c, c.cursor() as cur:\n"
        "    cur.execute('SELECT session_user')\n"
        "    print('user', cur.fetchone()[0])\n"
        "print('ping', redis.Redis.from_url(os.environ['REDIS_URL']).ping())\n"
        "raise SystemExit(7)\n"
    )
    done = subprocess.run(
        [sys.executable, "tools/stack.py", "run", "--", sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (7, "user x_app\nping True\n"), done.stderr
    assert running_with(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_stops_every_child_and_a_second_start_keeps_the_data(tmp_path, demos):
    first = demos(tmp_path).read_until("welcome")
    assert "visit 1" in first.said
    assert len(running_with(tmp_path)) >= 5  # the runner, PostgreSQL, Valkey, web, click, sandbox
    assert first.signalled(signal.SIGINT) == 0
    assert running_with(tmp_path) == []

    second = demos(tmp_path, "--once")
    assert second.end() == 0
    assert "visit 2" in second.said
    assert running_with(tmp_path) == []


def test_a_runner_that_is_killed_leaves_no_child(tmp_path, demos):
    demo = demos(tmp_path).read_until("welcome")
    assert demo.signalled(signal.SIGKILL) == -signal.SIGKILL
    for _ in range(200):  # the kernel tells the children; they need a moment to go
        if not running_with(tmp_path):
            return
        signal.sigtimedwait([], 0.05)
    raise AssertionError(running_with(tmp_path))


def test_a_second_runner_on_the_same_folder_is_refused(tmp_path, demos):
    demos(tmp_path).read_until("welcome")
    second = demos(tmp_path)
    assert second.end() == 1
    assert "in use by another run" in second.said


def test_a_crash_shows_the_end_of_its_log_and_stops_the_rest(tmp_path, demos):
    demo = demos(tmp_path, FAKE_CRASH="1")
    assert demo.end() == 1
    assert "worker ended by itself (code 1)" in demo.said
    assert "the worker fell over" in demo.said
    assert running_with(tmp_path) == []


def test_a_port_in_use_is_named_with_the_way_out(tmp_path, demos):
    first = free_port_block()
    with socket.create_server(("127.0.0.1", first + 1)):
        demo = demos(tmp_path, port=first)
        assert demo.end() == 1
    assert f"Port {first + 1} is in use" in demo.said
    assert f"PORT={first + 100} make demo" in demo.said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("port", ["80", "web", "70000"])
def test_a_port_that_is_none_is_refused(port, monkeypatch, capsys):
    monkeypatch.setenv("PORT", port)
    assert stack.main(["demo", "--once"]) == 1
    assert f"not {port!r}" in capsys.readouterr().err


@pytest.mark.parametrize("missing", services.URL_NAMES)
def test_two_of_the_three_urls_are_refused(missing, monkeypatch, capsys):
    for name in services.URL_NAMES:
        if name != missing:
            monkeypatch.setenv(name, "x")
    assert stack.main(["run", "--", "true"]) == 1
    assert f"{missing} not set" in capsys.readouterr().err


def test_given_urls_are_used_and_nothing_is_started(tmp_path, monkeypatch):
    given = [f"{name}-given" for name in services.URL_NAMES]
    for name, value in zip(services.URL_NAMES, given, strict=True):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(services, "roles_check", lambda urls: None)
    children = Children(tmp_path)
    with services.services(tmp_path / "s", children, keep=False) as urls:
        assert list(urls.env().values()) == given
        assert children.all == []
    assert list(tmp_path.iterdir()) == []


def test_a_given_server_that_does_not_answer_is_named(tmp_path, monkeypatch, capsys):
    (port,) = free_ports(1)
    for name in services.URL_NAMES:
        monkeypatch.setenv(name, f"postgres://x@127.0.0.1:{port}/birge")
    assert stack.main(["run", "--", "true"]) == 1
    assert "DATABASE_URL does not connect" in capsys.readouterr().err


def test_a_full_disk_is_refused_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(
        services.shutil, "disk_usage", lambda path: services.shutil._ntuple_diskusage(9, 9, 2**20)
    )
    with pytest.raises(StackError, match="Only 1 MB are free"):
        services.disk_check(tmp_path / "not yet" / "there")


def test_root_without_user_namespaces_is_told_three_ways_out(monkeypatch):
    def refused():
        raise OSError("unshare")

    monkeypatch.setattr(services.os, "geteuid", lambda: 0)
    monkeypatch.setattr(services, "become_plain_user", refused)
    with pytest.raises(StackError) as error:
        services.postgres_before()
    for way_out in ("ordinary user", "DATABASE_OWNER_URL", "PG_BIN"):
        assert way_out in str(error.value)


def test_a_wrong_pg_bin_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(StackError, match=f"No initdb in {tmp_path}"):
        services.postgres_programs()


def test_passwords_are_made_once_and_only_we_may_read_them(tmp_path):
    path = tmp_path / "passwords.json"
    made = services.passwords_load(path)
    assert services.passwords_load(path) == made
    assert len(set(made.values())) == 4
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_browser_is_said_before_anything_starts(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    assert stack.main(["e2e"]) == 1
    assert "apt install chromium" in capsys.readouterr().err
