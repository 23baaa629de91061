"""The shop's own pages: the snippet, and what it has told."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.domain.page_events import order_of_key, page_event_read
from attribution.domain.snippet import (
    DAYS_MAX,
    DAYS_MIN,
    page_snippet,
    purchase_snippet,
    tag_template,
)
from attribution.models import Connection, InboundEvent
from attribution.selectors.connections import page_events_last
from exchange.web.brand.builders.common import ref_short
from exchange.web.brand.desk import Desk
from exchange.web.formatting import days_text
from exchange.web.pages import integrations as pages
from exchange.web.pages.common import Choice
from exchange.web.paging import query_url
from exchange.web.words import Word

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
