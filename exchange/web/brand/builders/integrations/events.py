"""The log of a source: what came, what became of it, and reading it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from attribution.connectors.phone_claim import PHONE_CLAIM
from attribution.connectors.receipt_match import RECEIPT_MATCH
from attribution.connectors.registry import POLLS, is_signed
from attribution.connectors.same_sale import SAME_SALE
from attribution.domain.masking import body_masked
from attribution.domain.page_events import PAGE, order_of_key
from attribution.domain.uploads import UNDO_KEY
from attribution.models import Connection, InboundEvent
from attribution.selectors.connections import dead_days, dead_events, dead_reasons
from attribution.services.inbox import FILE, PURGED_TEXT
from core import clock
from exchange.web.brand.builders.common import ref_short
from exchange.web.brand.desk import Desk
from exchange.web.brand.guides import GUIDES
from exchange.web.formatting import number_text
from exchange.web.pages import integrations as pages
from exchange.web.paging import query_url
from exchange.web.words import Word

TRUST: Mapping[str, Word] = {
    InboundEvent.Trust.SIGNED: gettext_lazy("signed"),
    InboundEvent.Trust.PULLED: gettext_lazy("read at the source"),
    InboundEvent.Trust.HINT: gettext_lazy("unsigned hint"),
}
# Lists that any source may have; its own are in its guide
ENDPOINTS: Mapping[str, Word] = {
    PAGE: gettext_lazy("Thank-you page"),
    FILE: gettext_lazy("Export of orders"),
    SAME_SALE: gettext_lazy("Another source"),
    PHONE_CLAIM: gettext_lazy("A follower's number"),
    RECEIPT_MATCH: gettext_lazy("A follower's receipt"),
}
TOPIC_CHARS_MAX = 60
TOPIC_HEADERS = ("x-wc-webhook-topic", "x-shopify-topic", "shopify-topic")
EVENT_ANCHOR = "#event"  # below the log on a phone


def replay_days(found: Connection) -> dict[str, str]:
    """The days that have dead events, for the form; today when there is none."""
    first_on, last_on = dead_days(found) or (clock.today(), clock.today())
    return {"first_on": first_on.isoformat(), "last_on": last_on.isoformat()}


def replay(
    desk: Desk, found: Connection, *, first_on: date | None = None, last_on: date | None = None
) -> pages.Replay:
    """Without days nothing is counted: the form says what is wrong with them."""
    count, reasons = 0, []
    if first_on and last_on:
        count = dead_events(found, first_on, last_on).count()
        reasons = dead_reasons(found, first_on, last_on)
    said = ngettext("Read %(count)s event again", "Read %(count)s events again", count)
    return pages.Replay(
        name=found.name,
        back_url=desk.url("connection", found.public_id) + query_url({"show": "errors"}),
        show_url=desk.url("connection_replay", found.public_id),
        count=count,
        submit=said % {"count": number_text(count)},
        reasons=[(reason_text(error), many) for error, many in reasons],
    )


def reason_text(error: str) -> str:
    """Why an event is dead. What an error of ours says may quote what came: its kind is enough."""
    kind, _colon, detail = error.partition(": ")
    if kind == "UnknownPayload":
        return _("Not the documented shape: %(detail)s") % {"detail": detail}
    return _("An error of ours (%(kind)s). We look into it.") % {"kind": kind}


def refusal_text(event: InboundEvent) -> str:
    """Why a call was not taken: the number that its sender was told, in words, and the parameter
    that is to blame."""
    named, _colon, parameter = event.error.partition(": ")
    number, _space, code = named.partition(" ")
    words = GUIDES[event.source].refusals.get(code, code)
    return f"{number}. {words}" + (f": {parameter}" if parameter else "")


def event_status(event: InboundEvent) -> str:
    """A key of words.EVENT. What is tried again has failed before."""
    if event.state == InboundEvent.State.RECEIVED and event.attempts:
        return "failed"
    return event.state


def event_text(event: InboundEvent) -> str:
    """What came: the topic that the shop named with its order, or the list that was read."""
    if event.state == InboundEvent.State.REFUSED:
        return refusal_text(event)
    if event.endpoint == PAGE:
        return f"{ENDPOINTS[PAGE]}, {ref_short(order_of_key(event.event_key))}"
    name = GUIDES[event.source].endpoints.get(event.endpoint, ENDPOINTS.get(event.endpoint))
    if name is None and event.source in POLLS and not is_signed(event.source):
        return _("Notification")
    if name is None:
        topic = next(filter(None, map(event.headers.get, TOPIC_HEADERS)), "")
        return f"{topic[:TOPIC_CHARS_MAX]} {event.event_key.partition(':')[0]}".strip()
    if event.event_key.startswith(UNDO_KEY):
        name = _("Upload undone")
    parts = event.event_key.split(":")  # "wb:feed:<order>:…", "kaspi:<order>:…", "file:<order>:…"
    subject = parts[2:3] if parts[0] in ("wb", "ozon") else parts[1:2]
    return ", ".join([str(name), *map(ref_short, subject)])


def event_row(
    desk: Desk,
    found: Connection,
    event: InboundEvent,
    current: InboundEvent | None,
    show: str,
) -> pages.EventRow:
    address = desk.url("connection_event", found.public_id, event.pk)
    is_refused = event.state == InboundEvent.State.REFUSED  # nothing is believed of it
    return pages.EventRow(
        at=event.received_at,
        text=event_text(event),
        status=event_status(event),
        attempts=event.attempts,
        trust="" if is_refused else str(TRUST[InboundEvent.Trust(event.trust)]),
        url=address + (query_url({"show": show}) if show else "") + EVENT_ANCHOR,
        is_current=current is not None and current.pk == event.pk,
        repeats=event.repeats,
    )


def event_body(desk: Desk, found: Connection, event: InboundEvent) -> pages.EventBody:
    if event.body_purged_at is not None:
        body: str | None = str(PURGED_TEXT) % {"days": settings.EVENT_BODY_DAYS}
    else:
        body = body_masked(bytes(event.body))
    if body is None:
        body = _("%(count)s bytes that are no JSON.") % {"count": number_text(len(event.body))}
    is_dead = event.state == InboundEvent.State.DEAD
    may_replay = desk.member.may_write and is_dead and event.body_purged_at is None
    retry_url = desk.url("connection_event_replay", found.public_id, event.pk)
    return pages.EventBody(
        at=event.received_at,
        text=event_text(event),
        body=body,
        reason=reason_text(event.error) if is_dead else "",
        retry_url=retry_url if may_replay else "",
    )
