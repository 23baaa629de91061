"""GET /admin/orders.json in InSales' own words. The shape of its errors is not certain."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.service import world_of
from sandbox.world import State

NAME = "insales"
PAGE_ROWS, PAGE_ROWS_MAX = 50, 100
CALLS_MAX, CALLS_SECONDS = 500, 300


async def orders(request: Request) -> Response:
    world = world_of(request)
    state = world.state(NAME)
    app = state["apps"].get(_credentials(request))
    if app is None:
        return Response("HTTP Basic: Access denied.\n", 401)
    if not app["may_read"]:
        return JSONResponse({"error": "forbidden"}, 403)
    now = world.now().timestamp()
    state["calls"] = [at for at in state["calls"] if now - CALLS_SECONDS < at <= now]
    if len(state["calls"]) >= CALLS_MAX:
        wait = int(state["calls"][0] + CALLS_SECONDS - now) + 1
        return Response(status_code=429, headers={"Retry-After": str(wait)})
    state["calls"].append(now)
    asked = _asked(request)
    if asked is None:
        return JSONResponse({"errors": ["bad parameters"]}, 400)
    since, from_id, rows = asked
    found = [
        one
        for one in state["orders"].values()
        if (datetime.fromisoformat(one["updated_at"]), one["id"]) > (since, from_id)
    ]
    found.sort(key=lambda one: (datetime.fromisoformat(one["updated_at"]), one["id"]))
    used = f"{len(state['calls'])}/{CALLS_MAX}"
    return JSONResponse(found[:rows], headers={"API-Usage-Limit": used})


def _asked(request: Request) -> tuple[datetime, int, int] | None:
    given = request.query_params
    try:
        since = datetime.fromisoformat(given["updated_since"])
        from_id, rows = int(given.get("from_id", "0")), int(given.get("per_page", str(PAGE_ROWS)))
    except (KeyError, ValueError):
        return None
    return (since, from_id, rows) if since.tzinfo and 1 <= rows <= PAGE_ROWS_MAX else None


def _credentials(request: Request) -> str:
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    try:
        return base64.b64decode(text, validate=True).decode() if kind == "Basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""


def order_create(state: State, values: dict[str, Any], at: datetime) -> dict[str, Any]:
    """`values` has what a test wants to differ; the rest is a plausible order of one line."""
    order_id = state["next_id"]
    state["next_id"] += 1
    price = values.pop("price", "12000.0")
    order = {
        "id": order_id,
        "key": f"{order_id:032x}",
        "number": order_id - 52_100_000,
        "created_at": at.isoformat(),
        "updated_at": at.isoformat(),
        "delivered_at": None,
        "paid_at": None,
        "items_price": price,
        "total_price": price,
        "delivery_price": "0.0",
        "currency_code": "KZT",
        "financial_status": "pending",
        "fulfillment_status": "new",
        "order_lines": [
            {
                "id": order_id * 10 + 1,
                "product_id": 777,
                "sku": "ORAMAL-1",
                "title": "Жібек орамал",
                "quantity": 1,
                "sale_price": price,
                "full_sale_price": price,
                "discounts_amount": "0.0",
            }
        ],
        "coupon": None,
        "discounts": [],
        "client": {"name": "Sandbox", "surname": "Buyer", "phone": "+77010000001", "email": ""},
        "shipping_address": {"full_delivery_address": "nowhere"},
        "cookies": {},
        "first_current_location": "/",
        "current_location": "/cart",
        **values,
    }
    state["orders"][str(order_id)] = order
    return order


ROUTES = [Route("/admin/orders.json", orders)]
