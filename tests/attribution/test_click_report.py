"""What brand and influencer ask about clicks: sums by day, hour, link and property."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.domain.referrers import SITES, hosts_of, site_of
from attribution.selectors.click_report import (
    ClickScope,
    ClickSums,
    ValueSums,
    click_days,
    click_hours,
    click_links,
    click_sums,
    click_values,
    has_clicks,
)
from core.tenancy.context import acting_as
from tests.attribution.click_sums import day_sum, hour_sum, link_make, value_sum

DAY = date(2026, 11, 20)
HOUR = datetime(2026, 11, 20, 7, tzinfo=UTC)


@pytest.fixture
def scope(cast):
    """Tulpar's week that ends on November 20."""
    return ClickScope(DAY - timedelta(days=6), DAY, brand_id=cast.tulpar.brand)


@pytest.fixture
def tulpar(cast):
    """Runs as Tulpar, once the rows are there."""
    return lambda: acting_as(brand=cast.tulpar.brand)


def test_counts_of_the_days_and_of_the_days_before(cast, scope, tulpar):
    mine = cast.tulpar
    day_sum(mine, DAY, people=5, bots=2, inactive=1, uniques=4, unusual=3)
    day_sum(mine, DAY - timedelta(days=6), people=7, uniques=6)
    day_sum(mine, DAY - timedelta(days=7), people=11)
    day_sum(mine, DAY - timedelta(days=14), people=100)  # before the days before
    with tulpar():
        assert click_sums(scope) == ClickSums(12, 2, 1, 10, 3)
        assert click_sums(scope.before).people == 11
        assert {day: sums.people for day, sums in click_days(scope).items()} == {
            DAY: 5,
            DAY - timedelta(days=6): 7,
        }


def test_nothing_at_all_is_zero(cast, scope, tulpar):
    with tulpar():
        assert click_sums(scope) == ClickSums(0, 0, 0, 0, 0)
        assert not click_sums(scope)
        assert not has_clicks(scope)
        assert click_days(scope) == {}
        assert click_links(scope).rows == []
        assert click_values(scope, ["device", "sub1"]) == {}


def test_hours_begin_and_end_where_they_are_asked_to(cast, scope, tulpar):
    for hours, people in ((-1, 1), (0, 2), (1, 3), (2, 4)):
        hour_sum(cast.tulpar, HOUR + timedelta(hours=hours), people=people)
    with tulpar():
        found = click_hours(scope, HOUR, HOUR + timedelta(hours=2))
    assert {at: sums.people for at, sums in found.items()} == {
        HOUR: 2,
        HOUR + timedelta(hours=1): 3,
    }


def test_links_with_most_people_come_first_and_the_rest_is_counted(cast, scope, tulpar):
    mine = cast.tulpar
    links = [mine.link, *(link_make(mine).pk for _n in range(3))]
    for link, people in zip(links, (1, 30, 0, 20), strict=True):
        day_sum(mine, DAY, link=link, people=people, bots=9)
    with tulpar():
        top = click_links(scope, rows=3)
        assert [(row.link.pk, row.sums.people) for row in top.rows] == [
            (links[1], 30),
            (links[3], 20),
            (links[0], 1),
        ]
        assert top.more == 1
        assert (top.rows[0].link.campaign.title, top.rows[0].link.influencer.name) == (
            "tulpar sale",
            "Aliya",
        )


def test_hosts_of_one_site_are_one_value_even_beyond_the_first_rows(cast, scope, tulpar):
    for host, people in (
        ("l.instagram.com", 3),
        ("blog.example", 5),
        ("com.instagram.android", 4),
        ("", 1),
        ("instagram.com", 2),
    ):
        value_sum(cast.tulpar, DAY, "referrer", host, people, bots=1)
    with tulpar():
        found = click_values(scope, ["referrer"], rows=2)["referrer"]
    assert found.rows == [ValueSums("Instagram", 9, 3), ValueSums("blog.example", 5, 1)]
    assert (found.more, found.people, found.bots) == (1, 15, 5)


def test_each_property_has_its_own_first_rows(cast, scope, tulpar):
    for n in range(4):
        value_sum(cast.tulpar, DAY, "sub1", f"s{n}", people=n + 1)
        value_sum(cast.tulpar, DAY - timedelta(days=1), "sub1", f"s{n}", people=1)
    value_sum(cast.tulpar, DAY, "device", "1", people=8)
    value_sum(cast.tulpar, DAY, "sub2", "never asked", people=8)
    with tulpar():
        found = click_values(scope, ["device", "sub1", "place"], rows=2)
    assert set(found) == {"device", "sub1"}
    assert found["sub1"].rows == [ValueSums("s3", 5, 0), ValueSums("s2", 4, 0)]
    assert (found["sub1"].more, found["sub1"].people) == (2, 14)
    assert (found["device"].rows, found["device"].more) == ([ValueSums("1", 8, 0)], 0)


def test_one_value_is_told_by_day_and_by_link(cast, scope, tulpar):
    mine, second = cast.tulpar, link_make(cast.tulpar).pk
    value_sum(mine, DAY, "referrer", "t.me", 3, bots=8)
    value_sum(mine, DAY - timedelta(days=2), "referrer", "org.telegram.messenger", 4, link=second)
    value_sum(mine, DAY, "referrer", "blog.example", 50)
    day_sum(mine, DAY, people=53, bots=8, uniques=30, unusual=2)
    one = replace(scope, dimension="referrer", value="Telegram")
    with tulpar():
        assert click_sums(one) == ClickSums(7, 8, None, None, None)
        assert {day: sums.people for day, sums in click_days(one).items()} == {
            DAY: 3,
            DAY - timedelta(days=2): 4,
        }
        assert [row.link.pk for row in click_links(one).rows] == [second, mine.link]
        with pytest.raises(AssertionError, match="do not cross"):
            click_values(one, ["device"])


def test_filters_narrow_every_answer(cast, scope, tulpar):
    mine, second = cast.tulpar, link_make(cast.tulpar).pk
    day_sum(mine, DAY, people=2)
    day_sum(mine, DAY, link=second, people=3)
    value_sum(mine, DAY, "device", "1", 2)
    value_sum(mine, DAY, "device", "3", 3, link=second)
    of_link = replace(scope, link_id=second)
    of_nobody = replace(scope, influencer_id=cast.sauran.influencer)
    with tulpar():
        assert click_sums(of_link).people == 3
        assert click_values(of_link, ["device"])["device"].rows == [ValueSums("3", 3, 0)]
        assert click_sums(replace(scope, campaign_id=mine.campaign)).people == 5
        assert not click_sums(of_nobody)
        assert has_clicks(of_nobody)  # the brand has, whatever is asked for


def test_each_side_reads_its_own_sums(cast, scope):
    """Row-level security stands behind the filters: asked for the other's, there is nothing."""
    day_sum(cast.tulpar, DAY, people=2)
    hour_sum(cast.tulpar, HOUR, people=2)
    value_sum(cast.tulpar, DAY, "device", "1", 2)
    until = HOUR + timedelta(hours=1)
    mine = replace(scope, brand_id=None, influencer_id=cast.tulpar.influencer)
    for scopes, context, is_read in (
        (scope, {"brand": cast.tulpar.brand}, True),
        (mine, {"influencer": cast.tulpar.influencer}, True),
        (scope, {"brand": cast.sauran.brand}, False),
        (mine, {"influencer": cast.sauran.influencer}, False),
    ):
        with acting_as(**context):
            assert bool(click_sums(scopes)) is is_read
            assert bool(click_hours(scopes, HOUR, until)) is is_read
            assert bool(click_values(scopes, ["device"])) is is_read
            assert has_clicks(scopes) is is_read


@pytest.mark.parametrize("links", [1, 6])
def test_the_number_of_questions_does_not_grow(cast, scope, tulpar, links):
    for link in [cast.tulpar.link, *(link_make(cast.tulpar).pk for _n in range(links - 1))]:
        day_sum(cast.tulpar, DAY, link=link, people=2)
        for dimension in ("device", "place", "referrer", "sub1"):
            for value in map(str, range(links)):
                value_sum(cast.tulpar, DAY, dimension, value, 2, link=link)
    with tulpar(), CaptureQueriesContext(connection) as asked:
        click_days(scope)
        click_links(scope)
        click_values(scope, ["device", "place", "referrer", "sub1"])
    assert len(asked) == 1 + 3 + 1


def test_every_host_belongs_to_one_site():
    hosts = [host for hosts in SITES.values() for host in hosts]
    assert len(hosts) == len(set(hosts))
    assert all(host == host.lower() and not host.startswith("www.") for host in hosts)
    assert (site_of("com.whatsapp"), site_of("vk.com"), site_of(""), site_of("a.example")) == (
        "WhatsApp",
        "VK",
        "",
        "a.example",
    )
    assert hosts_of("a.example") == ("a.example",)
    assert "t.me" in hosts_of("Telegram")
