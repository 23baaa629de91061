"""Which connector speaks for a source. A new source is one line here."""

from __future__ import annotations

from collections.abc import Mapping

from attribution.connectors.acquirer.connector import AcquirerFile
from attribution.connectors.admitad.connector import Admitad, AdmitadPostback
from attribution.connectors.amocrm.connector import AmoCrm, AmoCrmWebhook
from attribution.connectors.base import PollConnector, Snapshot, Translator, WebhookConnector
from attribution.connectors.bitrix24.connector import Bitrix24, Bitrix24Event
from attribution.connectors.brandfile.connector import BrandFile
from attribution.connectors.crm.stages import CrmConnector
from attribution.connectors.files import UNDONE, FileConnector, TableConnector, undone_order
from attribution.connectors.insales.connector import InSales, InSalesWebhook
from attribution.connectors.kaspi.cabinet import KaspiCabinet
from attribution.connectors.kaspi.connector import Kaspi
from attribution.connectors.ozon.connector import Ozon, OzonPush
from attribution.connectors.ozon.traffic import OzonTraffic
from attribution.connectors.payload import json_read
from attribution.connectors.postback.connector import Postback
from attribution.connectors.rest.connector import RestOrders
from attribution.connectors.shopify.connector import Shopify
from attribution.connectors.shopify.reading import ShopifyReading
from attribution.connectors.taplink.connector import Taplink
from attribution.connectors.tilda.connector import Tilda
from attribution.connectors.wildberries.connector import Wildberries
from attribution.connectors.woocommerce.connector import WooCommerce
from attribution.connectors.woocommerce.reading import WooCommerceReading

WEBHOOKS: Mapping[str, WebhookConnector] = {
    connector.source: connector
    for connector in (
        WooCommerce(),
        Shopify(),
        InSalesWebhook(),
        Taplink(),
        Tilda(),
        AmoCrmWebhook(),
        Bitrix24Event(),
        OzonPush(),
        AdmitadPostback(),
    )
}
POLLS: Mapping[str, PollConnector] = {
    connector.source: connector
    for connector in (
        WooCommerceReading(),
        ShopifyReading(),
        Wildberries(),
        Ozon(),
        OzonTraffic(),
        Kaspi(),
        InSales(),
        AmoCrm(),
        Bitrix24(),
        Admitad(),
    )
}
# Files: exports of a cabinet, whose columns we know, and tables, whose columns the brand tells us.
EXPORTS: Mapping[str, FileConnector] = {
    connector.source: connector for connector in (KaspiCabinet(),)
}
TABLES: Mapping[str, TableConnector] = {
    connector.source: connector for connector in (BrandFile(), AcquirerFile())
}
FILES: frozenset[str] = frozenset(EXPORTS) | frozenset(TABLES)
# Sources that call at a door of their own: /postback/… and /api/v1/orders.
OWN_DOORS: Mapping[str, Translator] = {
    connector.source: connector for connector in (Postback(), RestOrders())
}
# Sources that may call by GET, or post nothing: what they say is the query then.
CALLERS_BY_GET: frozenset[str] = frozenset({"admitad"})
# Sources with pages of the brand's own, where the snippet can run.
SHOPS: frozenset[str] = frozenset({"woocommerce", "shopify", "insales", "tilda", "postback", "api"})
# What they tell of a sale, another source has told before, as a rule.
CRMS: Mapping[str, CrmConnector] = {
    connector.source: connector for connector in (AmoCrm(), Bitrix24())
}


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


def file_connector(source: str) -> FileConnector | TableConnector:
    """The connector of a source whose files can be uploaded, or UnknownSource."""
    if source in EXPORTS:
        return EXPORTS[source]
    if source not in TABLES:
        raise UnknownSource(source)
    return TABLES[source]


def file_record_parse(source: str, raw: bytes) -> list[Snapshot]:
    """What a record of a file says, or that it is taken back. Raises: UnknownPayload."""
    body = json_read(raw)
    if isinstance(body, dict) and UNDONE in body:
        return [undone_order(body)]
    return file_connector(source).record_parse(raw)
