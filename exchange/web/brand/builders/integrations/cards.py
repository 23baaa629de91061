"""The list of sources: how each is doing, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from attribution.connectors.receipt.connector import RECEIPT
from attribution.connectors.registry import FILES, SHOPS, is_signed
from attribution.models import Connection
from attribution.selectors.connections import connection_list, events_by_half_hour, events_today
from attribution.selectors.health import BROKEN, Health, connections_health, token_expires_at
from core import clock
from exchange.web.brand.builders.integrations.calls import calls_fault
from exchange.web.brand.builders.integrations.sites import site_cards
from exchange.web.brand.desk import Desk
from exchange.web.brand.guides import GUIDES
from exchange.web.formatting import day_full, number_text, span_text, time_text
from exchange.web.pages import integrations as pages
from exchange.web.words import Tone, Word, word_of

# The beginning of what a connector says of a refusal: attribution.connectors.base
CAUSES: Mapping[str, Word] = {
    "credentials_refused": gettext_lazy(
        "%(source)s refuses the token (401): it has expired or was withdrawn. Orders since then"
        " are read as soon as you replace it."
    ),
    "payment_required": gettext_lazy(
        "%(source)s wants a payment from its seller before it answers (402)."
    ),
    "access_denied": gettext_lazy(
        "%(source)s says that this key may not read orders (403). Make one with that right."
    ),
    "request_refused": gettext_lazy("%(source)s refuses our question. We are looking into it."),
}


# Where nothing more is to be said
PLAIN: Mapping[str, Word] = {
    "paused": gettext_lazy("Reading is switched off. What comes meanwhile is not stored."),
    "late": gettext_lazy("Events wait longer than usual. We are on it, nothing to do."),
}


def integrations(desk: Desk) -> pages.Integrations:
    connections = connection_list(desk.brand.pk)
    return pages.Integrations(
        cards=connection_cards(desk, connections),
        sources=[
            pages.SourceChoice(source, str(guide.text), desk.url("connection_new", source))
            for source, guide in GUIDES.items()
        ],
        failing=desk.failing,
        may_edit=desk.member.may_write,
        sites=site_cards(desk, [each for each in connections if each.source in SHOPS]),
    )


def connection_cards(desk: Desk, connections: Sequence[Connection]) -> list[pages.ConnectionCard]:
    """Five queries, whatever their number."""
    health = connections_health(connections)
    today = events_today(connections)
    hours = events_by_half_hour(connections)
    return [
        _card(desk, each, health[each.pk], today.get(each.pk, 0), hours[each.pk])
        for each in connections
    ]


def _card(
    desk: Desk,
    connection: Connection,
    health: Health,
    today: int,
    hours: Sequence[tuple[int, int]],
) -> pages.ConnectionCard:
    url = desk.url("connection", connection.public_id)
    has_token = GUIDES[connection.source].token_form is not None
    may_replace = desk.member.may_write and has_token and health.status in BROKEN
    return pages.ConnectionCard(
        url=url,
        source=connection.source,
        name=connection.name,
        key_text=_key_text(connection),
        status=health.status,
        last_event_at=connection.last_event_at,
        today=today,
        hours=[(count, _tone(count, dead)) for count, dead in hours]
        if any(map(sum, hours))
        else [],
        cause=cause_text(connection, health, today),
        behind=span_text(health.behind) if health.behind else "",
        action_url=desk.url("connection_token", connection.public_id) if may_replace else "",
        action=_("Replace token") if may_replace else "",
        next_at=health.next_at if health.status != "paused" else None,
    )


def _tone(count: int, dead: int) -> Tone:
    if dead:
        return "bad"
    return "paid" if count else "wait"


def _key_text(connection: Connection) -> str:
    if (door := GUIDES[connection.source].door) is not None:
        return str(door(connection).kind)
    if is_signed(connection.source):
        return _("signed webhook, and read besides") if connection.token else _("signed webhook")
    if connection.source == RECEIPT:
        return _("claimed by buyers")
    if is_by_file(connection):
        return _("uploaded files")
    expires_at = token_expires_at(connection)
    if not connection.token:
        return _("unsigned calls")
    if expires_at is None:
        return _("token")
    return _("token until %(date)s") % {"date": day_full(expires_at)}


def is_by_file(connection: Connection) -> bool:
    """A source that has given no token: it is never asked."""
    return connection.source in FILES and not connection.token


def cause_text(connection: Connection, health: Health, today: int) -> str:
    """How a source is doing, in plain words: what happened, and whether to do anything."""
    if health.status == "expired":
        return _expired_text(connection)
    if health.status in BROKEN:
        return _failing_text(connection, health)
    if health.status == "limited" and health.limited_until is not None:
        said = _("%(source)s asked us to wait until %(time)s. We go on by ourselves.")
        name = word_of("source", connection.source)
        return said % {"source": name, "time": time_text(health.limited_until)}
    if health.status == "silent":
        return _silent_text(connection)
    if health.refused and health.status in ("waiting", "healthy"):
        return _refused_text(health.refused)
    if health.status == "waiting":
        return _waiting_text(connection)
    if health.status in PLAIN:
        return str(PLAIN[health.status])
    if fault := calls_fault(connection):
        return fault
    return _working_text(health, today)


def _working_text(health: Health, today: int) -> str:
    if health.dead:
        said = ngettext(
            "%(count)s event of the last day could not be read: see the log.",
            "%(count)s events of the last day could not be read: see the log.",
            health.dead,
        )
        return said % {"count": number_text(health.dead)}
    return _("Every event of today has been read.") if today else _("No events today so far.")


def _refused_text(count: int) -> str:
    said = ngettext(
        "%(count)s kind of call was refused in the last day: the log says why.",
        "%(count)s kinds of calls were refused in the last day: the log says why.",
        count,
    )
    return said % {"count": number_text(count)}


def _failing_text(connection: Connection, health: Health) -> str:
    code = connection.error.partition(" ")[0].rstrip(":")
    guide = GUIDES[connection.source]
    known = guide.causes.get(code, CAUSES.get(code))
    if known is not None:
        return str(known) % {"source": word_of("source", connection.source)}
    said = _("The source does not answer as it should. We ask again by ourselves.")
    if code == "no_answer" and guide.silence:
        said = str(guide.silence)
    if health.next_at is None or health.next_at <= clock.now():
        return said
    next_try = _("Next try at %(time)s.") % {"time": time_text(health.next_at)}
    return f"{said} {next_try}"


def _expired_text(connection: Connection) -> str:
    said = _(
        "The token for %(source)s ended on %(date)s. Orders since then are read as soon as you"
        " replace it."
    )
    ended_at = token_expires_at(connection)
    date = day_full(ended_at) if ended_at else ""
    return said % {"source": word_of("source", connection.source), "date": date}


def _silent_text(connection: Connection) -> str:
    """Since when, and where to look: a shop may have lost its webhooks, or just its buyers."""
    since = connection.silent_since or connection.last_event_at
    span = span_text(clock.now() - since) if since else ""
    said = _("No event for %(span)s: this source was never quiet for so long.") % {"span": span}
    todo = GUIDES[connection.source].silent or _(
        "Look in its cabinet whether there are orders. If there are, write to us."
    )
    return f"{said} {todo}"


def _waiting_text(connection: Connection) -> str:
    if waiting := GUIDES[connection.source].waiting:
        return str(waiting)
    if is_by_file(connection):
        return _("Connected. Upload the first export of your orders.")
    return _("Connected. We read the source for the first time within minutes.")
