"""InSales behind the stage: control calls, and a page on which a person does the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.insales.api import NAME, order_create
from sandbox.pages import button, html, page, table
from sandbox.service import done, json_of, wanted, world_of
from sandbox.world import State, World

PAGE = "/insales/"
BUTTONS = ("accepted", "delivered", "declined", "returned")
TIMEOUT_SECONDS = 5.0


async def app(request: Request) -> Response:
    """POST {"app_id", "password", "may_read"}: make or change an application."""
    values = await json_of(request)
    name = wanted(values, "app_id", str, "sandbox-app")
    password = wanted(values, "password", str, "sandbox-insales-password")
    known = world_of(request).state(NAME)["apps"]
    known[f"{name}:{password}"] = {"may_read": wanted(values, "may_read", bool, True)}
    return done({"app_id": name, "password": password})


async def webhook(request: Request) -> Response:
    """POST {"url"}: where created and updated orders are told."""
    state = world_of(request).state(NAME)
    state["webhook"] = wanted(await json_of(request), "url", str)
    return done({"url": state["webhook"]})


async def orders(request: Request) -> Response:
    """GET all; POST fields of an order and "age_days", "is_silent": the order, as it is kept."""
    world = world_of(request)
    state = world.state(NAME)
    if request.method == "GET":
        return done({"orders": list(state["orders"].values()), "said": state["said"]})
    given = await json_of(request)
    age_days, is_silent = float(given.pop("age_days", 0)), bool(given.pop("is_silent", False))
    order = order_create(state, given, world.now() - timedelta(days=age_days))
    if not is_silent:
        await _tell(state, order)
    return done(order, status=201)


async def order_change(request: Request) -> Response:
    """POST fields to change; "is_silent": the webhook is lost."""
    given = await json_of(request)
    is_silent = bool(given.pop("is_silent", False))
    world = world_of(request)
    order = _order(world, str(request.path_params["order_id"]))
    _change(world, order, given)
    if not is_silent:
        await _tell(world.state(NAME), order)
    return done(order)


def _change(world: World, order: dict[str, Any], given: State) -> None:
    now = world.now().isoformat()
    order |= given
    order["updated_at"] = given.get("updated_at", now)
    if given.get("fulfillment_status") == "delivered":
        order["delivered_at"] = now


def _order(world: World, order_id: str) -> dict[str, Any]:
    found: dict[str, Any] | None = world.state(NAME)["orders"].get(order_id)
    if found is None:
        raise HTTPException(404, f"no order {order_id}")
    return found


async def _tell(state: State, order: dict[str, Any]) -> None:
    if not state["webhook"]:
        return
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            answer = await client.post(state["webhook"], json=order)
        state["said"].append({"id": order["id"], "status": answer.status_code})
    except httpx.HTTPError as error:
        state["said"].append({"id": order["id"], "status": None, "error": type(error).__name__})


async def index(request: Request) -> Response:
    world = world_of(request)
    rows = [
        [
            one["number"],
            f"{one['total_price']} {one['currency_code']}",
            one["coupon"] or "",
            one["fulfillment_status"],
            [button(f"{PAGE}order", name, id=str(one["id"]), status=name) for name in BUTTONS],
        ]
        for one in reversed(world.state(NAME)["orders"].values())
    ]
    about = html(
        "<p>Sandbox time: <code>{now}</code>. The shop moves its orders on; the webhook rings, and "
        "the list is read.</p>{rows}",
        now=world.now().isoformat(timespec="seconds"),
        rows=table(["order", "total", "coupon", "status", "next"], rows),
    )
    return page("InSales", about)


async def form_order(request: Request) -> Response:
    form, world = await request.form(), world_of(request)
    order = _order(world, str(form.get("id")))
    _change(world, order, {"fulfillment_status": str(form.get("status"))})
    await _tell(world.state(NAME), order)
    return RedirectResponse(PAGE, 303)


PAGES = [Route("/", index), Route("/order", form_order, methods=["POST"])]
CONTROL = [
    Route("/app", app, methods=["POST"]),
    Route("/webhook", webhook, methods=["POST"]),
    Route("/orders", orders, methods=["GET", "POST"]),
    Route("/orders/{order_id:int}", order_change, methods=["POST"]),
]
