"""Every 302 that was answered is a row exactly once, and the sums say what the rows say, whatever
is killed under load: Redis (and it comes back empty), click processes, the drain anywhere in its
transaction, the connections to PostgreSQL.

CHAOS_SECONDS says for how long: a few of them in make test, more in make chaos. The seed of a run
is printed when it fails; CHAOS_SEED repeats its order of faults.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import pytest

from attribution.clickpath.names import STREAM
from attribution.models import Click, ClickDaily, ClickQuarantine, DrainOffset
from attribution.services.clicks import click_sums_check
from core import clock
from core.tenancy.context import acting_as
from tests.attribution.clickpath.conftest import until
from tests.chaos.click_world import ClickPath, Nemesis, Promises, visiting
from tests.chaos.damage import Damage

SECONDS = float(os.environ.get("CHAOS_SECONDS", "4"))
SECONDS_MAX = SECONDS + 120  # on a machine that is busy with other things
PROMISES_MIN = 200
FAULTS_PER_SECOND = 0.5  # at the least: thirty in a minute
DRAINED_SECONDS = 90.0


@pytest.fixture
def click_path(ground, tmp_path) -> ClickPath:
    return ClickPath(ground.valkey, ground.children, ground.env, tmp_path / "journal")


@dataclass(frozen=True)
class Stored:
    """What PostgreSQL holds at the end."""

    rows: Counter[str]  # click id -> how often
    counted: int  # by the daily sums
    drained: int  # by the drain's own count
    quarantined: int
    differences: int  # between any of the sums and the rows


def stored() -> Stored:
    today = clock.today()
    days = (today - timedelta(days=1), today)  # a run may pass midnight
    with acting_as(system="test"):
        daily = ClickDaily.objects.values_list("people", "bots", "inactive")
        found = {
            "rows": Counter(each.hex for each in Click.objects.values_list("click_id", flat=True)),
            "counted": sum(sum(row) for row in daily),
            "drained": sum(DrainOffset.objects.values_list("stored", flat=True)),
            "quarantined": ClickQuarantine.objects.count(),
        }
    return Stored(**found, differences=sum(len(click_sums_check(day)) for day in days))


def compare(promises: Promises, found: Stored) -> Damage:
    """What visitors were promised, against what is stored. A row that nobody was promised is a
    click whose process was killed before it could answer."""
    rows = sum(found.rows.values())
    return Damage(
        load=len(promises.click_ids),
        lost=sum(click_id not in found.rows for click_id in promises.click_ids),
        doubled=sum(times > 1 for times in found.rows.values()),
        mismatched=found.differences
        + found.quarantined
        + abs(found.counted - rows)
        + abs(found.drained - rows)
        + len(promises.wrong),
    )


def strike_until_enough(nemesis: Nemesis) -> None:
    started = time.monotonic()
    while (
        time.monotonic() < started + SECONDS
        or len(nemesis.done) < SECONDS * FAULTS_PER_SECOND
        or {fault.__name__ for fault in nemesis.kinds} - set(nemesis.done)
    ):
        assert time.monotonic() < started + SECONDS_MAX, f"too few faults: {nemesis.done}"
        nemesis.strike()


def wait_until_all_is_stored(path: ClickPath) -> None:
    """Nothing is on its way any more: the stream is empty, and no journal would send again."""
    until(lambda: not path.journals() and not path.valkey.client.xlen(STREAM), DRAINED_SECONDS)


def test_every_302_is_a_row_exactly_once(committed_cast, click_path, record_property):
    seed = os.environ.get("CHAOS_SEED") or str(random.randrange(10**9))
    print(f"CHAOS_SEED={seed}")  # noqa: T201 pytest shows it when the test fails
    tokens = [committed_cast.tulpar.token, committed_cast.sauran.token]
    click_path.start()
    nemesis = Nemesis(click_path, seed)
    with visiting(click_path, tokens, seed) as promises:
        strike_until_enough(nemesis)
    wait_until_all_is_stored(click_path)
    damage = compare(promises, stored())
    for name, value in {**vars(damage), "faults": len(nemesis.done)}.items():
        record_property(name, value)
    assert damage.load >= PROMISES_MIN
    assert (damage.lost, damage.doubled, damage.mismatched) == (0, 0, 0), (seed, promises.wrong)


def test_without_the_journal_the_same_comparison_finds_lost_clicks(
    committed_cast, click_path, tmp_path
):
    """The planted fault: a journal that cannot be written, and a Redis that is wiped."""
    (tmp_path / "file").write_text("a file is no folder")
    click_path.journal = tmp_path / "file" / "journal"
    click_path.start()
    click_path.drain_kill()
    with visiting(click_path, [committed_cast.tulpar.token], "control") as promises:
        until(lambda: click_path.valkey.client.xlen(STREAM) > 5)
    Nemesis(click_path, "control").redis_wiped()
    click_path.drain_start()
    until(lambda: click_path.valkey.client.exists("birge:drain:beat"), DRAINED_SECONDS)
    damage = compare(promises, stored())
    assert damage.lost == damage.load > 0


def test_the_comparison_sees_each_kind_of_damage():
    promises = Promises(click_ids=["a", "b"])
    whole = Stored(Counter("abc"), counted=3, drained=3, quarantined=0, differences=0)

    def damage(**changed: object) -> Damage:
        return compare(promises, Stored(**{**vars(whole), **changed}))

    assert damage() == Damage(load=2)
    assert damage(rows=Counter("ac"), counted=2, drained=2) == Damage(load=2, lost=1)
    assert damage(rows=Counter("aabc"), counted=4, drained=4) == Damage(load=2, doubled=1)
    for changed in ({"counted": 4}, {"drained": 2}, {"quarantined": 1}, {"differences": 1}):
        assert damage(**changed) == Damage(load=2, mismatched=1)
    promises.wrong.append(404)
    assert damage() == Damage(load=2, mismatched=1)
