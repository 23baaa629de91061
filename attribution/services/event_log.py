"""The log of what came: bodies erased when their time is over, dead events read anew by days."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from attribution.models import Connection, InboundEvent
from attribution.selectors.connections import dead_events
from core import clock
from core.audit.services import audit_record
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as

PURGE_BATCH, PURGE_BATCHES_MAX = 1_000, 20
REPLAY_MAX = 10_000


def bodies_purge() -> int:
    """Erase bodies and headers of events older than EVENT_BODY_DAYS. Returns how many.

    Key, hash, state and what became of the event stay. What still waits is never touched. A run is
    bounded; the next one goes on.
    """
    erased = 0
    for _number in range(PURGE_BATCHES_MAX):
        count = _batch_purge()
        erased += count
        if count < PURGE_BATCH:
            break
    return erased


def _batch_purge() -> int:
    """A short transaction: nobody waits for a day of events."""
    with acting_as(system="erase old bodies"):
        now = clock.now()
        old = (
            InboundEvent.objects.select_for_update(skip_locked=True)
            .filter(
                body_purged_at__isnull=True,
                received_at__lt=now - timedelta(days=settings.EVENT_BODY_DAYS),
            )
            .exclude(state=InboundEvent.State.RECEIVED)
            .order_by("received_at")
            .values_list("pk", flat=True)[:PURGE_BATCH]
        )
        return InboundEvent.objects.filter(pk__in=list(old)).update(
            body=b"", headers={}, body_purged_at=now
        )


def events_replay(*, connection_id: int, first_on: date, last_on: date) -> int:
    """Work anew on the dead events of a connection that came on these days of Kazakhstan, the
    oldest first. Returns how many wait now. Those without a body stay dead.

    Raises:
        NotFound: no such connection.
        Invalid: the days are the wrong way round, or have no such event or more than REPLAY_MAX.
    """
    with acting_as(system="replay events"):
        connection = Connection.objects.filter(pk=connection_id).first()
        if connection is None:
            raise NotFound(_("There is no such connection."))
        found = dead_events(connection, first_on, last_on).select_for_update()
        ids = list(found.order_by("pk").values_list("pk", flat=True)[: REPLAY_MAX + 1])
        _range_require(first_on, last_on, len(ids))
        InboundEvent.objects.filter(pk__in=ids).update(
            state=InboundEvent.State.RECEIVED, attempts=0, next_at=clock.now(), finished_at=None
        )
        days = {"first_on": first_on.isoformat(), "last_on": last_on.isoformat()}
        audit_record("events replayed", connection, after={**days, "count": len(ids)})
    return len(ids)


def _range_require(first_on: date, last_on: date, count: int) -> None:
    if first_on > last_on:
        raise _wrong(_("The first day is after the last one."))
    if not count:
        raise _wrong(_("On these days there is no event that can be read again."))
    if count > REPLAY_MAX:
        raise _wrong(_("These are more than 10 000 events. Choose fewer days."))


def _wrong(message: str) -> Invalid:
    return Invalid.of("first_on", message)
