from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, DateTimeField, DurationField, Func, Max, Min, Q, QuerySet, Value
from django.utils.translation import gettext as _

from attribution.connectors.payload import is_storable
from attribution.domain.page_events import PAGE
from attribution.models import Connection, InboundEvent
from core import clock
from core.errors import NotFound

HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)
MOMENT = timedelta(microseconds=1)


def connection_by_endpoint(source: str, endpoint_token: str) -> Connection | None:
    """The connection behind a secret URL, which anybody may have typed. Runs as the system."""
    if not is_storable(endpoint_token):
        return None
    return (
        Connection.objects.filter(source=source, endpoint_token=endpoint_token)
        .exclude(state=Connection.State.OFF)
        .first()
    )


def call_url(connection: Connection) -> str:
    """Where a source's calls to us go."""
    return f"{settings.BASE_URL}/hooks/{connection.source}/{connection.endpoint_token}"


def connection_secrets(connection: Connection) -> list[str]:
    """The active secrets, newest first: two while one is being rotated."""
    secrets: list[str] = json.loads(connection.secrets)
    return secrets


def connection_list(brand_id: int) -> list[Connection]:
    return list(Connection.objects.filter(brand_id=brand_id).order_by("id"))


def connection_access_for_brand(brand_id: int, public_id: UUID) -> Connection:
    """Raises: NotFound for another brand's."""
    found = Connection.objects.filter(brand_id=brand_id, public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such connection."))
    return found


def events_today(connections: Collection[Connection]) -> dict[int, int]:
    """{connection: events of the source since midnight in Almaty, without refused calls}. One
    query."""
    since = clock.day_start(clock.today())
    rows = InboundEvent.objects.filter(connection__in=connections, received_at__gte=since)
    rows = rows.exclude(endpoint=PAGE).exclude(state=InboundEvent.State.REFUSED)
    return dict(rows.values_list("connection_id").annotate(count=Count("pk")).order_by())


def events_by_half_hour(connections: Collection[Connection]) -> dict[int, list[tuple[int, int]]]:
    """{connection: (events of the source, dead ones) of the last 48 half-hours, oldest first}.
    One query."""
    now = clock.now()
    lost = (InboundEvent.State.DEAD, InboundEvent.State.REFUSED)
    slots: dict[int, list[tuple[int, int]]] = {each.pk: [(0, 0)] * 48 for each in connections}
    counted = (
        InboundEvent.objects.filter(
            connection__in=connections, received_at__range=(now - 48 * HALF_HOUR, now - MOMENT)
        )
        .exclude(endpoint=PAGE)
        .annotate(begins_at=_half_hour_of(now))
        .values_list("connection_id", "begins_at")
        .annotate(count=Count("pk"), dead=Count("pk", filter=Q(state__in=lost)))
        .order_by()
    )
    for connection_id, begins_at, count, dead in counted:
        slots[connection_id][48 - (now - begins_at) // HALF_HOUR] = count, dead
    return slots


def _half_hour_of(now: datetime) -> Func:
    """The half-hour of an event, counted back from now."""
    stride = Value(HALF_HOUR, output_field=DurationField())
    origin = Value(now, output_field=DateTimeField())
    return Func(stride, "received_at", origin, function="date_bin", output_field=DateTimeField())


def page_events_last(connections: Collection[Connection]) -> dict[int, InboundEvent]:
    """{connection: the last thing that the shop's own pages told}. One query."""
    events = InboundEvent.objects.filter(connection__in=connections, endpoint=PAGE)
    newest = events.order_by("connection_id", "-received_at").distinct("connection_id")
    return {event.connection_id: event for event in newest}


def event_page(
    connection: Connection, *, state: str = "", after: str = "", rows: int = 30
) -> tuple[list[InboundEvent], str]:
    """Newest first, and where the next page begins. Bodies stay in the database."""
    events = InboundEvent.objects.filter(connection=connection).defer("body")
    if state:
        events = events.filter(state=state)
    with suppress(ValueError):
        if after:
            events = events.filter(pk__lt=UUID(after))  # UUIDv7: in the order of their arrival
    found = list(events.order_by("-pk")[: rows + 1])
    return found[:rows], str(found[rows - 1].pk) if len(found) > rows else ""


def dead_events(connection: Connection, first_on: date, last_on: date) -> QuerySet[InboundEvent]:
    """Those of these days of Kazakhstan that failed for good and can still be read again."""
    return InboundEvent.objects.filter(
        connection=connection,
        state=InboundEvent.State.DEAD,
        body_purged_at__isnull=True,
        received_at__gte=clock.day_start(first_on),
        received_at__lt=clock.day_start(last_on + DAY),
    )


def dead_days(connection: Connection) -> tuple[date, date] | None:
    """The first and the last day of those that can be read again; None when there is none."""
    dead = dead_events(connection, clock.day_of(connection.created_at), clock.today())
    found = dead.aggregate(first_at=Min("received_at"), last_at=Max("received_at"))
    if found["first_at"] is None:
        return None
    return clock.day_of(found["first_at"]), clock.day_of(found["last_at"])


def dead_reasons(
    connection: Connection, first_on: date, last_on: date, *, rows: int = 10
) -> list[tuple[str, int]]:
    """(error, how many), the most frequent first."""
    counted = dead_events(connection, first_on, last_on).order_by().values_list("error")
    return list(counted.annotate(count=Count("pk")).order_by("-count", "error")[:rows])


def event_access_for_brand(connection: Connection, event_id: UUID) -> InboundEvent:
    """Raises: NotFound for another connection's."""
    found = InboundEvent.objects.filter(connection=connection, pk=event_id).first()
    if found is None:
        raise NotFound(_("There is no such event."))
    return found
