"""The log of what came: erased when its time is over, read anew by days."""

from datetime import date, timedelta

import pytest

from attribution.models import InboundEvent
from attribution.selectors.connections import dead_days, dead_reasons
from attribution.services import event_log
from attribution.services.event_log import bodies_purge, events_replay
from attribution.services.inbox import EventPurged, event_replay, events_store
from attribution.services.inbox import Received as News
from core.audit.models import AuditEntry
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as
from tests.attribution.test_connections import connect, events_make, row
from tests.clocks import clock_at
from tests.world import NOON

DAY = timedelta(days=1)
TODAY = date(2026, 11, 20)


noon = clock_at(NOON)


@pytest.fixture
def shop(cast):
    connection, _secret = connect(cast)
    with acting_as(system="test data"):
        type(connection).objects.filter(pk=connection.pk).update(created_at=NOON - 300 * DAY)
    return row(connection)


def states(events):
    with acting_as(system="test looks"):
        found = InboundEvent.objects.in_bulk([event.pk for event in events])
        return [found[event.pk].state for event in events]


def fresh(event):
    with acting_as(system="test looks"):
        return InboundEvent.objects.get(pk=event.pk)


def test_a_body_is_erased_after_its_days_and_its_hash_and_outcome_stay(shop, settings):
    settings.EVENT_BODY_DAYS = 30
    old, kept = events_make(shop, NOON - 31 * DAY, NOON - 29 * DAY)
    with acting_as(system="test data"):
        InboundEvent.objects.update(headers={"x": "y"}, outcome={"orders": [7]})
    assert bodies_purge() == 1
    erased = fresh(old)
    assert (bytes(erased.body), erased.headers, erased.body_purged_at) == (b"", {}, NOON)
    assert (erased.body_sha256, erased.outcome, erased.state) == ("0" * 64, {"orders": [7]}, "done")
    assert erased.event_key == old.event_key
    assert (bytes(fresh(kept).body), fresh(kept).body_purged_at) == (b"{}", None)
    assert bodies_purge() == 0


def test_what_still_waits_keeps_its_body_however_old(shop):
    (event,) = events_make(shop, NOON - 400 * DAY, state="received")
    assert bodies_purge() == 0
    assert bytes(fresh(event).body) == b"{}"


def test_a_run_is_bounded_and_the_next_one_goes_on(shop, monkeypatch):
    monkeypatch.setattr(event_log, "PURGE_BATCH", 2)
    monkeypatch.setattr(event_log, "PURGE_BATCHES_MAX", 2)
    events_make(shop, *[NOON - 200 * DAY] * 5)
    assert [bodies_purge(), bodies_purge(), bodies_purge()] == [4, 1, 0]


def test_an_erased_event_is_known_still(shop):
    with acting_as(system="test data"):
        events_store(shop, "webhook", InboundEvent.Trust.SIGNED, [News("a", b"{}")])
        InboundEvent.objects.update(received_at=NOON - 91 * DAY, state="done")
    assert bodies_purge() == 1
    with acting_as(system="test"):
        again = events_store(shop, "webhook", InboundEvent.Trust.SIGNED, [News("a", b"{}")])
    assert again == []


def test_an_erased_event_says_why_it_cannot_be_read_again(shop):
    (event,) = events_make(shop, NOON - 91 * DAY, state="dead")
    bodies_purge()
    with pytest.raises(EventPurged, match="erased after 90 days"):
        event_replay(event_id=event.pk)
    with pytest.raises(Invalid, match="no event that can be read again"):
        events_replay(connection_id=shop.pk, first_on=TODAY - 100 * DAY, last_on=TODAY)
    assert fresh(event).state == "dead"


def test_dead_events_of_chosen_days_are_read_again_and_no_others(cast, shop):
    midnight = NOON.replace(hour=19) - DAY  # in Almaty the 20th begins
    dead = events_make(shop, midnight - timedelta(seconds=1), midnight, NOON, state="dead")
    done = events_make(shop, NOON)
    stranger, _secret = connect(cast, side="sauran")
    others = events_make(stranger, NOON, state="dead")
    with acting_as(system="test looks"):
        assert dead_days(shop) == (TODAY - DAY, TODAY)
    assert events_replay(connection_id=shop.pk, first_on=TODAY, last_on=TODAY) == 2
    assert states([*dead, *done, *others]) == ["dead", "received", "received", "done", "dead"]
    again = fresh(dead[1])
    assert (again.attempts, again.next_at, again.finished_at) == (0, NOON, None)
    with acting_as(ops=1):
        entry = AuditEntry.objects.get(action="events replayed")
    assert entry.after == {"first_on": "2026-11-20", "last_on": "2026-11-20", "count": 2}


@pytest.mark.parametrize(
    ("first", "last", "most", "said"),
    [(0, -1, 10, "after the last"), (-9, -8, 10, "no event"), (-1, 0, 1, "10 000")],
)
def test_days_that_cannot_be_say_why_and_change_nothing(shop, monkeypatch, first, last, most, said):
    monkeypatch.setattr(event_log, "REPLAY_MAX", most)
    events = events_make(shop, NOON, NOON, state="dead")
    with pytest.raises(Invalid, match=said) as refused:
        events_replay(
            connection_id=shop.pk, first_on=TODAY + first * DAY, last_on=TODAY + last * DAY
        )
    assert list(refused.value.fields) == ["first_on"]
    assert states(events) == ["dead", "dead"]


def test_a_connection_that_is_not_there_is_not_found(cast):
    with pytest.raises(NotFound):
        events_replay(connection_id=0, first_on=TODAY, last_on=TODAY)


def test_reasons_are_counted_the_most_frequent_first(shop):
    events = events_make(shop, NOON, NOON, NOON, state="dead")
    with acting_as(system="test data"):
        InboundEvent.objects.update(error="UnknownPayload: total")
        InboundEvent.objects.filter(pk=events[0].pk).update(error="KeyError: 7")
    with acting_as(system="test looks"):
        assert dead_reasons(shop, TODAY, TODAY) == [
            ("UnknownPayload: total", 2),
            ("KeyError: 7", 1),
        ]
