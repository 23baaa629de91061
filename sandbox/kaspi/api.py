"""The endpoint of Kaspi, in its own words: orders by state within 14 days, or one by its code."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.kaspi.orders import NAME, STATES, entry_shown, shop_of, shown
from sandbox.service import world_of
from sandbox.world import State

MEDIA_TYPE = "application/vnd.api+json"
DAY_MS = 86_400_000
WINDOW_DAYS_MAX = 14
PAGE_ROWS, PAGE_ROWS_MAX = 20, 100
CALLS_MAX, CALLS_SECONDS = 100, 60
ORDER_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
CREATED_FROM, CREATED_UNTIL = (f"filter[orders][creationDate][{op}]" for op in ("$ge", "$le"))


class Refused(Exception):
    """400 with this title."""


async def orders(request: Request) -> Response:
    state = world_of(request).state(NAME)
    shop = shop_of(state, request.headers.get("x-auth-token", ""))
    if shop is None:
        return problem(401, "Token is not valid")
    if not _may_ask(request, state, shop):
        return problem(429, "Too many requests")
    if request.method != "GET":  # the token could do it: tests look that nobody does
        state["writes"] += 1
        return JSONResponse({"data": []}, media_type=MEDIA_TYPE)
    try:
        found, page, rows = _asked(request, state, shop)
    except Refused as refused:
        return problem(400, str(refused))
    return _answer(request, found, page, rows)


def _asked(request: Request, state: State, shop: str) -> tuple[list[dict[str, Any]], int, int]:
    """The orders that are meant, oldest first, and which page of them."""
    if MEDIA_TYPE not in request.headers.get("accept", ""):
        raise Refused(f"Accept must be {MEDIA_TYPE}")
    query = request.query_params
    page = _number(query.get("page[number]", "0"), "page[number]", most=10**6)
    rows = _number(query.get("page[size]", str(PAGE_ROWS)), "page[size]", most=PAGE_ROWS_MAX)
    own = [order for order in state["orders"].values() if order["shop"] == shop]
    if "filter[orders][code]" in query:
        return [each for each in own if each["code"] == query["filter[orders][code]"]], page, rows
    order_state = query.get("filter[orders][state]")
    if order_state not in STATES:
        raise Refused("filter[orders][state] is required")
    now_ms = int(world_of(request).now().timestamp() * 1000)
    since = _number(query.get(CREATED_FROM), CREATED_FROM, most=10**13)
    until = _number(query.get(CREATED_UNTIL, str(now_ms)), CREATED_UNTIL, most=10**13)
    if until - since > WINDOW_DAYS_MAX * DAY_MS:
        raise Refused("The period between creation dates must not exceed 14 days")
    found = [
        order
        for order in own
        if order["state"] == order_state and since <= order["created_ms"] <= until
    ]
    return sorted(found, key=lambda order: (order["created_ms"], order["code"])), page, rows


def _answer(request: Request, found: list[dict[str, Any]], page: int, rows: int) -> Response:
    chosen = found[page * rows : (page + 1) * rows]
    body: dict[str, Any] = {
        "data": [shown(order) for order in chosen],
        "meta": {"pageCount": -(-len(found) // rows), "totalCount": len(found)},
    }
    if "entries" in request.query_params.get("include[orders]", ""):
        body["included"] = [
            entry_shown(order, entry) for order in chosen for entry in order["entries"]
        ]
    return JSONResponse(body, media_type=MEDIA_TYPE)


def _number(text: str | None, name: str, *, most: int) -> int:
    if text is None or not text.isdecimal() or int(text) > most:
        raise Refused(f"{name} is required and must be at most {most}")
    return int(text)


def _may_ask(request: Request, state: State, shop: str) -> bool:
    """The real limit is nowhere written; about 100 a minute is what people live with."""
    moment = world_of(request).now().timestamp()
    recent = [at for at in state["calls"].get(shop, []) if moment - CALLS_SECONDS < at <= moment]
    if len(recent) >= CALLS_MAX:
        return False
    state["calls"][shop] = [*recent, moment]
    return True


def problem(status: int, title: str) -> Response:
    return JSONResponse({"errors": [{"title": title}]}, status, media_type=MEDIA_TYPE)


ROUTES = [Route("/shop/api/v2/orders", orders, methods=ORDER_METHODS)]
