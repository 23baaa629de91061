import pytest

from payouts.domain.ages import age_place


@pytest.mark.parametrize(
    ("days", "place"),
    [(-1, 0), (0, 0), (30, 0), (31, 1), (60, 1), (61, 2), (90, 2), (91, 3), (4_000, 3)],
)
def test_money_is_aged_by_full_days(days, place):
    assert age_place(days) == place
