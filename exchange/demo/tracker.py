"""The CRM of the demo's brand: sales that it told by signed postbacks in the last days, one that
it told twice, and one with a template that somebody had forgotten to fill in."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from attribution.connectors.postback.reading import Call, sign
from attribution.models import Connection, InboundEvent
from attribution.services.ingest import inbound_events_process
from attribution.services.postbacks import postback_receive
from core.tenancy.context import acting_as
from exchange.demo.telling import Story

# (hours ago, order, amount, status)
CALLS = (
    (76, "CRM-7211", "42900.00", "pending"),
    (75, "CRM-7211", "{amount}", "pending"),
    (52, "CRM-7218", "17900.00", "pending"),
    (28, "CRM-7211", "42900.00", "approved"),
    (28, "CRM-7211", "42900.00", "approved"),
    (9, "CRM-7226", "12400.00", "pending"),
    (6, "CRM-7218", "17900.00", "declined"),
)


def calls_tell(connection: Connection, secret: str, code: str, now: datetime) -> Story:
    """Through the door's own service, at the moments of the calls."""
    for hours, order, amount, status in CALLS:
        at = now - timedelta(hours=hours)
        said = {"order_id": order, "sum": amount, "currency": "KZT", "status": status}
        said |= {"promo_code": code, "ts": str(int(at.timestamp()))}
        call = Call(urlencode(said | {"sig": sign(said, secret)}).encode())
        yield at
        with acting_as(system="demo history"):
            postback_receive(endpoint_token=connection.endpoint_token, call=call, headers={})
        _work(connection)


def _work(connection: Connection) -> None:
    with acting_as(system="demo history"):
        waiting = InboundEvent.objects.filter(
            connection=connection, state=InboundEvent.State.RECEIVED
        )
        ids = list(waiting.values_list("pk", flat=True))
    inbound_events_process(ids)
