"""Shopify's calls: signed, repeated eight times within four hours with the bytes of the first time,
and then the subscription is deleted. facts/merchants.md 1.2; the pauses between the repeats are
nowhere written."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

import httpx

from sandbox.world import State

TIMEOUT_SECONDS = 5.0
RETRY_MINUTES = (1, 5, 15, 30, 60, 105, 165, 240)  # after the first call
DELIVERIES_KEPT_MAX = 100
API_VERSION = "2026-01"


async def tell(
    shop: State, topic: str, resource: Any, now: datetime, *, is_forged: bool = False
) -> list[State]:
    """One call to every subscription of the topic, and whether it was taken."""
    found = [one for one in shop["subscriptions"].values() if one["topic"] == topic]
    return [await _first(shop, one, resource, now, is_forged=is_forged) for one in found]


async def _first(
    shop: State, subscription: State, resource: Any, now: datetime, *, is_forged: bool
) -> State:
    body = json.dumps(resource, ensure_ascii=False, separators=(",", ":"))
    shop["last_id"] += 1
    call = {
        "subscription": str(subscription["id"]),
        "topic": subscription["topic"],
        "body": body,
        "webhook_id": f"b54557e4-bdd9-4b37-8a5f-{shop['last_id']:012}",
        "triggered_at": now.isoformat(),
        "secret": shop["secret"] + ("x" if is_forged else ""),
        "tries": 0,
    }
    return await _try(shop, call, subscription["address"], now)


async def due(shop: State, now: datetime) -> list[State]:
    """The repeats whose time has come, each as often as it is due."""
    done: list[State] = []
    while True:
        waiting = [call for call in shop["calls"] if datetime.fromisoformat(call["due_at"]) <= now]
        if not waiting:
            return done
        call = min(waiting, key=lambda each: each["due_at"])
        shop["calls"].remove(call)
        subscription = shop["subscriptions"].get(call["subscription"])
        if subscription is not None:
            done.append(await _try(shop, call, subscription["address"], now))


async def _try(shop: State, call: State, address: str, now: datetime) -> State:
    status = await _post(address, call, _headers(shop, call))
    call["tries"] += 1
    is_good = status is not None and 200 <= status < 300
    if not is_good and call["tries"] > len(RETRY_MINUTES):
        shop["subscriptions"].pop(call["subscription"], None)
    elif not is_good:
        pause = timedelta(minutes=RETRY_MINUTES[call["tries"] - 1])
        call["due_at"] = (datetime.fromisoformat(call["triggered_at"]) + pause).isoformat()
        shop["calls"].append(call)
    said = {"at": now.isoformat(), "topic": call["topic"], "status": status, "try": call["tries"]}
    shop["deliveries"].append(said)
    del shop["deliveries"][:-DELIVERIES_KEPT_MAX]
    return said


def _headers(shop: State, call: State) -> dict[str, str]:
    prefix = "" if shop["uses_events"] else "X-"
    digest = hmac.new(call["secret"].encode(), call["body"].encode(), hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        f"{prefix}Shopify-Topic": call["topic"],
        f"{prefix}Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        f"{prefix}Shopify-Shop-Domain": shop["domain"],
        f"{prefix}Shopify-API-Version": API_VERSION,
        f"{prefix}Shopify-Webhook-Id": call["webhook_id"],
        f"{prefix}Shopify-Triggered-At": call["triggered_at"],
    }


async def _post(address: str, call: State, headers: dict[str, str]) -> int | None:
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            response = await client.post(address, content=call["body"].encode(), headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    return response.status_code
