import os
import sys
from pathlib import Path

import pytest

from tools.errors import StackError
from tools.processes import Children, free_ports, port_is_free

READY = "import sys, pathlib; pathlib.Path(sys.argv[1]).touch()"


@pytest.fixture
def children(tmp_path):
    children = Children(tmp_path / "logs")
    yield children
    children.stop()


def start(children, tmp_path, code, name="one", **kwargs):
    """Start a Python one-liner and wait until it has made its file."""
    made = tmp_path / f"{name}.ready"
    command = [sys.executable, "-c", code, made]
    child = children.start(name, command, env=os.environ, cwd=tmp_path, **kwargs)
    children.wait_until(made.exists, what=name, seconds=20)
    return child


def is_gone(pid):
    """Ended, though perhaps not yet reaped: its parent went before it."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] == "Z"


def test_a_child_that_ignores_the_request_is_killed(children, tmp_path):
    code = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {READY}; signal.pause()"
    child = start(children, tmp_path, code)
    child.stop(seconds=0.1)
    assert child.process.returncode == -9


def test_children_of_a_child_end_with_it(children, tmp_path):
    code = (
        "import subprocess, sys; p = subprocess.Popen(['sleep', '600']); "
        f"pathlib = __import__('pathlib'); pathlib.Path('pid').write_text(str(p.pid)); {READY}; "
        "p.wait()"
    )
    start(children, tmp_path, code)
    pid = int((tmp_path / "pid").read_text())
    children.stop()
    children.wait_until(lambda: is_gone(pid), what="the grandchild's end", seconds=5)


def test_a_service_outlives_those_who_use_it(children, tmp_path):
    service = start(
        children, tmp_path, f"{READY}; import signal; signal.pause()", "db", is_service=True
    )
    user = (
        "import os, signal\n"
        "def end(*_):\n"
        f"    os.kill({service.process.pid}, 0)\n"
        "    print('the service is there')\n"
        "    raise SystemExit\n"
        f"signal.signal(signal.SIGTERM, end); {READY}\n"
        "while True: signal.pause()\n"
    )
    log = start(children, tmp_path, user, "user").log
    children.stop()
    assert log.read_text() == "the service is there\n"
    assert not service.is_running


def test_a_step_that_is_done_is_let_go(children, tmp_path):
    step = start(children, tmp_path, READY, may_end=True)
    step.process.wait()
    children.let_go(step)
    assert children.all == []


def test_a_step_that_ends_well_is_no_crash_and_one_that_fails_is(children, tmp_path):
    well = start(children, tmp_path, READY, name="well", may_end=True)
    children.wait_until(lambda: not well.is_running, what="well", seconds=20)
    children.raise_if_crashed()
    code = f"{READY}; print('no such table'); sys.exit(3)"
    command = [sys.executable, "-c", code, tmp_path / "bad.ready"]
    children.start("bad", command, env=os.environ, cwd=tmp_path, may_end=True)
    with pytest.raises(StackError, match=r"bad ended by itself \(code 3\)[^$]*no such table"):
        children.wait_until(lambda: False, what="bad", seconds=20)


def test_waiting_ends_with_the_place_of_the_logs(children, tmp_path):
    with pytest.raises(StackError, match=rf"the page did not come up in 0 s; logs: {tmp_path}"):
        children.wait_until(lambda: False, what="the page", seconds=0.01)


def test_the_log_of_the_run_before_is_kept_beside(children, tmp_path):
    for text in ("first", "second"):
        code = f"{READY}; print('{text}')"
        child = start(children, tmp_path, code, may_end=True)
        child.process.wait()
    assert child.log.read_text() == "second\n"
    assert child.log.with_suffix(".log.1").read_text() == "first\n"


def test_free_ports_are_different_and_free():
    ports = free_ports(5)
    assert len(set(ports)) == 5
    assert all(port_is_free(port) for port in ports)
