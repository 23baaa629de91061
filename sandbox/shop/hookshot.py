"""Sending webhooks as WooCommerce does: signed, once, and switched off after too many failures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

import httpx

from sandbox.world import State

TIMEOUT_SECONDS = 15.0
FAILURES_MAX = 5
TOPICS = ("order.created", "order.updated", "order.deleted")  # a webhook each
DELIVERIES_KEPT_MAX = 50
USER_AGENT = "WooCommerce/9.4.2 Hookshot (WordPress/6.7)"
STATUSES_ACCEPTED = (301, 302)  # beside 2xx, and not followed


async def ping(shop: State, now: datetime) -> State:
    """Sent when the webhook is saved: a form, unsigned; the receiver must answer exactly 200."""
    hook = shop["webhook"]
    body = f"webhook_id={hook['hooks'][TOPICS[0]]['id']}".encode()
    headers = {
        "User-Agent": USER_AGENT,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return _logged(shop, "ping", 0, now, await _post(hook["url"], body, headers))


async def deliver(
    shop: State, topic: str, resource: dict[str, Any], now: datetime, *, is_forged: bool = False
) -> State:
    """One delivery of the order as it is now. A failure is not repeated, only counted."""
    hook, own = shop["webhook"], shop["webhook"]["hooks"][topic]
    if not hook["url"] or own["status"] != "active":
        why = f"the webhook is {own['status']}" if hook["url"] else "no webhook"
        return _logged(shop, topic, resource["id"], now, (None, why))
    body = php_json(resource)
    headers = _headers(shop, topic, body, now, secret=hook["secret"] + ("x" if is_forged else ""))
    outcome = await _post(hook["url"], body, headers)
    _count(own, outcome[0])
    return _logged(shop, topic, resource["id"], now, outcome)


def php_json(value: Any) -> bytes:
    """JSON as PHP prints it: slashes and everything beyond ASCII escaped."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode()


def signature(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def _headers(shop: State, topic: str, body: bytes, now: datetime, *, secret: str) -> dict[str, str]:
    resource, _, event = topic.partition(".")
    hook_id = shop["webhook"]["hooks"][topic]["id"]
    # One second of resolution, as in the original: two orders in a second share it.
    delivery_id = hashlib.md5(f"{hook_id}{int(now.timestamp())}".encode()).hexdigest()  # noqa: S324
    return {
        "User-Agent": USER_AGENT,
        "Content-Type": "application/json",
        "X-WC-Webhook-Source": shop["source_url"],
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Signature": signature(body, secret),
        "X-WC-Webhook-ID": str(hook_id),
        "X-WC-Webhook-Delivery-ID": delivery_id,
    }


async def _post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int | None, str]:
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            response = await client.post(url, content=body, headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return None, type(error).__name__
    return response.status_code, response.text[:200]


def _count(hook: State, status: int | None) -> None:
    """Whoever switches it on again does not take its failures away: the next one is enough."""
    is_good = status is not None and (200 <= status < 300 or status in STATUSES_ACCEPTED)
    hook["failures"] = 0 if is_good else hook["failures"] + 1
    if hook["failures"] > FAILURES_MAX:
        hook["status"] = "disabled"


def _logged(
    shop: State, topic: str, order_id: int, now: datetime, outcome: tuple[int | None, str]
) -> State:
    status, answer = outcome
    delivery: State = {
        "at": now.isoformat(),
        "topic": topic,
        "order_id": order_id,
        "status": status,
        "answer": answer,
    }
    shop["deliveries"].append(delivery)
    del shop["deliveries"][:-DELIVERIES_KEPT_MAX]
    return delivery
