"""The hour at which a file's tests happen."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine


def clock_at(moment: datetime):
    """A fixture for all tests of a file: the clock stands there, and is what moves it on."""

    @pytest.fixture(autouse=True)
    def clock() -> Iterator[time_machine.Traveller]:
        with time_machine.travel(moment, tick=False) as traveller:
            yield traveller

    return clock
