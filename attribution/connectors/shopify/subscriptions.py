"""Whether the shop still calls us: GET webhooks.json, and making it call (again).

After eight retries in four hours Shopify deletes a subscription that an application made. The list
shows those of the token's own application only, which are the ones that we make: a shop whose
webhooks were made by hand gives no token.
https://shopify.dev/docs/api/admin-rest/latest/resources/webhook
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attribution.connectors.asking import limited_page
from attribution.connectors.base import CallsReport, PollPage, SourceRefused
from attribution.connectors.shopify.client import Ask, pause_seconds, refusal, rows_of

PATH = "/webhooks.json"
ROWS_MAX = 250
TOPICS = (
    "orders/create",
    "orders/paid",
    "orders/updated",
    "orders/cancelled",
    "orders/edited",
    "refunds/create",
    "app/uninstalled",
)


def page_read(ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """`cursor` is {"made": true} once we have made them: what is missing later was deleted. A token
    that may not see them fails nothing."""
    address = ask.connection.call_url
    response = ask.get(PATH, {"limit": str(ROWS_MAX), "address": address})
    if response.status == 429:
        return limited_page(cursor, pause_seconds(response))
    try:
        rows = rows_of(response, "webhooks", most=ROWS_MAX)
        there = {str(row.raw("topic")) for row in rows if row.raw("address") == address}
        report = _made(ask, [topic for topic in TOPICS if topic not in there], cursor)
    except SourceRefused as no:
        report = CallsReport("unknown", no.detail)
    is_made = bool(cursor.get("made")) or report.state in ("on", "healed")
    following = {"made": True} if is_made else {}
    return PollPage((), following, ask.delay_seconds(True), is_last=True, calls=report)


def _made(ask: Ask, missing: list[str], cursor: Mapping[str, Any]) -> CallsReport:
    for topic in missing:
        subscription = {"topic": topic, "address": ask.connection.call_url, "format": "json"}
        response = ask.post(PATH, {"webhook": subscription})
        if response.status not in (200, 201):
            return CallsReport("missing", f"{topic}: {refusal(response).detail}")
    if missing and cursor.get("made"):
        return CallsReport("healed", ", ".join(missing))
    return CallsReport("on")
