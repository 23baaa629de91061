from datetime import timedelta

import pytest

from attribution.domain.pauses import backoff, named_pause, spread_of


@pytest.mark.parametrize(
    ("failures", "least", "most"),
    [
        (1, 15, 30),
        (2, 30, 60),
        (3, 60, 120),
        (7, 960, 1_920),
        (8, 1_800, 3_600),
        (999, 1_800, 3_600),
    ],
)
def test_pauses_double_up_to_an_hour_and_are_spread_over_their_upper_half(failures, least, most):
    assert backoff(failures, 0.0) == timedelta(seconds=least)
    assert backoff(failures, 1.0) == timedelta(seconds=most)


def test_cursors_that_broke_together_come_back_at_many_moments():
    spreads = [spread_of(cursor_id, 3) for cursor_id in range(1_000)]
    assert 0 <= min(spreads) < 0.01
    assert 0.99 < max(spreads) < 1
    tenths = [sum(tenth <= spread * 10 < tenth + 1 for spread in spreads) for tenth in range(10)]
    assert min(tenths) > 60
    assert spread_of(7, 3) == spread_of(7, 3) != spread_of(7, 4)


@pytest.mark.parametrize(
    ("asked", "kept"), [(0, 1), (-5, 1), (90, 90), (86_400, 86_400), (10**12, 86_400)]
)
def test_a_sources_own_pause_is_kept_within_reason(asked, kept):
    assert named_pause(asked) == timedelta(seconds=kept)
