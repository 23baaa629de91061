"""Posts until it is killed, again and again: python -m tests.chaos.ledger_worker NAME SEED FOLDER

Each life is a fork that posts events, writes one line into FOLDER/NAME.acks after each that was
acknowledged, and dies by SIGKILL: at a named crash point, or at any moment. The next life begins
with the event that was not acknowledged, as a job that was given back would. Deaths are written
into FOLDER/NAME.deaths. It ends when its stdin is closed.
"""

from __future__ import annotations

import os
import random
import select
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import django

CRASH_POINTS = ("ledger.posted",)
ANY_MOMENT = "any moment"
EVENTS_MAX = 12  # posted by one life before its crash point
SECONDS_MAX = 0.08  # of one life that ends at any moment
RECOVERY_SECONDS = 0.2  # before the next life asks again


@dataclass(frozen=True)
class Death:
    point: str
    events: int
    seconds: float


def death_draw(chance: random.Random) -> Death:
    point = chance.choice((*CRASH_POINTS, ANY_MOMENT, ANY_MOMENT))
    return Death(point, chance.randrange(EVENTS_MAX), chance.random() * SECONDS_MAX)


def main(name: str, seed: str, folder: Path) -> None:
    django.setup()
    chance = random.Random(f"{seed}:{name}")
    with (folder / f"{name}.deaths").open("w", buffering=1) as deaths:
        while not _stdin_is_closed():
            death = death_draw(chance)
            _live_and_die(name, folder / f"{name}.acks", death)
            deaths.write(f"{death.point}\n")


def _live_and_die(name: str, acks: Path, death: Death) -> None:
    child = os.fork()
    if child == 0:
        _live(name, acks, death)
    if death.point == ANY_MOMENT:
        time.sleep(death.seconds)
        os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, status


def _live(name: str, acks: Path, death: Death) -> None:
    """Never returns."""
    from django.db import InterfaceError, OperationalError

    from core.crash import CRASH
    from tests.chaos.ledger_world import draft_of, is_posted

    first = len(acks.read_text().splitlines()) if acks.exists() else 0
    with acks.open("a") as out:
        for n in range(first, sys.maxsize):
            if n - first == death.events and death.point != ANY_MOMENT:
                os.environ[CRASH] = death.point
            try:
                outcome = "posted" if is_posted(draft_of(name, n)) else "refused"
            except (InterfaceError, OperationalError):  # PostgreSQL itself has crashed
                time.sleep(RECOVERY_SECONDS)
                os.kill(os.getpid(), signal.SIGKILL)
            out.write(f"{n} {outcome}\n")
            out.flush()


def _stdin_is_closed() -> bool:
    return bool(select.select([sys.stdin], [], [], 0)[0])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
