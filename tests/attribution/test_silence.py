"""Sources that have gone silent, and what the states of a source are called."""

from datetime import timedelta

import pytest
import time_machine

from attribution.models import Connection, InboundEvent, PollCursor
from attribution.selectors.health import connections_health, event_hours
from attribution.services.connections import connection_switch
from attribution.services.inbox import Received, events_store
from attribution.services.silence import silences_find
from core import clock
from core.tenancy.context import acting_as
from tests.attribution.test_connections import connect, events_make, row, token
from tests.world import NOON

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def traveller():
    with time_machine.travel(NOON, tick=False) as found:
        yield found


def busy(cast, side="tulpar"):
    """A shop with an event each hour from 16 days ago until now."""
    connection, _secret = connect(cast, side=side)
    events_make(connection, *[clock.now() - hours * HOUR for hours in range(16 * 24)])
    change(connection, state="ok", last_event_at=clock.now())
    return connection


def change(connection, **changes):
    with acting_as(system="test data"):
        Connection.objects.filter(pk=connection.pk).update(**changes)


def health(connection):
    with acting_as(brand=connection.brand_id):
        return connections_health([row(connection)])[connection.pk]


def test_a_busy_shop_that_stops_is_silent_until_its_next_event(cast, traveller):
    shop = busy(cast)
    traveller.shift(12 * HOUR)
    assert silences_find() == 0
    traveller.shift(HOUR)
    assert silences_find() == 1
    assert row(shop).silent_since == NOON
    assert health(shop).status == "silent"
    assert silences_find() == 0  # it is known
    with acting_as(system="test"):
        events_store(shop, "webhook", InboundEvent.Trust.SIGNED, [Received("a", b"{}")])
    assert row(shop).silent_since is None
    assert health(shop).status != "silent"


def test_only_what_the_source_itself_says_makes_its_rhythm(cast, traveller):
    shop = busy(cast)
    with acting_as(system="test data"):
        InboundEvent.objects.filter(received_at__lt=NOON - DAY).update(endpoint="page")
    with acting_as(system="test looks"):
        assert len(event_hours(shop)) == 25
    traveller.shift(30 * DAY)
    assert silences_find() == 0


def test_a_shop_that_sells_once_a_week_makes_no_noise(cast, traveller):
    shop, _secret = connect(cast)
    weeks = [NOON - week * 7 * DAY - part * HOUR for week in range(8) for part in (0, 2)]
    events_make(shop, *weeks)
    change(shop, state="ok", last_event_at=NOON)
    traveller.shift(10 * DAY)
    assert silences_find() == 0
    traveller.shift(6 * DAY)
    assert silences_find() == 1


def test_what_is_off_or_failing_is_not_silent_too(cast, traveller):
    shop = busy(cast)
    change(shop, state="failing")
    traveller.shift(3 * DAY)
    assert silences_find() == 0
    change(shop, state="ok")
    assert silences_find() == 1
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        connection_switch(connection_id=shop.pk, is_on=False)
    assert (row(shop).silent_since, health(shop).status) == (None, "paused")


@pytest.mark.parametrize(
    ("state", "error", "expires_days", "status"),
    [
        ("failing", "credentials_refused (401): x", 30, "revoked"),
        ("failing", "credentials_refused (401): x", -1, "expired"),
        ("failing", "credentials_refused (401): x", None, "revoked"),
        ("failing", "access_denied (403): x", -1, "failing"),
        ("failing", "no_answer: GET", 30, "failing"),
        ("ok", "", 30, "healthy"),
        ("ok", "", -1, "expired"),
        ("ok", "", None, "healthy"),
    ],
)
def test_a_token_that_ended_and_one_that_was_withdrawn_have_their_names(
    cast, traveller, state, error, expires_days, status
):
    market, _none = connect(cast, "wildberries", token=token())
    own = dict(market.settings)
    own.pop("token_expires_at")
    if expires_days is not None:
        own["token_expires_at"] = (NOON + expires_days * DAY).isoformat()
    change(market, state=state, error=error, settings=own)
    assert health(market).status == status


@pytest.mark.parametrize(("minutes", "status"), [(4, "healthy"), (6, "limited")])
def test_a_long_pause_that_the_source_asked_for_is_said(cast, traveller, minutes, status):
    market, _none = connect(cast, "wildberries", token=token())
    change(market, state="ok")
    until = NOON + timedelta(minutes=minutes)
    with acting_as(system="test data"):
        PollCursor.objects.filter(endpoint="order_feed").update(limited_until=until)
    found = health(market)
    assert found.status == status
    assert found.limited_until == (until if status == "limited" else None)
