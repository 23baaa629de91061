"""Where the click process takes a link from, seen by where it leads."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from attribution.clickpath.names import CLOCK_OFFSET
from campaigns.domain.link_cache import link_key, link_version_key
from core import clock
from core.ids import uuid7_time
from tests.attribution.clickpath.conftest import click_ids


def copy_set(valkey, token: str, version: int, url: str) -> None:
    """As a click process leaves it in Redis."""
    link = {"id": 1, "destination_url": url, "fallback_url": "", "is_on": True, "ends_at": None}
    valkey.client.set(link_key(token), json.dumps({"version": version, "link": link}))


def target(answer) -> str:
    return answer.headers["location"].partition("?")[0]


def test_a_copy_in_redis_saves_the_question(committed_cast, click, valkey):
    copy_set(valkey, committed_cast.tulpar.token, 0, "https://copy.example/")
    assert target(click.get(committed_cast.tulpar.token)) == "https://copy.example/"


@pytest.mark.parametrize("copy", ["{", '{"version": 0, "link": {"id": 1}}'])
def test_a_copy_of_another_release_is_read_anew(committed_cast, click, valkey, copy):
    valkey.client.set(link_key(committed_cast.tulpar.token), copy)
    assert target(click.get(committed_cast.tulpar.token)) == "https://tulpar.example/product/1"


def test_a_copy_that_is_older_than_the_links_version_is_not_believed(committed_cast, click, valkey):
    """A process may have read the row before a change and stored its copy after it."""
    token = committed_cast.tulpar.token
    copy_set(valkey, token, 0, "https://stale.example/")
    valkey.client.incr(link_version_key(token))
    assert target(click.get(token)) == "https://tulpar.example/product/1"
    assert json.loads(valkey.client.get(link_key(token)))["version"] == 1


def test_without_postgresql_known_links_work_and_no_link_is_called_unknown(
    transactional_db, click_start, valkey
):
    copy_set(valkey, "known777", 0, "https://known.example/")
    click = click_start(DATABASE_URL="postgres://x_app@127.0.0.1:1/birge")
    assert target(click.get("known777")) == "https://known.example/"
    valkey.client.delete(link_key("known777"))
    assert target(click.get("known777")) == "https://known.example/"
    assert click.get("perhaps7").status_code == 503


def test_the_demo_worlds_clock_dates_the_click(transactional_db, click_start, valkey):
    copy_set(valkey, "known777", 0, "https://known.example/")
    valkey.client.set(CLOCK_OFFSET, 22 * 86_400)
    (click_id,) = click_ids([click_start(DEMO="1").get("known777")])
    ahead = uuid7_time(UUID(click_id)) - clock.now()
    assert ahead.days in (21, 22)
    valkey.client.set(CLOCK_OFFSET, 22 * 86_400)
    (click_id,) = click_ids([click_start(DEMO="0").get("known777")])
    assert abs((uuid7_time(UUID(click_id)) - clock.now()).total_seconds()) < 60
