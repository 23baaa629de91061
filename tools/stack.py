"""The one runner: services, the product's processes, tests.

    tools/stack.py run -- CMD...    temporary services, then any command with their addresses
    tools/stack.py test -- ARGS...  the same for pytest
    tools/stack.py demo [--once]    the whole product with its demo world, kept in .dev/demo
    tools/stack.py manage CMD...    manage.py beside the running demo: manage demo_advance 22d
    tools/stack.py e2e -- ARGS...   the whole product with an empty world, then tests/e2e

It stops exactly what it started. Servers of your own are used when DATABASE_URL,
DATABASE_OWNER_URL and REDIS_URL are all set.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # run as a script: import as the tests do

from tools import product  # noqa: E402
from tools.browser import chromium  # noqa: E402
from tools.compile_messages import compile_all  # noqa: E402
from tools.errors import StackError  # noqa: E402
from tools.processes import Children  # noqa: E402
from tools.services import services  # noqa: E402

MEMORY_FREE_MIN_BYTES = 4 * 2**30
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """A signal asked us to end. Not an Exception: nothing on the way may swallow it."""


def main(argv: Sequence[str] | None = None) -> int:
    arguments = arguments_parse(sys.argv[1:] if argv is None else argv)
    compiled_code_keep()
    try:
        return int(arguments.mode(arguments))
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except Stopped:
        return 0 if arguments.mode is demo else 130


def compiled_code_keep() -> None:
    """Where the machine forbids Python to write what it has compiled, each of the fifty processes
    of a run would compile everything again, and pytest rewrite every test: seconds each."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".dev" / "pycache"))


def arguments_parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    modes = parser.add_subparsers(required=True)
    for mode, text in ((run, "any command"), (test, "pytest"), (e2e, "the browser tests")):
        sub = modes.add_parser(mode.__name__, help=f"temporary services, then {text}")
        sub.add_argument("rest", nargs="*")
        sub.set_defaults(mode=mode)
    sub = modes.add_parser("demo", help="the whole product with its demo world")
    sub.add_argument("--once", action="store_true", help="stop as soon as it is ready")
    sub.set_defaults(mode=demo)
    sub = modes.add_parser("manage", help="manage.py beside the running demo")
    sub.add_argument("rest", nargs=argparse.REMAINDER)
    sub.set_defaults(mode=manage)
    head, tail = _at_double_dash(argv)
    arguments = parser.parse_args(head)
    if tail is not None:
        arguments.rest = tail
    return arguments


def _at_double_dash(argv: Sequence[str]) -> tuple[list[str], list[str] | None]:
    """What comes after `--` belongs to the command, options included."""
    if "--" not in argv:
        return list(argv), None
    at = list(argv).index("--")
    return list(argv[:at]), list(argv[at + 1 :])


# --- Modes ----------------------------------------------------------------------------------


def run(arguments: argparse.Namespace, *, parent: Path | None = None) -> int:
    """On the disk, which what is measured counts with."""
    if not arguments.rest:
        raise StackError("Say what to run: tools/stack.py run -- CMD ...")
    with (
        temporary_folder(parent) as folder,
        stopping_at_the_end(folder / "logs") as children,
        services(folder / "services", children, keep=False) as urls,
    ):
        env = {**os.environ, **product.secrets_for_tests(), **urls.env()}
        return command_run(arguments.rest, env)


def test(arguments: argparse.Namespace) -> int:
    compile_all(ROOT / "locale")  # the product is tested as it speaks
    arguments.rest = [sys.executable, "-m", "pytest", *arguments.rest]
    return run(arguments, parent=memory_folder())


def demo(arguments: argparse.Namespace) -> int:
    with stopping_at_the_end(product.DEMO / "logs") as children:
        return product.demo(children, once=arguments.once)


def manage(arguments: argparse.Namespace) -> int:
    return product.manage(arguments.rest)


def e2e(arguments: argparse.Namespace) -> int:
    browser = chromium()  # asked first: nothing is started in vain
    rest = arguments.rest or ["tests/e2e"]
    with (
        temporary_folder(memory_folder()) as folder,
        stopping_at_the_end(folder / "logs") as children,
    ):
        code = 1
        try:
            with product.running_for_e2e(folder, children) as env:
                env["CHROMIUM"] = str(browser)
                code = command_run([sys.executable, "-m", "pytest", *rest], env)
        finally:
            if code != 0:
                product.logs_keep(folder / "logs")
        return code


# --- The command in the foreground, and the end ---------------------------------------------


def command_run(command: Sequence[str], env: dict[str, str]) -> int:
    """Run it on this terminal and return its exit code, 128 + n for signal n.

    Ctrl-C reaches the command by itself (it shares our terminal): pytest sums up, a debugger
    lives on. We only wait. SIGTERM is sent to us alone, and passed on.
    """
    old = {number: signal.getsignal(number) for number in SIGNALS}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    process = subprocess.Popen(command, env=env, cwd=ROOT, preexec_fn=_signals_default)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda got, _: process.send_signal(got))
    try:
        code = process.wait()
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def _signals_default() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def memory_folder() -> Path | None:
    """Where a cluster that is thrown away empties its tables fastest, if there is room; a container
    may have 64 MB of it. None is the system's own temporary folder, or the one TMPDIR names."""
    memory = Path("/dev/shm")  # noqa: S108 - only as the parent of mkdtemp
    if "TMPDIR" in os.environ or not memory.is_dir():
        return None
    return memory if shutil.disk_usage(memory).free > MEMORY_FREE_MIN_BYTES else None


@contextlib.contextmanager
def temporary_folder(parent: Path | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="birge-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def stopping_at_the_end(logs: Path) -> Iterator[Children]:
    """Children that are stopped however the block ends: a signal, an error, or well."""
    children = Children(logs)

    def stopped(number: int, frame: object) -> None:
        for each in SIGNALS:  # a second Ctrl-C must not interrupt the stopping
            signal.signal(each, signal.SIG_IGN)
        raise Stopped

    old = {number: signal.signal(number, stopped) for number in SIGNALS}
    try:
        yield children
    finally:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        children.stop()
        for number, handler in old.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main())
