import pytest

from tests.clocks import clock_at
from tests.world import NOON, law_load

noon = clock_at(NOON)  # an afternoon of 2026, for which the law is known


@pytest.fixture
def law(cast):
    return law_load(cast)
