"""All gates, two at a time: prints what failed, exits 1. `tools/lint.py ruff mypy`: only those."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
BIN = Path(sys.executable).parent
TOOLS = tuple(str(path.relative_to(ROOT)) for path in sorted(ROOT.glob("tools/**/*.py")))
TEST_SETTINGS = {"DJANGO_SETTINGS_MODULE": "exchange.settings.test"}


@dataclass(frozen=True, slots=True)
class Gate:
    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    gate: Gate
    has_passed: bool
    output: str
    seconds: float


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (PYTHON, "-m", name, *arguments)


# The slow ones first, so that the quick ones fill the other core.
GATES = (
    Gate("mypy", _module("mypy", ".", *TOOLS)),  # it skips tools/ unless the files are named
    Gate("imports", (str(BIN / "lint-imports"),)),
    Gate("templates", _module("djlint", "exchange", "core", "--lint", "--quiet")),
    Gate(
        "migrations",  # it asks the database what was applied, if there is one; there need not be
        (
            PYTHON,
            "-W",
            "ignore::RuntimeWarning",
            "manage.py",
            "makemigrations",
            "--check",
            "--skip-checks",
        ),
    ),
    Gate("translations", _module("tools.gates.translations")),
    Gate("locks", _module("tools.gates.locks")),
    Gate("ruff", _module("ruff", "check", "--output-format", "concise", ".")),
    Gate("format", _module("ruff", "format", "--check", "--output-format", "concise", ".")),
    Gate("compose", _module("tools.gates.compose")),
    Gate(
        "compose-schema",
        _module(
            "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"
        ),
    ),
)


def gate_run(gate: Gate) -> Outcome:
    began = time.monotonic()
    done = subprocess.run(
        gate.command,
        cwd=ROOT,
        env=os.environ | TEST_SETTINGS,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(gate, done.returncode == 0, done.stdout, time.monotonic() - began)


def run(gates: Sequence[Gate], *, at_once: int = 2) -> int:
    """Run them all, however many fail; return how many did."""
    failed = 0
    with ThreadPoolExecutor(at_once) as pool:
        for outcome in pool.map(gate_run, gates):
            mark = "ok  " if outcome.has_passed else "FAIL"
            print(f"{mark} {outcome.gate.name:<15} {outcome.seconds:5.1f} s", flush=True)
            if not outcome.has_passed:
                failed += 1
                print(outcome.output.rstrip(), flush=True)
    return failed


def main(names: Sequence[str]) -> int:
    known = {gate.name: gate for gate in GATES}
    if unknown := set(names) - known.keys():
        print(f"no gate {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return 2
    failed = run([known[name] for name in names] or GATES)
    print(f"{failed} gates failed" if failed else "all gates passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
