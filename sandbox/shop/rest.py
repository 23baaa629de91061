"""The shop's REST API, /wp-json/wc/v3: orders that changed, their refunds, and its webhooks.

Keys by HTTP Basic. https://developer.woocommerce.com/docs/apis/rest-api/ and the source of
WooCommerce (class-wc-rest-crud-controller.php): lists filter by the time of change and are cut by
offset; a key that may only read is refused with 401 when it writes.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.service import json_of, world_of
from sandbox.shop import hookshot
from sandbox.shop.orders import shop_of
from sandbox.world import State

NAME = "shop"
API = "/{slug}/wp-json/wc/v3"
PAGE_ROWS, PAGE_ROWS_MAX = 10, 100
STATUSES_OF_HOOKS = ("active", "paused", "disabled")

Answer = Callable[[Request, State], Awaitable[Response]]


def _guarded(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """The answer for who has a key to this shop."""

    async def guarded(request: Request) -> Response:
        shop = shop_of(world_of(request).state(NAME), request.path_params["slug"])
        permissions = shop["keys"].get(_credentials(request))
        if permissions is None:
            return problem(401, "woocommerce_rest_authentication_error", "Consumer key is invalid.")
        wanted = "read" if request.method == "GET" else "write"
        if wanted not in permissions:
            text = f"The API key provided does not have {wanted} permissions."
            return problem(401, "woocommerce_rest_authentication_error", text)
        return await answer(request, shop)

    return guarded


def _credentials(request: Request) -> str:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    try:
        return base64.b64decode(given, validate=True).decode() if scheme == "Basic" else ""
    except (binascii.Error, UnicodeError):
        return ""


def problem(status: int, code: str, message: str) -> Response:
    return JSONResponse(
        {"code": code, "message": message, "data": {"status": status}}, status_code=status
    )


async def orders(request: Request, shop: State) -> Response:
    """GET ?modified_after=&dates_are_gmt=true&orderby=id&order=asc&offset=&per_page="""
    asked = request.query_params
    if asked.get("modified_after") and asked.get("dates_are_gmt") != "true":
        return problem(400, "rest_invalid_param", "The stand-in knows GMT only.")
    found = [
        order
        for order in shop["orders"].values()
        if order["status"] != "trash"
        and order["date_modified_gmt"] > asked.get("modified_after", "")
    ]
    found.sort(key=lambda order: order["id"], reverse=asked.get("order", "desc") == "desc")
    return _cut(request, found)


async def refunds(request: Request, shop: State) -> Response:
    order_id = request.path_params["id"]
    if order_id not in shop["orders"]:
        return problem(404, "woocommerce_rest_shop_order_invalid_id", "Invalid order ID.")
    return _cut(request, shop["refunds"].get(order_id, []))


async def webhooks(request: Request, shop: State) -> Response:
    found = [_shown(shop, topic) for topic in shop["webhook"]["hooks"]]
    return _cut(request, found if shop["webhook"]["url"] else [])


async def webhook(request: Request, shop: State) -> Response:
    """PUT {"status": "active"}"""
    values = await json_of(request)
    status = values.get("status")
    for topic, hook in shop["webhook"]["hooks"].items():
        if str(hook["id"]) == request.path_params["id"]:
            if status not in STATUSES_OF_HOOKS:
                return problem(400, "woocommerce_rest_shop_webhook_invalid_status", "Status.")
            hook["status"] = status
            return JSONResponse(_shown(shop, topic))
    return problem(400, "woocommerce_rest_shop_webhook_invalid_id", "ID is invalid.")


def _shown(shop: State, topic: str) -> dict[str, Any]:
    """The secret is never shown."""
    hook, own = shop["webhook"], shop["webhook"]["hooks"][topic]
    resource, _, event = topic.partition(".")
    return {
        "id": own["id"],
        "name": f"Webhook {own['id']}",
        "status": own["status"],
        "topic": topic,
        "resource": resource,
        "event": event,
        "hooks": [],
        "delivery_url": hook["url"],
    }


def _cut(request: Request, found: list[Any]) -> Response:
    try:
        rows = int(request.query_params.get("per_page", PAGE_ROWS))
        offset = int(request.query_params.get("offset", 0))
    except ValueError:
        return problem(400, "rest_invalid_param", "Invalid parameter(s)")
    if not 1 <= rows <= PAGE_ROWS_MAX or offset < 0:
        return problem(400, "rest_invalid_param", "Invalid parameter(s)")
    pages = -(-len(found) // rows)
    return JSONResponse(
        found[offset : offset + rows],
        headers={"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(pages)},
    )


def key_make(shop: State, permissions: str, *, is_withdrawn: bool) -> State:
    """The shop's key, always the same one."""
    key, secret = "ck_" + "1a" * 20, "cs_" + "2b" * 20
    if is_withdrawn:
        shop["keys"].pop(f"{key}:{secret}", None)
    else:
        shop["keys"][f"{key}:{secret}"] = permissions
    return {"consumer_key": key, "consumer_secret": secret}


def hooks_blank() -> State:
    return {
        topic: {"id": number, "failures": 0, "status": "active"}
        for number, topic in enumerate(hookshot.TOPICS, 1)
    }


ROUTES = [
    Route(f"{API}/orders", _guarded(orders)),
    Route(API + "/orders/{id}/refunds", _guarded(refunds)),
    Route(f"{API}/webhooks", _guarded(webhooks)),
    Route(API + "/webhooks/{id}", _guarded(webhook), methods=["PUT"]),
]
