"""Which connector speaks for a source. A new source is one line here."""

from __future__ import annotations

from collections.abc import Mapping

from attribution.connectors.admitad.connector import Admitad, AdmitadPostback
from attribution.connectors.base import (
    FileConnector,
    PollConnector,
    Translator,
    WebhookConnector,
)
from attribution.connectors.insales.connector import InSales, InSalesWebhook
from attribution.connectors.kaspi.cabinet import KaspiCabinet
from attribution.connectors.kaspi.connector import Kaspi
from attribution.connectors.ozon.connector import Ozon, OzonPush
from attribution.connectors.postback.connector import Postback
from attribution.connectors.rest.connector import RestOrders
from attribution.connectors.taplink.connector import Taplink
from attribution.connectors.wildberries.connector import Wildberries
from attribution.connectors.woocommerce.connector import WooCommerce

WEBHOOKS: Mapping[str, WebhookConnector] = {
    connector.source: connector
    for connector in (
        WooCommerce(),
        InSalesWebhook(),
        Taplink(),
        OzonPush(),
        AdmitadPostback(),
    )
}
POLLS: Mapping[str, PollConnector] = {
    connector.source: connector
    for connector in (
        Wildberries(),
        Ozon(),
        Kaspi(),
        InSales(),
        Admitad(),
    )
}
FILES: Mapping[str, FileConnector] = {
    connector.source: connector for connector in (KaspiCabinet(),)
}
# Sources that call at a door of their own: /postback/… and /api/v1/orders.
OWN_DOORS: Mapping[str, Translator] = {
    connector.source: connector for connector in (Postback(), RestOrders())
}
# Sources that may call by GET, or post nothing: what they say is the query then.
CALLERS_BY_GET: frozenset[str] = frozenset({"admitad"})
# Sources with pages of the brand's own, where the snippet can run.
SHOPS: frozenset[str] = frozenset({"woocommerce", "insales", "postback", "api"})


def is_signed(source: str) -> bool:
    """Whether its calls prove who made them. Ozon and Admitad only ring: they are asked."""
    return source in WEBHOOKS and WEBHOOKS[source].trust == "signed"


class UnknownSource(LookupError):
    """No connector of that kind for that source."""


def webhook_connector(source: str) -> WebhookConnector:
    """The connector of a source that calls us, or UnknownSource."""
    if source not in WEBHOOKS:
        raise UnknownSource(source)
    return WEBHOOKS[source]


def translator(source: str) -> Translator:
    """What translates the calls of a source, at whatever door they came; or UnknownSource."""
    return OWN_DOORS[source] if source in OWN_DOORS else webhook_connector(source)


def poll_connector(source: str) -> PollConnector:
    """The connector of a source that we ask, or UnknownSource."""
    if source not in POLLS:
        raise UnknownSource(source)
    return POLLS[source]


def file_connector(source: str) -> FileConnector:
    """The connector of a source whose export can be uploaded, or UnknownSource."""
    if source not in FILES:
        raise UnknownSource(source)
    return FILES[source]
