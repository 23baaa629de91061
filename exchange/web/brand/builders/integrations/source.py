"""One source: how it is doing, its log, what to do there; and connecting one."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.connectors.ozon.traffic import SOURCE as OZON_TRAFFIC
from attribution.connectors.receipt.connector import RECEIPT
from attribution.connectors.registry import CRMS, FILES, SHOPS, WEBHOOKS, is_signed
from attribution.models import Connection, InboundEvent
from attribution.selectors.connections import (
    call_url,
    connection_secrets,
    dead_days,
    event_page,
)
from attribution.selectors.dossiers import PHONE_SOURCES
from attribution.selectors.health import token_expires_at
from attribution.services.connections import SETUPS, has_secret
from attribution.services.tag_uploads import SOURCES as TAG_TABLES
from core import clock
from core.errors import NotFound
from exchange.web.brand.builders.integrations.calls import calls_healed
from exchange.web.brand.builders.integrations.cards import connection_cards, is_by_file
from exchange.web.brand.builders.integrations.difference import difference_url
from exchange.web.brand.builders.integrations.events import TRUST, event_body, event_row
from exchange.web.brand.builders.integrations.live import live
from exchange.web.brand.desk import Desk
from exchange.web.brand.guides import GUIDES
from exchange.web.brand.guides.base import Door
from exchange.web.formatting import day_full, moment_short, number_text
from exchange.web.pages import integrations as pages
from exchange.web.pages.common import Choice, Fact
from exchange.web.paging import pager, query_url
from exchange.web.words import Word

# What is left out while a token of Wildberries lacks a category that we can do without
LACKING: Mapping[str, Word] = {
    "statistics": gettext_lazy(
        "The token lacks the category «Statistics»: sales and cancellations are known from the"
        " order feed only, and it forgets an order after 31 days."
    ),
    "marketplace": gettext_lazy(
        "The token lacks the category «Marketplace»: orders that you deliver yourself are known"
        " from the order feed and sales only."
    ),
    "returns": gettext_lazy(
        "The token lacks the category «Buyer returns»: we do not see claims that were approved."
    ),
}
LOG_FILTERS: Mapping[str, tuple[Word, str]] = {
    "": (gettext_lazy("All"), ""),
    "errors": (gettext_lazy("Errors only"), InboundEvent.State.DEAD),
    "refused": (gettext_lazy("Refused"), InboundEvent.State.REFUSED),
}


def connection(
    desk: Desk,
    found: Connection,
    *,
    asked: Mapping[str, str],
    event: InboundEvent | None = None,
    new_secret: str = "",
) -> pages.Connection:
    """`asked` is the address's query: show=errors, after=…. `event` is shown with its body,
    `new_secret` now and never again."""
    (card,) = connection_cards(desk, [found])
    filters = _filters(found)
    show = asked.get("show", "") if asked.get("show") in filters else ""
    after = asked.get("after", "")
    state = LOG_FILTERS[show][1]
    events, next_after = event_page(found, state=state, after=after)
    return pages.Connection(
        card=card,
        live=live(desk, found, card, query_url({"show": show, "after": after})),
        facts=_facts(found, card),
        steps=_steps(found),
        copies=_copies(found),
        events=[event_row(desk, found, each, event, show) for each in events],
        back_url=desk.url("integrations"),
        secrets=_new_secret(found, new_secret) if new_secret else [],
        event=event_body(desk, found, event) if event else None,
        choices=[
            Choice(
                str(label),
                desk.url("connection", found.public_id) + query_url({"show": key}),
                key == show,
            )
            for key, (label, _state) in filters.items()
        ],
        pager=pager(len(events), after, next_after, {"show": show}),
        replay_url=desk.url("connection_replay", found.public_id)
        if desk.member.may_write and dead_days(found)
        else "",
        difference_url=difference_url(desk, found),
        note=_note(found),
        **_tags(desk, found),
        **_actions(desk, found),
    )


def _filters(found: Connection) -> Mapping[str, tuple[Word, str]]:
    """Calls that were refused are kept of some sources only."""
    has_refused = bool(GUIDES[found.source].refusals)
    return {key: each for key, each in LOG_FILTERS.items() if key != "refused" or has_refused}


def _door(found: Connection) -> Door | None:
    door = GUIDES[found.source].door
    return door(found) if door else None


def _steps(found: Connection) -> list[str]:
    door = _door(found)
    return [str(step) for step in (door.steps if door else GUIDES[found.source].after)]


def _copies(found: Connection) -> list[pages.Secret]:
    door = _door(found)
    return [pages.Secret(str(copy.label), copy.value) for copy in (door.copies if door else ())]


def _tags(desk: Desk, found: Connection) -> dict[str, str]:
    """Where a source counts tags in links: what it counted, or the table that it is read from."""
    if found.source == OZON_TRAFFIC:
        url = desk.url("traffic")
    elif found.source in TAG_TABLES and desk.member.may_write:
        url = desk.url("connection_tags", found.public_id)
    else:
        return {}
    text = _("What it counts") if found.source == OZON_TRAFFIC else _("Tags in links")
    return {"tags_url": url, "tags_text": text}


def _note(found: Connection) -> str:
    """What the source cannot tell, its token may not ask, and what we have mended there."""
    lacking = [str(LACKING[name]) for name in found.settings.get("categories_lacking", ())]
    return " ".join([calls_healed(found), *lacking, str(GUIDES[found.source].note)]).strip()


def _facts(found: Connection, card: pages.ConnectionCard) -> list[Fact]:
    own = [*_pulse_facts(card), Fact(_("Trust"), str(TRUST[_trust(found)]))]
    if SETUPS[found.source].makes_secret and len(connection_secrets(found)) > 1:
        own.append(Fact(_("The secret before"), _("Works until you make the next new one")))
    if seller := found.settings.get("seller_id"):
        own.append(Fact(_("Shop") if found.source in SHOPS else _("Seller"), seller))
    if expires_at := token_expires_at(found):
        own.append(Fact(_("Token until"), day_full(expires_at)))
    if found.source in WEBHOOKS:
        own += _call_facts(found)
    if door := _door(found):
        own += [Fact(_("Names of the parameters"), door.names)] if door.names else []
    if GUIDES[found.source].refusals:
        own.append(Fact(_("Refused calls"), number_text(found.bad_signature_count)))
    return [*own, Fact(_("Connected"), day_full(found.created_at))]


def _pulse_facts(card: pages.ConnectionCard) -> list[Fact]:
    """When it was heard, how far behind we are, when it is asked next."""
    last = moment_short(card.last_event_at) if card.last_event_at else "–"
    own = [Fact(_("Last event"), last)]
    if card.behind:
        own.append(Fact(_("Behind"), card.behind))
    if card.next_at is not None:
        is_due = card.next_at <= clock.now()
        own.append(Fact(_("Next reading"), _("now") if is_due else moment_short(card.next_at)))
    return own


def _trust(found: Connection) -> InboundEvent.Trust:
    """The best that its orders can have."""
    if door := _door(found):
        return door.trust
    if is_signed(found.source):
        return InboundEvent.Trust.SIGNED
    return InboundEvent.Trust.PULLED if found.token else InboundEvent.Trust.HINT


def _call_facts(found: Connection) -> list[Fact]:
    """Where it calls, and how often somebody else did."""
    count = number_text(found.bad_signature_count)
    if is_signed(found.source):
        return [
            Fact(_("Address for the shop"), endpoint_url(found), is_copied=True),
            Fact(_("Calls with a wrong signature"), count),
        ]
    return [
        Fact(_("Address for notifications"), endpoint_url(found), is_copied=True),
        Fact(_("Refused calls"), count),
    ]


def endpoint_url(found: Connection) -> str:
    """Where the source's calls are sent; for one that we tell what to say, with all of that."""
    address = call_url(found)
    query = GUIDES[found.source].query
    return f"{address}?{query}" if query else address


def _new_secret(found: Connection, secret: str) -> list[pages.Secret]:
    """Shown right after it was made, and never again."""
    if _door(found):
        is_key = SETUPS[found.source].key_make is not None
        return [pages.Secret(_("API key") if is_key else _("Secret"), secret)]
    return [
        pages.Secret(_("Address for the shop"), endpoint_url(found)),
        pages.Secret(_("Secret"), secret),
    ]


def _actions(desk: Desk, found: Connection) -> dict[str, str]:
    address = found.public_id
    actions = {}
    if found.source == RECEIPT:
        actions["receipts_url"] = desk.url("receipts", address)
    if found.source in PHONE_SOURCES:
        actions["phones_url"] = desk.url("phones", address)
    if not desk.member.may_write:
        return actions
    is_off = found.state == Connection.State.OFF
    switch = "resume" if is_off else "pause"
    actions[f"{switch}_url"] = desk.url(f"connection_{switch}", address)
    if has_secret(found):
        actions["rotate_url"] = desk.url("connection_secret", address)
    if found.source in CRMS and not is_off:
        actions["stages_url"] = desk.url("connection_stages", address)
    if GUIDES[found.source].token_form is not None:
        actions["token_url"] = desk.url("connection_token", address)
        actions["token_text"] = token_text(found)
        if found.state == Connection.State.FAILING:
            actions["test_url"] = desk.url("connection_read", address)
    if found.source in FILES and not is_off:
        actions["upload_url"] = desk.url("connection_upload", address)
    return actions


def token_text(found: Connection) -> str:
    """On the button that replaces what connects a source, or gives it for the first time."""
    guide = GUIDES[found.source]
    if not found.token and guide.first_token_text:
        return str(guide.first_token_text)
    if is_by_file(found):
        return _("Give a token")
    return str(guide.token_text) or _("Replace token")


def stages(desk: Desk, found: Connection) -> pages.Stages:
    return pages.Stages(
        name=found.name,
        back_url=desk.url("connection", found.public_id),
        action_url=desk.url("connection_stages", found.public_id),
    )


def source_require(source: str) -> str:
    """Raises: NotFound for a source that nobody has written a connector for."""
    if source not in GUIDES:
        raise NotFound(_("There is no such source."))
    return source


def connection_form(
    desk: Desk, source: str, connection_id: UUID | None = None
) -> pages.ConnectionForm:
    """For a new source, or for the new token of one that is there."""
    is_new = connection_id is None
    return pages.ConnectionForm(
        source=source,
        action_url=(
            desk.url("connection_new", source)
            if is_new
            else desk.url("connection_token", connection_id)
        ),
        back_url=(desk.url("integrations") if is_new else desk.url("connection", connection_id)),
        steps=[str(step) for step in GUIDES[source].before],
        is_new=is_new,
        note=str(GUIDES[source].note),
    )
