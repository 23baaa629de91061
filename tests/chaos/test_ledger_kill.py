"""Whoever posts may be killed at any moment: what was acknowledged is there, once and whole.

CHAOS_SECONDS says for how long: a few of them in make test, more in make chaos, where PostgreSQL
itself is crashed too, CHAOS_CRASHES times (make test shares its server). The seed of a run is
printed when it fails; CHAOS_SEED repeats it.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection

from core.tenancy.context import acting_as
from ledger.checks import ledger_findings
from ledger.models import Entry, Journal
from tests.chaos.ledger_worker import ANY_MOMENT, CRASH_POINTS
from tests.chaos.ledger_world import draft_of, world_make

ROOT = Path(__file__).resolve().parents[2]
SECONDS = float(os.environ.get("CHAOS_SECONDS", "4"))
CRASHES = int(os.environ.get("CHAOS_CRASHES", "0"))
SECONDS_MAX = SECONDS + 90  # on a machine that is busy with other things
ACKS_MIN = 50
WORKERS = ("1", "2", "3")

Legs = Counter[tuple[str, int]]  # (account, amount): how often


def database_url() -> str:
    """The tests' own database, for another process."""
    at = connection.settings_dict
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def run_workers(folder: Path, seed: str) -> None:
    """They die and are born again for SECONDS, and until every way to die was tried."""
    command = [sys.executable, "-m", "tests.chaos.ledger_worker"]
    # What was acknowledged is in the log then, as in production; tests do without
    env = {**os.environ, "DATABASE_URL": database_url(), "PGOPTIONS": "-c synchronous_commit=on"}
    workers = [
        subprocess.Popen(  # noqa: S603 our own program
            [*command, name, seed, str(folder)], env=env, cwd=ROOT, stdin=subprocess.PIPE
        )
        for name in WORKERS
    ]
    try:
        wait_until_enough(folder)
    finally:
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.close()
    assert [worker.wait(30) for worker in workers] == [0, 0, 0]


def wait_until_enough(folder: Path) -> None:
    started = time.monotonic()
    crash_at = [started + SECONDS * n / (CRASHES + 1) for n in range(1, CRASHES + 1)]
    while time.monotonic() < started + SECONDS or not is_enough(folder):
        assert time.monotonic() < started + SECONDS_MAX, "too little was posted to prove anything"
        if crash_at and time.monotonic() > crash_at[0]:
            crash_at.pop(0)
            postgres_crash()
        time.sleep(0.1)


def postgres_crash() -> None:
    """Kill a backend that nobody uses: the server gives up everything that it holds in memory and
    recovers from its log, as after any crash of its own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    os.kill(pid, signal.SIGKILL)
    connection.close()


def is_enough(folder: Path) -> bool:
    ways = {point for _name, point in lines_of(folder, "deaths")}
    return ways == {*CRASH_POINTS, ANY_MOMENT} and len(lines_of(folder, "acks")) >= ACKS_MIN


def lines_of(folder: Path, kind: str) -> list[tuple[str, str]]:
    """(worker, line)"""
    files = ((path.stem, path) for path in sorted(folder.glob(f"*.{kind}")))
    return [(name, line) for name, path in files for line in path.read_text().splitlines()]


def stored() -> dict[str, Legs]:
    """What the database holds of each event."""
    with acting_as(ops=1):
        legs: dict[str, Legs] = {
            key: Counter() for key in Journal.objects.values_list("business_key", flat=True)
        }
        rows = Entry.objects.values_list("journal__business_key", "account__code", "amount_minor")
        for key, code, amount_minor in rows:
            legs.setdefault(key, Counter())[code, amount_minor] += 1
    return legs


@dataclass
class Damage:
    load: int = 0
    lost: int = 0
    doubled: int = 0
    mismatched: int = 0


def compare(acks: list[tuple[str, str]], found: dict[str, Legs]) -> Damage:
    """What the workers were told, against what the database holds."""
    damage = Damage(load=len(acks))
    for name, line in acks:
        n, outcome = line.split()
        draft = draft_of(name, int(n))
        said = Counter((leg.account.code, leg.amount_minor) for leg in draft.legs)
        legs = found.get(draft.business_key)
        if outcome == "refused":
            damage.mismatched += legs is not None
        elif legs is None:
            damage.lost += 1
        else:
            damage.doubled += max(legs.values(), default=0) > 1
            damage.mismatched += legs != said
    return damage


@pytest.mark.django_db(transaction=True)
def test_what_was_acknowledged_is_there_once_and_whole(tmp_path, record_property):
    seed = os.environ.get("CHAOS_SEED") or str(random.randrange(10**9))
    world_make()
    run_workers(tmp_path, seed)
    acks, deaths = lines_of(tmp_path, "acks"), lines_of(tmp_path, "deaths")
    damage = compare(acks, stored())
    damage.mismatched += len(ledger_findings())
    for name, value in {**vars(damage), "faults": len(deaths) + CRASHES}.items():
        record_property(name, value)
    assert (damage.lost, damage.doubled, damage.mismatched) == (0, 0, 0), f"CHAOS_SEED={seed}"


def test_the_comparison_sees_each_kind_of_damage():
    """Keeps the test above honest."""
    draft, refused = draft_of("1", 0), draft_of("1", 1)
    legs = Counter((leg.account.code, leg.amount_minor) for leg in draft.legs)
    acks = [("1", "0 posted"), ("1", "1 refused")]
    assert compare(acks, {draft.business_key: legs}) == Damage(load=2)
    assert compare(acks, {}) == Damage(load=2, lost=1)
    twice = Counter(dict.fromkeys(legs, 2))
    assert compare(acks, {draft.business_key: twice}) == Damage(load=2, doubled=1, mismatched=1)
    assert compare(acks, {draft.business_key: Counter()}) == Damage(load=2, mismatched=1)
    both = {draft.business_key: legs, refused.business_key: legs}
    assert compare(acks, both) == Damage(load=2, mismatched=1)
