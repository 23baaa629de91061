"""A source at this moment: the test of a new connection, which turns green on its first event."""

from __future__ import annotations

from django.utils.translation import gettext as _

from attribution.models import Connection
from exchange.web.brand.builders.integrations.cards import is_by_file
from exchange.web.brand.desk import Desk
from exchange.web.formatting import moment_short
from exchange.web.pages import integrations as pages
from exchange.web.words import status_of


def live(desk: Desk, found: Connection, card: pages.ConnectionCard, query: str) -> pages.Live:
    """`query` is that of the page's own address: the log is asked for as it is shown."""
    url = desk.url("connection", found.public_id) + query
    if card.status in ("waiting", "healthy") and card.last_event_at is None:
        return pages.Live(
            url, _("Waiting for your first event"), _first_text(found, card), "wait", is_first=True
        )
    state = status_of(card.status, "connection")
    if card.status == "healthy" and card.last_event_at is not None:
        said = _("The last event: %(moment)s.") % {"moment": moment_short(card.last_event_at)}
        text = f"{said} {card.cause}"
        return pages.Live(url, _("The connection works"), text, "paid", is_first=False)
    return pages.Live(url, str(state.word), card.cause, state.tone, is_first=False)


def _first_text(found: Connection, card: pages.ConnectionCard) -> str:
    """What was shown to work so far, and what is left to do."""
    if card.status == "waiting" or is_by_file(found):
        return card.cause
    return _(
        "We read the source without an error, and it has told nothing yet. Place a test order: this"
        " turns green by itself when it comes."
    )
