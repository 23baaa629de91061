"""The sources of a brand's data."""

from __future__ import annotations

from django.utils.translation import gettext as _

from attribution.domain.snippet import DAYS_MAX, DAYS_MIN, page_snippet, purchase_snippet
from exchange.web.formatting import (
    days_text,
    moment_short,
)
from exchange.web.pages.common import Choice, Fact
from exchange.web.pages.integrations import (
    Connection,
    ConnectionCard,
    ConnectionForm,
    EventBody,
    EventRow,
    Integrations,
    Live,
    Secret,
    Site,
    SiteCard,
    SourceChoice,
)
from exchange.web.samples import common
from exchange.web.words import Tone


def hours(bad_from: int = 48, tone: Tone = "bad") -> list[tuple[int, Tone]]:
    return [
        (0 if index >= bad_from and tone == "bad" else 3 + (index * 7) % 11,
         tone if index >= bad_from else "paid")
        for index in range(48)
    ]  # fmt: skip


def connection_cards() -> list[ConnectionCard]:
    return [
        ConnectionCard(
            "#", "wildberries", "Wildberries", _("service token"), "failing",
            common.ago(hours=19), 0, hours(11),
            _("Wildberries refuses the token (401): it has expired. Orders since then are read as"
              " soon as you replace it."),
            behind="18 h 51 min", action_url="#", action=_("Replace token"),
        ),
        ConnectionCard(
            "#", "woocommerce", "toqyma.example", _("signed webhook"), "healthy",
            common.ago(minutes=3), 214, hours(), _("Every order of today has been read."),
        ),
    ]  # fmt: skip


def sources() -> list[SourceChoice]:
    return [
        SourceChoice(
            "woocommerce",
            _("Signed webhooks: each order within seconds. You add two webhooks in the shop."),
            "#",
        ),
        SourceChoice(
            "wildberries",
            _("We read the order feed and the finance report with a read-only token."),
            "#",
        ),
    ]


def integrations() -> Integrations:
    return Integrations(connection_cards(), sources(), 1, may_edit=True, sites=[site_card()])


def site_card() -> SiteCard:
    order = f"{_('Order %(number)s') % {'number': '48213'}}, {_('by a click on a link')}"
    return SiteCard("toqyma.example", "#", common.ago(minutes=4), order)


def site() -> Site:
    shop = "0192f3b4c5d67e8fa0b1c2d3e4f50617"
    return Site(
        card=site_card(),
        snippet=page_snippet("https://birge.example", shop),
        purchase=purchase_snippet("https://birge.example", shop),
        template_url="#",
        back_url="#",
        choices=[Choice(days_text(days), "#", days == DAYS_MAX) for days in (DAYS_MIN, DAYS_MAX)],
        losses=[_("Who refuses cookies in your banner, or blocks scripts, is not followed.")],
    )


def integrations_none() -> Integrations:
    return Integrations([], sources(), 0, may_edit=True)


def connection_form() -> ConnectionForm:
    return ConnectionForm(
        "wildberries", "#", "#",
        [
            _("Open the seller's cabinet, Settings, Access to API."),
            _("Make a read-only token with the categories Analytics, Statistics and Finance."),
            _("Paste it here. We check it at once and store it encrypted."),
        ],
    )  # fmt: skip


BODY = """{
  "id": 48213,
  "status": "completed",
  "total": "22491.00",
  "coupon_lines": [{"code": "aigerim10"}],
  "billing": {"phone": "••••••••••"}
}"""


def connection() -> Connection:
    events = [("done", 1), ("duplicate", 1), ("failed", 3), ("refused", 0), ("unmapped", 1)]
    return Connection(
        card=connection_cards()[1],
        live=Live(
            "#", _("The connection works"), _("Every event of today has been read."), "paid",
            is_first=False,
        ),
        facts=[
            Fact(_("Trust"), _("signed")),
            Fact(_("Address for the shop"), "https://birge.example/hooks/woocommerce/9f2c…41aa"),
        ],
        steps=[
            _("In WooCommerce open Settings, Advanced, Webhooks."),
            _("Add two webhooks, “Order created” and “Order updated”, with this address."),
            _("Paste the secret into both, save, and place a test order."),
        ],
        events=[
            EventRow(common.ago(minutes=7 * index), f"order.updated {48213 - index}", status,
                           tries, _("signed"), "#", is_current=index == 0)
            for index, (status, tries) in enumerate(events)
        ],
        back_url="#",
        secrets=[Secret(_("Secret"), "wh_6m0v5Yk2p8Qe1Tz9")],
        event=EventBody(common.ago(minutes=3), "order.updated 48213", BODY, "#"),
        choices=[Choice(_("All"), "#", is_current=True), Choice(_("Errors only"), "#")],
        pager=common.pager(moment_short(common.ago(minutes=40))),
        pause_url="#",
        rotate_url="#",
    )  # fmt: skip
