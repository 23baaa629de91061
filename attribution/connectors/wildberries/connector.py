"""Wildberries, by polling: there is no push. The feed tells the life of an order; sales, supplier
orders, claims and the statuses of the seller's own deliveries confirm it, and for longer; the
finance report says, days later, which substitute article or promo code it was bought with.

What is sure and what is not is told in the README beside this file.
Source: facts/marketplaces.md 1.1-1.3, 1.5 and 1.6.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from attribution.connectors.base import (
    Endpoint,
    PollPage,
    Snapshot,
)
from attribution.connectors.doors import Lists
from attribution.connectors.payload import Fields, json_read
from attribution.connectors.wildberries import claims, fbs, feed, report, statistics
from attribution.connectors.wildberries.client import Ask
from attribution.connectors.wildberries.token import CATEGORY_OF_ENDPOINT, token_read

ORDER_FEED = "order_feed"
FINANCE_REPORT = "finance_report"
SUPPLIER_ORDERS = "supplier_orders"
SUPPLIER_SALES = "supplier_sales"
CLAIMS = "claims"
FBS_STATUSES = "fbs_statuses"
MINUTE, HOUR = 60, 3_600
_EVERY_MINUTE = {"service": MINUTE, "personal": MINUTE, "test": MINUTE}
ENDPOINTS: Mapping[str, Endpoint] = {
    ORDER_FEED: Endpoint(ORDER_FEED, {**_EVERY_MINUTE, "basic": 3 * HOUR}, round_seconds=MINUTE),
    # Basic: twice in 24 hours. New rows come once a day, so once an hour is often enough.
    FINANCE_REPORT: Endpoint(
        FINANCE_REPORT, {**_EVERY_MINUTE, "basic": 12 * HOUR}, round_seconds=HOUR
    ),
    # Wildberries fills both anew every half an hour.
    SUPPLIER_ORDERS: Endpoint(
        SUPPLIER_ORDERS, {**_EVERY_MINUTE, "basic": 3 * HOUR}, round_seconds=HOUR // 2
    ),
    SUPPLIER_SALES: Endpoint(
        SUPPLIER_SALES, {**_EVERY_MINUTE, "basic": 2 * HOUR}, round_seconds=HOUR // 2
    ),
    # 20 a minute
    CLAIMS: Endpoint(
        CLAIMS, {**dict.fromkeys(_EVERY_MINUTE, 3), "basic": HOUR}, round_seconds=HOUR
    ),
    # 300 a minute, of which a page takes two. Nothing is known of Basic here: rarely, then.
    FBS_STATUSES: Endpoint(
        FBS_STATUSES, {**dict.fromkeys(_EVERY_MINUTE, 1), "basic": HOUR}, round_seconds=HOUR // 2
    ),
}
_READ: Mapping[str, Callable[[Ask, Mapping[str, Any]], PollPage]] = {
    ORDER_FEED: feed.page_read,
    FINANCE_REPORT: report.page_read,
    SUPPLIER_ORDERS: partial(statistics.page_read, statistics.ORDERS),
    SUPPLIER_SALES: partial(statistics.page_read, statistics.SALES),
    CLAIMS: claims.page_read,
    FBS_STATUSES: fbs.page_read,
}
_PARSE: Mapping[str, Callable[[Fields], list[Snapshot]]] = {
    ORDER_FEED: feed.order_parse,
    FINANCE_REPORT: report.evidence_parse,
    SUPPLIER_ORDERS: statistics.order_parse,
    SUPPLIER_SALES: statistics.sale_parse,
    CLAIMS: claims.claim_parse,
    FBS_STATUSES: fbs.status_parse,
}


class Wildberries(Lists[Ask]):
    source = "wildberries"
    endpoints = ENDPOINTS
    ask = Ask

    def endpoints_open(self, secret: str) -> Collection[str]:
        """Those whose category the token names."""
        categories = token_read(secret).categories
        return [name for name in ENDPOINTS if CATEGORY_OF_ENDPOINT[name] in categories]

    def kind_of(self, secret: str) -> str:
        return token_read(secret).kind

    def page_read(self, endpoint: str, ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
        return _READ[endpoint](ask, cursor)

    def parse(self, endpoint: str, raw: bytes) -> list[Snapshot]:
        return _PARSE[endpoint](Fields(json_read(raw)))
