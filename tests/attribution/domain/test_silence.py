from datetime import UTC, datetime, timedelta

import pytest

from attribution.domain.silence import is_silent, silence_after

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)  # 9 in the morning in Almaty


def days(count, hours, *, weekdays=range(7), every=1):
    """Hours with an event: these of each day, on these days of the week."""
    found = [
        MONDAY + day * DAY + hour * HOUR
        for day in range(0, count, every)
        if day % 7 in weekdays
        for hour in hours
    ]
    return found[-200:]


ROUND_THE_CLOCK = days(20, range(24))
BY_DAY = days(20, range(16))
OFFICE = days(35, range(9), weekdays=range(5))
ONCE_A_DAY = days(30, [0])
ONCE_A_WEEK = days(84, [0, 3], every=7)
WITH_A_HOLIDAY = days(14, range(16)) + [hour + 26 * DAY for hour in days(10, range(16))]


@pytest.mark.parametrize(
    ("hours", "after"),
    [
        (ROUND_THE_CLOCK, 12 * HOUR),
        (BY_DAY, 18 * HOUR),  # its nights have nine hours
        (OFFICE, 2 * 64 * HOUR),  # its weekends
        (ONCE_A_DAY, 6 * DAY),
        (ONCE_A_WEEK, 2 * (7 * DAY - 3 * HOUR)),
        (WITH_A_HOLIDAY, 18 * HOUR),  # one pause of twelve days is no rhythm
    ],
)
def test_silence_begins_by_the_sources_own_rhythm(hours, after):
    assert silence_after(hours) == after
    assert not is_silent(hours, hours[-1] + after)
    assert is_silent(hours, hours[-1] + after + timedelta(seconds=1))


@pytest.mark.parametrize(
    "hours",
    [[], [MONDAY], days(6, range(24)), days(70, [0], every=7)[:10]],
    ids=["nothing", "one event", "less than a week", "too few"],
)
def test_of_a_source_with_little_history_nobody_says_that_it_is_silent(hours):
    assert silence_after(hours) is None
    assert not is_silent(hours, MONDAY + 400 * DAY)


def test_an_office_is_not_silent_on_monday_morning():
    friday_evening = OFFICE[-1]
    assert not is_silent(OFFICE, friday_evening + 64 * HOUR)


def test_a_shop_that_sells_once_a_week_is_left_in_peace_for_a_week_without_a_sale():
    assert not is_silent(ONCE_A_WEEK, ONCE_A_WEEK[-1] + 13 * DAY)
