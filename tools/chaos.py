"""Run the fault suites and write build/chaos.json: what was lost, doubled, or wrong.

    tools/chaos.py             every suite
    tools/chaos.py rls_matrix  one

A suite is a test file: the tenancy matrix, and each tests/chaos/test_<name>.py. Its tests fail on
any loss; figures come from pytest's `record_property("load", n)` and are added up. Needs the
servers of `tools/stack.py run`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "build" / "chaos.json"
FIGURES = ("load", "faults", "lost", "doubled", "mismatched")
LONG = {
    "CHAOS_SECONDS": "60",
    "CHAOS_EVENTS": "10000",
    "CHAOS_CRASHES": "2",
}  # where a suite's length is free


@dataclass(frozen=True, slots=True)
class Result:
    """One line of build/chaos.json; the fields are those of docs: what we promise."""

    name: str
    load: int  # what was done: cells tried, events sent, payouts made
    faults: int  # what was broken on purpose meanwhile
    lost: int
    doubled: int
    mismatched: int
    ok: bool
    note: str


def suites(root: Path) -> dict[str, Path]:
    """Name -> test file."""
    found = {"rls_matrix": root / "tests" / "core" / "test_tenancy_matrix.py"}
    for path in sorted((root / "tests" / "chaos").glob("test_*.py")):
        found[path.stem.removeprefix("test_")] = path
    return found


def suite_run(name: str, path: Path) -> Result:
    """Run it alone, in one process: the faults must not meet those of another suite."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-p", "no:xdist", f"--junitxml={report}"]
        command += ["-o", "junit_family=xunit1"]  # the family that keeps properties of a test
        done = subprocess.run(
            [*command, str(path)],
            cwd=ROOT,
            env=LONG | os.environ,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if not report.exists():
            return Result(
                name, 0, 0, 0, 0, 0, ok=False, note=f"pytest ended with {done.returncode}"
            )
        return result_read(name, report, done.returncode)


def result_read(name: str, report: Path, code: int) -> Result:
    """Figures of a JUnit report, our own pytest's. Tests are the load where none is recorded."""
    tree = ElementTree.parse(report)  # noqa: S314 written by the line before
    tests = len(list(tree.iter("testcase")))
    failed = len(list(tree.iter("failure"))) + len(list(tree.iter("error")))
    sums = dict.fromkeys(FIGURES, 0)
    for each in tree.iter("property"):
        if each.get("name") in sums:
            sums[str(each.get("name"))] += int(str(each.get("value")))
    sums["load"] = sums["load"] or tests
    sums["mismatched"] = sums["mismatched"] or failed
    unharmed = sums["lost"] == sums["doubled"] == sums["mismatched"] == 0
    return Result(name, **sums, ok=code == 0 and tests > 0 and unharmed, note=f"{tests} tests")


def table(results: Sequence[Result]) -> str:
    lines = [f"{'suite':<22}" + "".join(f"{each:>12}" for each in FIGURES) + "  ok"]
    for result in results:
        figures = "".join(f"{getattr(result, each):>12}" for each in FIGURES)
        mark = "yes" if result.ok else f"NO: {result.note}"
        lines.append(f"{result.name:<22}{figures}  {mark}")
    return "\n".join(lines)


def main(names: Sequence[str]) -> int:
    known = suites(ROOT)
    if unknown := set(names) - known.keys():
        print(f"no suite {', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return 2
    results = [suite_run(name, known[name]) for name in names or known]
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n")
    print(f"\n{table(results)}\n{OUTPUT}")
    return 0 if all(result.ok for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
