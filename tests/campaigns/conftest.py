import pytest
import time_machine

from tests.world import NOON, law_load


@pytest.fixture(autouse=True)
def noon():
    """An afternoon of 2026, for which the law is known."""
    with time_machine.travel(NOON, tick=False):
        yield NOON


@pytest.fixture
def law(cast):
    return law_load(cast)
