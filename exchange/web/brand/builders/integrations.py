"""Sources of orders: how each is doing, its events, and how one is connected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from attribution.connectors.admitad.postback import QUERY as ADMITAD_QUERY
from attribution.connectors.registry import FILES, POLLS, SHOPS, WEBHOOKS
from attribution.domain.masking import body_masked
from attribution.domain.page_events import PAGE, order_of_key, page_event_read
from attribution.domain.snippet import (
    DAYS_MAX,
    DAYS_MIN,
    page_snippet,
    purchase_snippet,
    tag_template,
)
from attribution.models import Connection, InboundEvent, Order, OrderUpload
from attribution.selectors.connections import (
    connection_list,
    connection_secrets,
    dead_days,
    dead_events,
    dead_reasons,
    event_page,
    events_by_half_hour,
    events_today,
    page_events_last,
    uploads_latest,
)
from attribution.selectors.health import BROKEN, Health, connections_health, token_expires_at
from attribution.services.inbox import PURGED_TEXT
from core import clock
from core.errors import NotFound
from exchange.web.brand.builders.common import ref_short
from exchange.web.brand.desk import Desk
from exchange.web.formatting import (
    day_full,
    days_text,
    number_text,
    span_text,
    time_text,
)
from exchange.web.pages import brand as pages
from exchange.web.pages.common import Choice, Fact
from exchange.web.paging import pager, query_url
from exchange.web.words import Tone, Word, word_of

SOURCE_TEXTS: Mapping[str, Word] = {
    "woocommerce": gettext_lazy(
        "Signed webhooks: each order within seconds. You add two webhooks in the shop."
    ),
    "wildberries": gettext_lazy(
        "We read the order feed and the finance report with a read-only token."
    ),
    "ozon": gettext_lazy(
        "We read postings and returns with a key; Ozon's notification makes it faster."
    ),
    "kaspi": gettext_lazy(
        "We read the shop's orders with its token, or you upload the export of the cabinet."
    ),
    "admitad": gettext_lazy(
        "AliExpress and other shops of the network: we read the statistics of your publisher's"
        " account; its postback makes it faster."
    ),
}
# What a source cannot do, said before anybody counts on it
SOURCE_NOTES: Mapping[str, Word] = {
    "ozon": gettext_lazy(
        "Ozon knows no click of ours: an order finds its influencer by a voucher of theirs only."
    ),
    "kaspi": gettext_lazy(
        "Kaspi tells neither the click nor a promo code of an order. We count the clicks that your"
        " influencers bring and read your orders, but Kaspi itself never says which click led to"
        " which order."
    ),
    "admitad": gettext_lazy(
        "Admitad tells which click led to an order and what it pays you for it. The value of the"
        " order it names for some shops only: where it does not, your terms are counted from what"
        " Admitad pays. It tells neither the goods nor the buyer, and most shops approve after"
        " weeks."
    ),
}
# What is left out while a token of Wildberries lacks a category that we can do without
LACKING: Mapping[str, Word] = {
    "statistics": gettext_lazy(
        "The token lacks the category «Statistics»: sales and cancellations are known from the"
        " order feed only, and it forgets an order after 31 days."
    ),
    "returns": gettext_lazy(
        "The token lacks the category «Buyer returns»: we do not see claims that were approved."
    ),
}
WOOCOMMERCE_STEPS: Sequence[Word] = (
    gettext_lazy("In WooCommerce open Settings, Advanced, Webhooks."),
    gettext_lazy("Add two webhooks, “Order created” and “Order updated”, with this address."),
    gettext_lazy("Paste the secret into both, choose the API version v3, save."),
    gettext_lazy("Place a test order: it appears in the log within seconds."),
)
SHOP_STEPS: Sequence[Word] = (
    gettext_lazy("Name the shop, so that you recognise it."),
    gettext_lazy("We give you an address and a secret."),
    gettext_lazy("In WooCommerce you add two webhooks with them; the steps come next."),
)
WILDBERRIES_STEPS: Sequence[Word] = (
    gettext_lazy("Open the seller's cabinet, Settings, Access to API."),
    gettext_lazy(
        "Make a read-only service token with the categories Analytics, Finance, Statistics and"
        " Buyer returns. Without the last two we read less."
    ),
    gettext_lazy("Paste it here. We check it at once and store it encrypted."),
    gettext_lazy(
        "Give each influencer a substitute article and add it on the campaign's page: it says"
        " whose an order is."
    ),
)
OZON_STEPS: Sequence[Word] = (
    gettext_lazy("Open Ozon's cabinet, Settings, API keys."),
    gettext_lazy("Make a key that may read postings and returns; copy the Client-Id beside it."),
    gettext_lazy(
        "Paste both here. We ask Ozon at once whether they work and store them encrypted."
    ),
    gettext_lazy(
        "Give each influencer a voucher of their own and add its title on the campaign's page: Ozon"
        " passes on no click, so that title in an order says whose it is."
    ),
)
OZON_PUSH_STEPS: Sequence[Word] = (
    gettext_lazy("In Ozon's cabinet open Settings, Notifications, Push."),
    gettext_lazy("Paste the address of this source and press Check: Ozon must say that it works."),
    gettext_lazy("Choose new postings, changed states and cancellations, of FBS and FBO."),
    gettext_lazy(
        "Without this all orders come too, only later: we read the lists every 10 to 30 minutes."
    ),
)
KASPI_STEPS: Sequence[Word] = (
    gettext_lazy("Open the shop's cabinet, Settings, API token: only the head of the company can."),
    gettext_lazy("Paste the token here. We try it at once and store it encrypted."),
    gettext_lazy(
        "This token may do everything in the cabinet and never changes. We only ever read with it."
    ),
)
ADMITAD_STEPS: Sequence[Word] = (
    gettext_lazy("Make an access token of your publisher's account that may read statistics."),
    gettext_lazy("Paste it here. We try it at once and store it encrypted."),
    gettext_lazy(
        "Let the campaign lead to your Admitad link (ad.admitad.com): we add the click to it as"
        " subid, so do not use subid yourself."
    ),
)
ADMITAD_POSTBACK_STEPS: Sequence[Word] = (
    gettext_lazy("In Admitad open the postback settings of your ad space."),
    gettext_lazy(
        "Paste the address for notifications as it is, with everything in triple brackets: Admitad"
        " puts its values there."
    ),
    gettext_lazy("Choose new, approved, declined and pending actions."),
    gettext_lazy(
        "Nobody signs these calls: an order counts once we have read it in the statistics. Without"
        " them all orders come too, only up to 10 minutes later."
    ),
)
UPLOAD_STEPS: Mapping[str, Sequence[Word]] = {
    "kaspi": (
        gettext_lazy("Export your orders to Excel in the shop's cabinet."),
        gettext_lazy("Choose the file here as it is: change neither columns nor rows."),
        gettext_lazy("You see what we read, and what we could not, before anything is stored."),
        gettext_lazy("Addresses, names and reviews in the file are not read."),
    ),
}
UPLOAD_NOTE = gettext_lazy(
    "Nothing proves who made a file. Its orders are credited, but no reward is approved by itself"
    " until the source or you confirm the order."
)
FAULTS: Mapping[str, Word] = {
    "missing": gettext_lazy("is empty"),
    "not_a_date": gettext_lazy("is no date"),
    "not_an_amount": gettext_lazy("is no amount"),
    "not_a_quantity": gettext_lazy("is no whole number of pieces"),
    "not_an_order": gettext_lazy("is no number of an order"),
    "in_future": gettext_lazy("is in the future"),
}
# How to connect, before; and what to do there, after
STEPS_BEFORE: Mapping[str, Sequence[Word]] = {
    "kaspi": KASPI_STEPS,
    "woocommerce": SHOP_STEPS,
    "wildberries": WILDBERRIES_STEPS,
    "ozon": OZON_STEPS,
    "admitad": ADMITAD_STEPS,
}
STEPS_AFTER: Mapping[str, Sequence[Word]] = {
    "woocommerce": WOOCOMMERCE_STEPS,
    "ozon": OZON_PUSH_STEPS,
    "admitad": ADMITAD_POSTBACK_STEPS,
}

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
        "%(source)s says that the token may not read this (403). Make one with the categories"
        " Analytics and Finance."
    ),
    "request_refused": gettext_lazy("%(source)s refuses our question. We are looking into it."),
}
CAUSES_OF_SOURCE: Mapping[tuple[str, str], Word] = {
    ("ozon", "access_denied"): gettext_lazy(
        "Ozon says that the key may not read this (403). Make one that may read postings and"
        " returns."
    ),
    ("kaspi", "access_denied"): gettext_lazy(
        "Kaspi says that this token may not read orders (403). The head of the company can make"
        " another one in the cabinet."
    ),
    ("admitad", "access_denied"): gettext_lazy(
        "Admitad says that the token may not read the statistics (403). Make one with that right."
    ),
}
# Why there was no answer at all: it is asked again by itself
SILENCE: Mapping[str, Word] = {
    "kaspi": gettext_lazy(
        "Kaspi does not answer us: it often keeps silent to computers outside Kazakhstan. We ask"
        " again by ourselves, and no order is lost."
    ),
}
TRUST: Mapping[str, Word] = {
    InboundEvent.Trust.SIGNED: gettext_lazy("signed"),
    InboundEvent.Trust.PULLED: gettext_lazy("read at the source"),
    InboundEvent.Trust.HINT: gettext_lazy("unsigned hint"),
}
ENDPOINTS: Mapping[str, Word] = {
    PAGE: gettext_lazy("Thank-you page"),
    "order_feed": gettext_lazy("Order feed"),
    "finance_report": gettext_lazy("Finance report"),
    "supplier_orders": gettext_lazy("Cancellation"),
    "supplier_sales": gettext_lazy("Sale or return"),
    "claims": gettext_lazy("Approved claim"),
    "fbs_postings": gettext_lazy("FBS posting"),
    "fbo_postings": gettext_lazy("FBO posting"),
    "returns": gettext_lazy("Return"),
    "returns_changed": gettext_lazy("Changed return"),
    "orders": gettext_lazy("Orders"),
    "order_refresh": gettext_lazy("Older orders"),
    "actions": gettext_lazy("Action"),
    "file": gettext_lazy("Export of orders"),
}
ENDPOINT_QUERIES: Mapping[str, str] = {"admitad": ADMITAD_QUERY}
KEPT_DAYS = (DAYS_MIN, 60, DAYS_MAX)
LOSSES: Sequence[Word] = (
    gettext_lazy(
        "Instagram, TikTok and Telegram open links in a browser of their own. Who buys later in"
        " Safari or Chrome has no click there: the promo code says whose the sale is."
    ),
    gettext_lazy(
        "Safari forgets what a page's script keeps 7 days after the last visit. Each visit begins"
        " the days anew."
    ),
    gettext_lazy("Who refuses cookies in your banner, or blocks scripts, is not followed."),
    gettext_lazy(
        "Anybody could send such an event, so it earns nothing by itself: it waits until the shop's"
        " own data or you confirm it."
    ),
)
TEMPLATE_FILE = settings.BASE_DIR / "exchange/web/assets/snippet/birge.tpl"
TOPIC_CHARS_MAX = 60
EVENT_ANCHOR = "#event"  # below the log on a phone
LOG_FILTERS: Mapping[str, tuple[Word, str]] = {
    "": (gettext_lazy("All"), ""),
    "errors": (gettext_lazy("Errors only"), InboundEvent.State.DEAD),
}


# --- The list -------------------------------------------------------------------------------


def integrations(desk: Desk) -> pages.Integrations:
    connections = connection_list(desk.brand.pk)
    return pages.Integrations(
        cards=connection_cards(desk, connections),
        sources=[
            pages.SourceChoice(
                source, str(SOURCE_TEXTS[source]), desk.url("connection_new", source)
            )
            for source in dict.fromkeys((*WEBHOOKS, *POLLS))  # Ozon is asked, and rings
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
    may_replace = desk.member.may_write and connection.source in POLLS and health.status in BROKEN
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
    )


def _tone(count: int, dead: int) -> Tone:
    if dead:
        return "bad"
    return "paid" if count else "wait"


def _key_text(connection: Connection) -> str:
    if connection.source in SHOPS:
        return _("signed webhook")
    if _is_by_file(connection):
        return _("uploaded files")
    expires_at = token_expires_at(connection)
    if expires_at is None:
        return _("token")
    return _("token until %(date)s") % {"date": day_full(expires_at)}


def _is_by_file(connection: Connection) -> bool:
    """A source that has given no token: it is never asked."""
    return connection.source in FILES and not connection_secrets(connection)


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
    if health.status == "waiting":
        return _waiting_text(connection)
    if health.status == "paused":
        return _("Reading is switched off. What comes meanwhile is not stored.")
    if health.status == "late":
        return _("Events wait longer than usual. We are on it, nothing to do.")
    if health.dead:
        said = ngettext(
            "%(count)s event of the last day could not be read: see the log.",
            "%(count)s events of the last day could not be read: see the log.",
            health.dead,
        )
        return said % {"count": number_text(health.dead)}
    return _("Every event of today has been read.") if today else _("No events today so far.")


def _failing_text(connection: Connection, health: Health) -> str:
    code = connection.error.partition(" ")[0].rstrip(":")
    known = CAUSES_OF_SOURCE.get((connection.source, code), CAUSES.get(code))
    if known is not None:
        return str(known) % {"source": word_of("source", connection.source)}
    said = _("The source does not answer as it should. We ask again by ourselves.")
    if code == "no_answer":
        said = str(SILENCE.get(connection.source, said))
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
    if connection.source in SHOPS:
        todo = _("Place a test order. If it does not come, look whether both webhooks are on.")
    else:
        todo = _("Look in its cabinet whether there are orders. If there are, write to us.")
    return f"{said} {todo}"


def _waiting_text(connection: Connection) -> str:
    if connection.source in SHOPS:
        return _("Connected. The first event has not come: add the webhooks in the shop.")
    if _is_by_file(connection):
        return _("Connected. Upload the first export of your orders.")
    return _("Connected. We read the source for the first time within minutes.")


# --- One source -----------------------------------------------------------------------------


def connection(
    desk: Desk,
    found: Connection,
    *,
    asked: Mapping[str, str],
    event: InboundEvent | None = None,
    is_secret_new: bool = False,
) -> pages.Connection:
    """`asked` is the address's query: show=errors, after=…. `event` is shown with its body."""
    (card,) = connection_cards(desk, [found])
    show = asked.get("show", "") if asked.get("show") in LOG_FILTERS else ""
    after = asked.get("after", "")
    state = LOG_FILTERS[show][1]
    events, next_after = event_page(found, state=state, after=after)
    return pages.Connection(
        card=card,
        facts=_facts(found),
        steps=[str(step) for step in STEPS_AFTER.get(found.source, ())],
        events=[_event_row(desk, found, each, event, show) for each in events],
        back_url=desk.url("integrations"),
        secrets=_new_secret(found) if is_secret_new else [],
        event=_event_body(desk, found, event) if event else None,
        choices=[
            Choice(
                str(label),
                desk.url("connection", found.public_id) + query_url({"show": key}),
                key == show,
            )
            for key, (label, _state) in LOG_FILTERS.items()
        ],
        pager=pager(len(events), after, next_after, {"show": show}),
        replay_url=desk.url("connection_replay", found.public_id)
        if desk.member.may_write and dead_days(found)
        else "",
        note=_note(found),
        **_actions(desk, found),
    )


def _note(found: Connection) -> str:
    """What the source cannot tell, or its token may not ask."""
    lacking = [str(LACKING[name]) for name in found.settings.get("categories_lacking", ())]
    return " ".join([*lacking, str(SOURCE_NOTES.get(found.source, ""))]).strip()


def _facts(found: Connection) -> list[Fact]:
    if found.source in SHOPS:
        own = [
            Fact(_("Trust"), str(TRUST[InboundEvent.Trust.SIGNED])),
            Fact(_("Address for the shop"), endpoint_url(found)),
            Fact(_("Calls with a wrong signature"), number_text(found.bad_signature_count)),
        ]
    else:
        trust = InboundEvent.Trust.HINT if _is_by_file(found) else InboundEvent.Trust.PULLED
        own = [Fact(_("Trust"), str(TRUST[trust]))]
        if seller := found.settings.get("seller_id"):
            own.append(Fact(_("Seller"), seller))
        if expires_at := token_expires_at(found):
            own.append(Fact(_("Token until"), day_full(expires_at)))
        if found.source in WEBHOOKS:
            own.append(Fact(_("Address for notifications"), endpoint_url(found)))
            own.append(Fact(_("Refused calls"), number_text(found.bad_signature_count)))
    return [*own, Fact(_("Connected"), day_full(found.created_at))]


def endpoint_url(found: Connection) -> str:
    """Where the source's calls are sent; for one that we tell what to say, with all of that."""
    address = f"{settings.BASE_URL}/hooks/{found.source}/{found.endpoint_token}"
    query = ENDPOINT_QUERIES.get(found.source)
    return f"{address}?{query}" if query else address


def _new_secret(found: Connection) -> list[pages.Secret]:
    """Shown right after it was made, and never again."""
    return [
        pages.Secret(_("Address for the shop"), endpoint_url(found)),
        pages.Secret(_("Secret"), connection_secrets(found)[0]),
    ]


def _actions(desk: Desk, found: Connection) -> dict[str, str]:
    if not desk.member.may_write:
        return {}
    address = found.public_id
    is_off = found.state == Connection.State.OFF
    switch = "resume" if is_off else "pause"
    actions = {f"{switch}_url": desk.url(f"connection_{switch}", address)}
    if found.source in SHOPS:
        actions["rotate_url"] = desk.url("connection_secret", address)
    else:
        actions["token_url"] = desk.url("connection_token", address)
        actions["token_text"] = _("Give a token") if _is_by_file(found) else _("Replace token")
        if found.state == Connection.State.FAILING:
            actions["test_url"] = desk.url("connection_read", address)
    if found.source in FILES and not is_off:
        actions["upload_url"] = desk.url("connection_upload", address)
    return actions


# --- Reading again ---------------------------------------------------------------------------


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


# --- The shop's own pages -------------------------------------------------------------------


def site(desk: Desk, found: Connection, *, days: str) -> pages.Site:
    """`days` is how long a click is kept, of KEPT_DAYS; the longest if it is none of them."""
    kept = int(days) if days in map(str, KEPT_DAYS) else DAYS_MAX
    address = found.public_id
    (card,) = site_cards(desk, [found])
    return pages.Site(
        card=card,
        snippet=page_snippet(settings.BASE_URL, address.hex, days=kept),
        purchase=purchase_snippet(settings.BASE_URL, address.hex),
        template_url=desk.url("connection_template", address),
        back_url=desk.url("integrations"),
        choices=[
            Choice(
                days_text(each),
                desk.url("connection_site", address) + query_url({"days": str(each)}),
                each == kept,
            )
            for each in KEPT_DAYS
        ],
        losses=[str(each) for each in LOSSES],
    )


def site_cards(desk: Desk, shops: Sequence[Connection]) -> list[pages.SiteCard]:
    """One query, whatever their number."""
    last = page_events_last(shops)
    return [_site_card(desk, each, last.get(each.pk)) for each in shops]


def _site_card(desk: Desk, found: Connection, last: InboundEvent | None) -> pages.SiteCard:
    url = desk.url("connection_site", found.public_id)
    if last is None:
        return pages.SiteCard(found.name, url)
    said = page_event_read(bytes(last.body))
    by_click = _("by a click on a link") if said and said.click else _("without a click")
    order = _("Order %(number)s") % {"number": ref_short(order_of_key(last.event_key))}
    return pages.SiteCard(found.name, url, last.received_at, f"{order}, {by_click}")


def tag_template_text(found: Connection) -> str:
    """The template leads to this Birge and knows this shop."""
    text = TEMPLATE_FILE.read_text(encoding="utf-8")
    return tag_template(text, settings.BASE_URL, found.public_id.hex)


# --- Events ---------------------------------------------------------------------------------


def event_status(event: InboundEvent) -> str:
    """A key of words.EVENT. What is tried again has failed before."""
    if event.state == InboundEvent.State.RECEIVED and event.attempts:
        return "failed"
    return event.state


def event_text(event: InboundEvent) -> str:
    """What came: the topic that the shop named with its order, or the list that was read."""
    if event.endpoint == PAGE:
        return f"{ENDPOINTS[PAGE]}, {ref_short(order_of_key(event.event_key))}"
    topic = event.headers.get("x-wc-webhook-topic", "")[:TOPIC_CHARS_MAX]
    if event.source in POLLS and event.endpoint not in ENDPOINTS:
        return _("Notification")
    if event.endpoint not in ENDPOINTS:
        return f"{topic} {event.event_key.partition(':')[0]}".strip()
    parts = event.event_key.split(":")  # "wb:feed:<order>:…", "kaspi:<order>:…", "file:<order>:…"
    subject = parts[2:3] if parts[0] in ("wb", "ozon") else parts[1:2]
    return ", ".join([str(ENDPOINTS[event.endpoint]), *map(ref_short, subject)])


def _event_row(
    desk: Desk,
    found: Connection,
    event: InboundEvent,
    current: InboundEvent | None,
    show: str,
) -> pages.EventRow:
    address = desk.url("connection_event", found.public_id, event.pk)
    return pages.EventRow(
        at=event.received_at,
        text=event_text(event),
        status=event_status(event),
        attempts=event.attempts,
        trust=str(TRUST[InboundEvent.Trust(event.trust)]),
        url=address + (query_url({"show": show}) if show else "") + EVENT_ANCHOR,
        is_current=current is not None and current.pk == event.pk,
    )


def _event_body(desk: Desk, found: Connection, event: InboundEvent) -> pages.EventBody:
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


# --- Connecting -----------------------------------------------------------------------------


def source_require(source: str) -> str:
    """Raises: NotFound for a source that nobody has written a connector for."""
    if source not in WEBHOOKS and source not in POLLS:
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
        steps=[str(step) for step in STEPS_BEFORE[source]],
        is_new=is_new,
        note=str(SOURCE_NOTES.get(source, "")),
    )


# --- An export of the cabinet ---------------------------------------------------------------


def upload_form(desk: Desk, found: Connection) -> pages.Upload:
    return pages.Upload(
        source=found.source,
        action_url=desk.url("connection_upload", found.public_id),
        back_url=desk.url("connection", found.public_id),
        steps=[str(step) for step in UPLOAD_STEPS[found.source]],
        note=str(UPLOAD_NOTE),
        past=[_upload_row(desk, found, each) for each in uploads_latest(found)],
    )


def _upload_row(desk: Desk, found: Connection, upload: OrderUpload) -> pages.UploadRow:
    if upload.state == OrderUpload.State.STORED:
        said = _orders_text(upload.stored_count)
    else:
        said = _("not stored")
    url = desk.url("connection_upload_check", found.public_id, upload.public_id)
    return pages.UploadRow(upload.created_at, upload.name, said, url)


def _orders_text(count: int) -> str:
    said = ngettext("%(count)s order", "%(count)s orders", count)
    return said % {"count": number_text(count)}


def upload_check(desk: Desk, found: Connection, upload: OrderUpload) -> pages.UploadCheck:
    """What a file says, in counts, and where it is wrong."""
    is_waiting = upload.state == OrderUpload.State.READ
    new = upload.orders_count - upload.known_count
    url = desk.url("connection_upload_check", found.public_id, upload.public_id)
    return pages.UploadCheck(
        name=upload.name,
        back_url=desk.url("connection", found.public_id),
        again_url=desk.url("connection_upload", found.public_id),
        facts=_upload_facts(upload, new if is_waiting else upload.stored_count),
        errors=[
            pages.UploadFault(row, column, str(FAULTS[code])) for row, column, code in upload.errors
        ],
        errors_more=upload.errors_count - len(upload.errors),
        note=str(UPLOAD_NOTE),
        store_url=url if is_waiting and new else "",
        store_text=_("Store %(orders)s") % {"orders": _orders_text(new)},
    )


def _upload_facts(upload: OrderUpload, new: int) -> list[Fact]:
    labels = dict(Order.Status.choices)
    statuses = [
        Fact(str(labels[status]).capitalize(), number_text(upload.counts[status]))
        for status in labels
        if upload.counts.get(status)
    ]
    return [
        Fact(_("Orders in the file"), number_text(upload.orders_count)),
        *statuses,
        Fact(_("Known from an earlier file"), number_text(upload.known_count)),
        Fact(_("New"), number_text(new)),
        Fact(_("Faults"), number_text(upload.errors_count)),
    ]
