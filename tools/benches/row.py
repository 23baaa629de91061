"""One line of build/bench.json, and how its figures are come by."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


class NotRunError(Exception):
    """This machine lacks what the row needs; says what. No failure."""


@dataclass(frozen=True, slots=True)
class Row:
    """`ratio` is ours / reference: of throughput or of cost. None: there is no such figure.

    `ok` None: the row was not run, and `note` says why.
    """

    name: str
    ours: float | None
    reference: float | None
    ratio: float | None
    unit: str
    goal: str
    ok: bool | None
    rounds: int
    note: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """What taking turns gave: medians, of the ratios too, since a pair met the same machine."""

    ours: float
    reference: float
    ratio: float
    rounds: int


def not_run(name: str, goal: str, why: Exception) -> Row:
    return Row(name, None, None, None, "", goal, ok=None, rounds=0, note=f"not run: {why}")


def take_turns(rounds: int, ours: Callable[[], float], reference: Callable[[], float]) -> Pairs:
    """Measure both `rounds` times, alternating, so that the machine's moods meet both."""
    return pairs_of([(ours(), reference()) for _ in range(rounds)])


def pairs_of(pairs: Sequence[tuple[float, float]]) -> Pairs:
    return Pairs(
        ours=statistics.median(ours for ours, _ in pairs),
        reference=statistics.median(reference for _, reference in pairs),
        ratio=statistics.median(ours / reference for ours, reference in pairs),
        rounds=len(pairs),
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of them do not exceed."""
    at = -(-len(values) * percent // 100)  # rounded up
    return sorted(values)[max(0, int(at) - 1)]


def machine() -> str:
    """For the note of a row: how busy the machine was, besides us."""
    return f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}"


def setting(name: str, default: float) -> float:
    """A size or duration that the environment may set: BENCH_ROWS=1e6 make bench B=dashboard_10m"""
    return float(os.environ.get(f"BENCH_{name}") or default)
