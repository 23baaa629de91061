"""The REST Admin API of a shop: orders that changed, in pages by cursor, and subscriptions.

https://shopify.dev/docs/api/admin-rest: a page names the next one in its Link header, and beside
that cursor nothing else may be asked.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.service import json_of, world_of
from sandbox.shopify.orders import id_next
from sandbox.world import State

NAME = "shopify"
API = "/{slug}/admin/api/{version}"
LIMIT, LIMIT_MAX = 50, 250
CALLS_MAX, CALLS_SECONDS = 40, 20  # a bucket of 40 that leaks 2 in a second

Answer = Callable[[Request, State], Awaitable[Response]]


def _guarded(answer: Answer, scope: str) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        world = world_of(request)
        shop = world.state(NAME)["shops"].get(request.path_params["slug"])
        if shop is None:
            return problem(404, "Not Found")
        scopes = shop["tokens"].get(request.headers.get("x-shopify-access-token", ""))
        if scopes is None:
            text = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return problem(401, text)
        if scope not in scopes:
            return problem(403, f"[API] This action requires merchant approval for {scope} scope.")
        if not _may_ask(shop, world.now().timestamp()):
            headers = {"Retry-After": "2.0"}
            text = "Exceeded 2 calls per second for api client."
            return JSONResponse({"errors": text}, 429, headers=headers)
        return await answer(request, shop)

    return guarded


def _may_ask(shop: State, moment: float) -> bool:
    recent = [at for at in shop["asked"] if moment - CALLS_SECONDS < at <= moment]
    shop["asked"] = [*recent, moment] if len(recent) < CALLS_MAX else recent
    return len(recent) < CALLS_MAX


def problem(status: int, errors: Any) -> Response:
    return JSONResponse({"errors": errors}, status_code=status)


async def orders(request: Request, shop: State) -> Response:
    """GET ?status=any&updated_at_min=&limit=, or ?page_info=&limit="""
    asked = dict(request.query_params)
    limit = int(asked.pop("limit", LIMIT))
    if not 1 <= limit <= LIMIT_MAX:
        return problem(400, {"limit": "must be within 1..250"})
    if "page_info" in asked:
        place = _place(asked.pop("page_info"))
        if asked or place is None:
            return problem(400, {"page_info": "Invalid value."})
    else:
        place = {
            "since": asked.get("updated_at_min", ""),
            "after": None,
            "any": asked.get("status"),
        }
    found = sorted(
        (one for one in shop["orders"].values() if _is_in(one, place)),
        key=lambda one: one["id"],
        reverse=True,
    )
    page, rest = found[:limit], found[limit:]
    headers = {}
    if rest:
        token = _page_info({**place, "after": page[-1]["id"]})
        url = request.url.replace(query=f"limit={limit}&page_info={token}")
        headers["Link"] = f'<{url}>; rel="next"'
    return JSONResponse({"orders": page}, headers=headers)


def _is_in(order: State, place: State) -> bool:
    """By default cancelled orders are left out."""
    if place["after"] is not None and order["id"] >= place["after"]:
        return False
    if place["any"] != "any" and order["cancelled_at"]:
        return False
    since = place["since"]
    return not since or datetime.fromisoformat(order["updated_at"]) >= datetime.fromisoformat(since)


def _page_info(place: State) -> str:
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def _place(token: str) -> State | None:
    try:
        place: State = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        return None
    return place


async def subscriptions(request: Request, shop: State) -> Response:
    address = request.query_params.get("address")
    own = [one for one in shop["subscriptions"].values() if one["is_of_app"]]
    return JSONResponse(
        {"webhooks": [_shown(one) for one in own if address in (None, one["address"])]}
    )


async def subscription_add(request: Request, shop: State) -> Response:
    """POST {"webhook": {"topic", "address", "format"}}"""
    given = (await json_of(request)).get("webhook") or {}
    topic, address = str(given.get("topic", "")), str(given.get("address", ""))
    if not topic or not address.startswith("http"):
        return problem(422, {"topic": ["is invalid"]})
    if any((one["topic"], one["address"]) == (topic, address) for one in own_of(shop)):
        return problem(422, {"address": ["for this topic has already been taken"]})
    return JSONResponse({"webhook": _shown(subscribe(shop, topic, address))}, status_code=201)


def own_of(shop: State) -> list[State]:
    return [one for one in shop["subscriptions"].values() if one["is_of_app"]]


def subscribe(shop: State, topic: str, address: str, *, is_of_app: bool = True) -> State:
    made = {"id": id_next(shop), "topic": topic, "address": address, "is_of_app": is_of_app}
    shop["subscriptions"][str(made["id"])] = made
    return made


def _shown(one: State) -> State:
    return {name: one[name] for name in ("id", "topic", "address")} | {"format": "json"}


ROUTES = [
    Route(f"{API}/orders.json", _guarded(orders, "read_orders")),
    Route(f"{API}/webhooks.json", _guarded(subscriptions, "read_orders")),
    Route(f"{API}/webhooks.json", _guarded(subscription_add, "read_orders"), methods=["POST"]),
]
