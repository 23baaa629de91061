"""The demo's past is told in the order of time, whichever story an event belongs to."""

from datetime import UTC, datetime, timedelta

import pytest

from core import clock
from exchange.demo.telling import nightly, once, stories_tell

NOON = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)  # 12:00 in Almaty
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _demo(settings):
    settings.DEMO = True


def test_stories_are_told_at_once_in_the_order_of_time():
    told = []

    def story(name, *hours):
        for hour in hours:
            yield NOON + hour * HOUR
            told.append((name, clock.now() - NOON))

    stories_tell([story("shop", 1, 4), story("bank", 2, 3, 4), story("nobody"), story("early", -1)])
    assert told == [
        ("early", -HOUR),
        ("shop", HOUR),
        ("bank", 2 * HOUR),
        ("bank", 3 * HOUR),
        ("shop", 4 * HOUR),  # at one moment as the stories stand
        ("bank", 4 * HOUR),
    ]


def test_no_story_goes_back_in_time():
    def story():
        yield NOON
        yield NOON - HOUR

    with pytest.raises(AssertionError):
        stories_tell([story()])


def test_nights_are_kazakhstans_midnights_and_one_step_is_a_story():
    told = []
    nights = nightly(NOON - 2 * 24 * HOUR, NOON, lambda: told.append(clock.now()))
    stories_tell([once(NOON, lambda: told.append("noon")), nights])
    assert told == [
        datetime(2026, 11, 18, 19, tzinfo=UTC),
        datetime(2026, 11, 19, 19, tzinfo=UTC),
        "noon",
    ]
