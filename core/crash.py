"""Named places where a test lets a process die, as a power cut would: at once and without a word.

`BIRGE_CRASH=click_drain.stored manage.py click_drain` is killed there. Tests of every process
that promises "exactly once" run over its names; without the variable nothing happens.
"""

from __future__ import annotations

import os
import signal

CRASH = "BIRGE_CRASH"


def crash_point(name: str) -> None:
    if os.environ.get(CRASH) == name:
        os.kill(os.getpid(), signal.SIGKILL)
