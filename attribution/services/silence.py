"""Finds sources that have gone silent, each by its own rhythm (attribution/domain/silence.py)."""

from __future__ import annotations

from attribution.domain.silence import SILENCE_MIN, is_silent
from attribution.models import Connection
from attribution.selectors.health import event_hours
from core import clock
from core.tenancy.context import acting_as

CONNECTIONS_PER_RUN_MAX = 2_000


def silences_find() -> int:
    """Mark working sources that say nothing for much longer than they ever do. Returns how many
    are newly silent. Their next event ends it (`events_store`).

    Only those quiet for SILENCE_MIN are looked at, the quiet for the shortest time first: they are
    the news.
    """
    now = clock.now()
    with acting_as(system="find silent sources"):
        quiet = list(
            Connection.objects.filter(
                state=Connection.State.OK,
                silent_since__isnull=True,
                last_event_at__lt=now - SILENCE_MIN,
            )
            .order_by("-last_event_at")
            .only("pk", "brand_id", "last_event_at")[:CONNECTIONS_PER_RUN_MAX]
        )
    return sum(_silence_mark(connection) for connection in quiet)


def _silence_mark(connection: Connection) -> bool:
    now = clock.now()
    with acting_as(system="find silent sources"):
        hours = event_hours(connection)
        last_at = connection.last_event_at
        if not is_silent(hours, now):
            return False
        same = Connection.objects.filter(pk=connection.pk, last_event_at=last_at)
        return bool(same.update(silent_since=last_at))
