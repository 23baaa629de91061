"""Sums are what the clicks say, however the clicks came; and a wrong sum is found."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime, timedelta
from random import Random

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from attribution.clickpath.line import Click as Visit
from attribution.clickpath.line import line_of
from attribution.domain.address_ranges import Range
from attribution.domain.click_flags import ClickFlag
from attribution.models import AddressRange, ClickBreakdown, ClickDaily, ClickHourly, Device
from attribution.services.clicks import (
    address_ranges_replace,
    click_sums_check,
    click_sums_rebuild,
    clicks_forget,
)
from core import clock
from core.clock import ALMATY
from core.ids import uuid7
from core.tenancy.context import acting_as
from tests.attribution.clickpath.conftest import clicks_stored
from tests.attribution.clickpath.test_drain import send

ANNA, BORIS = "a" * 32, "b" * 32
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"


def visit(link: int, at: datetime, visitor: str = ANNA, **changed: object) -> bytes:
    milliseconds = int(at.timestamp() * 1000)
    facts: dict[str, object] = {
        "click_id": uuid7(milliseconds).hex,
        "milliseconds": milliseconds,
        "link_id": link,
        "visitor": visitor,
        "ip_network": None,
        "user_agent": IPHONE,
        "referer": "",
        "subs": ("",) * 5,
        "flags": 0,
    }
    return line_of(Visit(**(facts | changed)))


def noon(day_on: date | None = None) -> datetime:
    day = day_on or clock.today() - timedelta(days=1)
    return datetime(day.year, day.month, day.day, 12, tzinfo=ALMATY)


def daily(link: int) -> dict[date, tuple[int, ...]]:
    with acting_as(system="test"):
        rows = ClickDaily.objects.filter(link_id=link)
        return {
            row.day_on: (row.people, row.bots, row.inactive, row.uniques, row.unusual)
            for row in rows
        }


def parts(link: int, dimension: str) -> dict[str, tuple[int, int]]:
    with acting_as(system="test"):
        rows = ClickBreakdown.objects.filter(link_id=link, dimension=dimension)
        return {row.value: (row.people, row.bots) for row in rows}


def test_different_people_are_counted_once_a_day_and_once_an_hour(committed_cast, valkey, drain):
    link, at = committed_cast.tulpar.link, noon()
    hour = timedelta(hours=1)
    send(valkey, visit(link, at) + visit(link, at) + visit(link, at, BORIS))
    drain()
    send(valkey, visit(link, at) + visit(link, at + hour), visit(link, at - timedelta(days=1)))
    drain()
    assert daily(link) == {
        at.date(): (5, 0, 0, 2, 0),
        at.date() - timedelta(days=1): (1, 0, 0, 1, 0),
    }
    with acting_as(system="test"):
        hours = dict(ClickHourly.objects.filter(link_id=link).values_list("hour_at", "uniques"))
    assert hours == {at: 2, at + hour: 1, at - timedelta(days=1): 1}


def test_a_day_ends_at_kazakhstans_midnight(committed_cast, valkey, drain):
    link = committed_cast.tulpar.link
    midnight = noon().replace(hour=0)
    send(valkey, visit(link, midnight - timedelta(milliseconds=1)) + visit(link, midnight))
    drain()
    assert daily(link) == {
        midnight.date() - timedelta(days=1): (1, 0, 0, 1, 0),
        midnight.date(): (1, 0, 0, 1, 0),
    }


def test_a_robot_or_a_latecomer_is_no_different_person(committed_cast, valkey, drain):
    link, at = committed_cast.tulpar.link, noon()
    late = int(ClickFlag.INACTIVE)
    send(valkey, visit(link, at, flags=1) + visit(link, at, flags=late) + visit(link, at, BORIS))
    drain()
    send(valkey, visit(link, at))
    drain()
    assert daily(link) == {at.date(): (2, 1, 1, 2, 0)}


DEVICES = [
    (IPHONE, Device.PHONE),
    ("Mozilla/5.0 (Linux; Android 14; SM-S911B) Chrome/131.0 Mobile Safari/537.36", Device.PHONE),
    ("Mozilla/5.0 (Linux; Android 13; SM-X200) Chrome/131.0 Safari/537.36", Device.TABLET),
    ("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) Mobile/15E148", Device.TABLET),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0", Device.COMPUTER),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15", Device.COMPUTER),
    ("Mozilla/5.0 (X11; Linux x86_64) Firefox/132.0", Device.COMPUTER),
    ("", Device.UNKNOWN),
    ("okhttp/4.12", Device.UNKNOWN),
]


@pytest.mark.parametrize(("user_agent", "device"), DEVICES)
def test_the_device_is_what_the_user_agent_says(committed_cast, valkey, drain, user_agent, device):
    link = committed_cast.tulpar.link
    send(valkey, visit(link, noon(), user_agent=user_agent))
    drain()
    assert [click.device for click in clicks_stored()] == [device]
    assert parts(link, "device") == {str(int(device)): (1, 0)}


REFERRERS = [
    ("https://www.instagram.com/stories/x?y=1", "instagram.com"),
    ("https://L.Instagram.com", "l.instagram.com"),
    ("http://shop.example:8080/a", "shop.example"),
    ("https://user:secret@t.me/a", "t.me"),
    ("android-app://org.telegram.messenger/", "org.telegram.messenger"),
    ("", ""),
    ("nonsense", ""),
    ("https:///path", ""),
]


@pytest.mark.parametrize(("referer", "host"), REFERRERS)
def test_a_referrer_is_a_host_or_an_app(committed_cast, valkey, drain, referer, host):
    link = committed_cast.tulpar.link
    send(valkey, visit(link, noon(), referer=referer))
    drain()
    assert parts(link, "referrer") == {host: (1, 0)}


def test_sub_ids_are_counted_where_there_are_any(committed_cast, valkey, drain):
    link, at = committed_cast.tulpar.link, noon()
    story = ("story", "", "", "", "kk")
    send(valkey, visit(link, at, subs=story) + visit(link, at, subs=story, flags=1))
    send(valkey, visit(link, at), visit(link, at, flags=int(ClickFlag.INACTIVE), subs=story))
    drain()
    assert parts(link, "sub1") == {"story": (1, 1)}
    assert parts(link, "sub5") == {"kk": (1, 1)}
    assert parts(link, "sub2") == {}


def test_places_and_data_centres_are_looked_up_by_network(committed_cast, valkey, drain):
    link, at = committed_cast.tulpar.link, noon()
    address_ranges_replace(
        AddressRange.Kind.GEOGRAPHY,
        [
            Range("198.51.0.0/16", "KZ"),
            Range("198.51.100.0/25", "KZ", "Almaty"),
            Range("198.51.100.128/26", "KZ", "Astana"),
            Range("2001:db8::/32", "KZ", "Aktau"),
        ],
    )
    address_ranges_replace(AddressRange.Kind.DATACENTRE, [Range("192.0.2.0/23", name="Hosting")])
    networks = ["198.51.100.0/24", "198.51.7.0/24", "2001:db8:5::/48", "192.0.2.0/24", None]
    send(valkey, *(visit(link, at, ip_network=network) for network in networks))
    drain()
    assert parts(link, "place") == {
        "KZ Almaty": (1, 0), "KZ": (1, 0), "KZ Aktau": (1, 0), "": (2, 0)
    }  # fmt: skip
    assert daily(link)[at.date()] == (5, 0, 0, 1, 1), "a data centre's is unusual, and counted"
    flagged = [str(each.ip_network) for each in clicks_stored() if each.flags]
    assert flagged == ["192.0.2.0/24"]


def test_however_clicks_come_the_sums_are_what_they_say(committed_cast, valkey, drain):
    chance = Random(20261121)
    links = [committed_cast.tulpar.link, committed_cast.sauran.link]
    lines = [
        visit(
            chance.choice(links),
            noon() + timedelta(minutes=chance.randrange(-2000, 600)),
            chance.choice([ANNA, BORIS, "c" * 32]),
            flags=chance.choice([0, 0, 0, 1, 2, 8, 9, 32, 64, 40]),
            referer=chance.choice(["", "https://t.me/x", "https://www.instagram.com/"]),
            user_agent=chance.choice([IPHONE, "", "Mozilla/5.0 (X11; Linux)"]),
            subs=(chance.choice(["", "story", "reels"]), "", "", "", ""),
        )
        for _ in range(400)
    ]
    lines += chance.sample(lines, 100)
    chance.shuffle(lines)
    while lines:
        size = chance.randrange(1, 60)
        send(valkey, b"".join(lines[:size]))
        lines = lines[size:]
        if chance.random() < 0.5:
            drain()
    drain()
    days = [noon().date() + timedelta(days=n) for n in (-2, -1, 0, 1)]
    assert len(clicks_stored()) == 400
    assert [click_sums_check(day) for day in days] == [[], [], [], []]


BUGS = [
    ("UPDATE attribution_clickdaily SET people = people + 1", "by day"),
    ("UPDATE attribution_clickdaily SET uniques = uniques + 1", "by day"),
    ("DELETE FROM attribution_clickhourly", "by hour"),
    ("UPDATE attribution_clickbreakdown SET bots = bots + 1 WHERE dimension = 'device'", "by prop"),
    ("UPDATE attribution_clickbreakdown SET value = 'x' WHERE dimension = 'sub1'", "by prop"),
]


@pytest.mark.parametrize(("bug", "sums"), BUGS)
def test_a_wrong_sum_is_found_and_mended(committed_cast, valkey, drain, bug, sums):
    link, at = committed_cast.tulpar.link, noon()
    send(valkey, visit(link, at, subs=("story", "", "", "", "")) + visit(link, at, BORIS))
    drain()
    assert click_sums_check(at.date()) == []
    with acting_as(system="test"), connection.cursor() as cursor:
        cursor.execute(bug)
    found = click_sums_check(at.date())
    assert {sentence.startswith(sums) for sentence in found} == {True}, found
    with pytest.raises(CommandError, match="1 days differ"):
        call_command("clicks_rebuild", "--check")
    assert click_sums_rebuild(at.date()) == found
    assert click_sums_check(at.date()) == []
    assert daily(link) == {at.date(): (2, 0, 0, 2, 0)}


def test_what_is_too_old_is_forgotten_and_the_days_sums_stay(
    committed_cast, valkey, drain, settings
):
    settings.CLICK_RETENTION_DAYS, settings.CLICK_NETWORK_DAYS = 100, 50
    link = committed_cast.tulpar.link
    ages = [0, 49, 51, 99, 102]
    for age in ages:
        send(
            valkey,
            visit(link, noon(clock.today() - timedelta(days=age)), ip_network="192.0.2.0/24"),
        )
    drain()
    done = clicks_forget()
    assert (done.days, done.networks, done.sums) == (1, 2, 4 + 3)
    kept = [(clock.today() - each.at.astimezone(ALMATY).date()).days for each in clicks_stored()]
    assert sorted(kept) == [0, 49, 51, 99]
    networks = {str(each.ip_network) for each in clicks_stored() if each.ip_network}
    assert networks == {"192.0.2.0/24"}
    assert sum(each.ip_network is None for each in clicks_stored()) == 2
    assert len(daily(link)) == 5, "what was earned by clicks is shown for ever"
    assert clicks_forget() == type(done)(0, 0, 0), "again is harmless"


def test_clicks_that_may_still_earn_are_not_dropped(committed_cast, settings):
    settings.CLICK_RETENTION_DAYS = 89
    with pytest.raises(Exception, match="keep_days is 89"):
        clicks_forget()


def test_a_range_file_that_is_broken_changes_nothing(transactional_db, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("network,name\n192.0.2.0/24,Hosting\n2001:db8::/32,Hosting\n")
    bad.write_text("network,name\n192.0.2.0/24,Hosting\n192.0.2.300/24,Hosting\n")
    call_command("address_ranges_load", "datacentre", str(good))
    with pytest.raises(CommandError, match=r"bad\.csv: line 3: .*the ranges are as before"):
        call_command("address_ranges_load", "datacentre", str(bad))
    with acting_as(system="test"):
        assert AddressRange.objects.count() == 2


def test_the_drain_waits_while_a_day_is_counted(committed_cast, valkey, drain, monkeypatch):
    """Both lock the offset first, so no batch falls between the question and the answer."""
    send(valkey, visit(committed_cast.tulpar.link, noon()))
    drain()
    seen: list[str] = []

    def as_the_drain_would(_day_on: date, **_options: object) -> list[str]:
        login = connection.get_connection_params()
        with closing(psycopg2.connect(**login)) as other, other.cursor() as cursor:
            cursor.execute("SELECT set_config('role', 'x_system', true)")
            cursor.execute("SELECT set_config('app.purpose', 'test', true)")
            try:
                cursor.execute("SELECT FROM attribution_drainoffset FOR UPDATE NOWAIT")
            except psycopg2.errors.LockNotAvailable:
                seen.append("waits")
        return []

    monkeypatch.setattr("attribution.services.clicks.day_differences", as_the_drain_would)
    click_sums_check(noon().date())
    assert seen == ["waits"]
