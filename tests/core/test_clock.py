from datetime import UTC, date, datetime, timedelta

import pytest
import redis
import time_machine
from django.db import connection
from django.test import override_settings

from core import clock
from core.demo_clock import REDIS_KEY, demo_clock_advance, demo_clock_publish, offset_read
from core.errors import Forbidden
from core.tenancy.context import acting_as
from core.zone import zone_check, zone_faults

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def demo(db, monkeypatch):
    """The demo world, with nothing remembered of its clock before or after."""
    forget(monkeypatch)
    with override_settings(DEMO=True):
        yield
    forget(monkeypatch)


def forget(monkeypatch):
    monkeypatch.setattr(clock, "_offset", timedelta())
    monkeypatch.setattr(clock, "_offset_read_at", -clock.OFFSET_READ_SECONDS)


def advance(**span):
    with acting_as(system="demo clock"):
        return demo_clock_advance(timedelta(**span))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 20, 18, 59, 59, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 20, 19, 0, 0, tzinfo=UTC), date(2026, 11, 21)),  # UTC+5
        (datetime(2024, 2, 29, 17, 59, 59, tzinfo=UTC), date(2024, 2, 29)),  # UTC+6 until then
        (datetime(2024, 2, 29, 18, 0, 0, tzinfo=UTC), date(2024, 2, 29)),  # put back at midnight
        (datetime(2024, 2, 29, 19, 0, 0, tzinfo=UTC), date(2024, 3, 1)),
        (datetime(2026, 12, 31, 19, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_days_are_cut_at_kazakhstans_midnight(moment, day):
    assert clock.day_of(moment) == day
    with time_machine.travel(moment, tick=False):
        assert clock.today() == day


def test_the_first_and_the_last_day_have_their_moments_too():
    assert clock.day_start(date.min) == datetime.min.replace(tzinfo=UTC)
    assert clock.day_end(date.max) == datetime.max.replace(tzinfo=UTC)
    assert clock.day_end(date.min) == clock.day_start(date(1, 1, 2))


@pytest.mark.parametrize(
    ("end", "day"),
    [
        (datetime(2026, 12, 31, 19, 0, tzinfo=UTC), date(2026, 12, 31)),  # the midnight after it
        (datetime(2026, 12, 31, 19, 0, 0, 1, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 12, 31, 7, 0, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
def test_what_ends_at_midnight_has_the_day_before_as_its_last(end, day):
    assert clock.last_day(end) == day
    assert clock.last_day(clock.day_end(day)) == day


def test_a_day_begins_at_19_utc_of_the_day_before():
    begins = clock.day_start(date(2026, 11, 21))
    assert begins == datetime(2026, 11, 20, 19, tzinfo=UTC)
    assert begins.tzinfo is UTC
    assert clock.day_of(begins) == date(2026, 11, 21)
    assert clock.day_of(begins - timedelta(microseconds=1)) == date(2026, 11, 20)


def test_a_moment_without_a_zone_has_no_day():
    with pytest.raises(AssertionError):
        clock.day_of(datetime(2026, 11, 20, 12))  # noqa: DTZ001


def test_outside_the_demo_time_is_real_and_asks_nobody(db, django_assert_num_queries):
    with time_machine.travel(NOON, tick=False), django_assert_num_queries(0):
        assert clock.now() == NOON


def test_the_demo_world_goes_ahead_and_every_process_is_told(demo, settings):
    with time_machine.travel(NOON, tick=False):
        assert clock.now() == NOON
        assert advance(days=22) == timedelta(days=22)
        assert advance(hours=6) == timedelta(days=22, hours=6)
    assert offset_read() == timedelta(days=22, hours=6)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert client.get(REDIS_KEY) == str(22 * 86_400 + 6 * 3_600).encode()


def test_who_moves_the_clock_sees_it_at_once(demo):
    with time_machine.travel(NOON, tick=False):
        assert clock.now() == NOON  # read, and remembered for a second
        advance(days=1)
        assert clock.now() == NOON + timedelta(days=1)


def test_another_process_learns_of_it_within_a_second(demo, monkeypatch):
    monkeypatch.setattr(clock, "offset_forget", lambda: None)  # it was not this process
    with time_machine.travel(NOON, tick=False):
        assert clock.now() == NOON
        advance(days=1)
        assert clock.now() == NOON
        monkeypatch.setattr(clock, "_offset_read_at", -clock.OFFSET_READ_SECONDS)  # a second later
        assert clock.now() == NOON + timedelta(days=1)


@pytest.mark.parametrize("side", ["public", "brand", "influencer", "ops"])
def test_every_side_may_ask_for_the_time(demo, monkeypatch, side):
    advance(days=1)
    forget(monkeypatch)
    with time_machine.travel(NOON, tick=False), acting_as(**{side: 1}):
        assert clock.now() == NOON + timedelta(days=1)


def test_redis_that_forgot_is_told_again(demo, settings):
    advance(hours=1)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(REDIS_KEY)
        demo_clock_publish(offset_read())
        assert client.get(REDIS_KEY) == b"3600"


def test_real_time_is_moved_by_nobody(db):
    with acting_as(system="demo clock"), pytest.raises(Forbidden, match="DEMO is not 1"):
        demo_clock_advance(timedelta(days=1))
    assert offset_read() == timedelta()


def test_the_demo_clock_never_goes_back(demo):
    with pytest.raises(AssertionError):
        advance(days=-1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_democlock")
        assert cursor.fetchone() == (0,)


def test_python_and_postgresql_know_kazakhstans_change_of_2024(db):
    assert zone_faults() == []
    zone_check()
