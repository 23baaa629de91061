"""Kaspi behind the stage: control calls, and a page on which a person does the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.kaspi.orders import (
    NAME,
    STATES,
    Item,
    entry_cancel,
    order_create,
    status_set,
    token_of,
)
from sandbox.pages import Html, button, field, html, page, table
from sandbox.service import done, json_of, wanted, world_of

PAGE = "/kaspi/"
SHOP = "sandbox-shop"
PHONE = "7012345678"
SKU, GOODS, PRICE = "TU-BLANKET", "Жүн көрпе", 25_500
ITEMS = [[SKU, GOODS, float(PRICE), 1]]
BUTTONS = ("ACCEPTED_BY_MERCHANT", "COMPLETED", "CANCELLED", "RETURNED")


async def token_make(request: Request) -> Response:
    """POST {"shop", "is_withdrawn": false} -> {"token"}: a shop has one token, for ever."""
    values, state = await json_of(request), world_of(request).state(NAME)
    shop = wanted(values, "shop", str, SHOP)
    if wanted(values, "is_withdrawn", bool, False):
        state["withdrawn"].append(shop)
    return done({"token": token_of(shop)})


async def orders(request: Request) -> Response:
    """GET all; POST {"shop", "code", "items", "phone", "status", "age_days"} -> the order."""
    world = world_of(request)
    state = world.state(NAME)
    if request.method == "GET":
        return done({"orders": list(state["orders"].values()), "writes": state["writes"]})
    values = await json_of(request)
    order = order_create(
        state,
        wanted(values, "shop", str, SHOP),
        wanted(values, "code", str, None),
        [_item(each) for each in wanted(values, "items", list, ITEMS)],
        wanted(values, "phone", str, PHONE),
        world.now() - timedelta(days=wanted(values, "age_days", float, 0)),
    )
    status_set(order, wanted(values, "status", str, "APPROVED_BY_BANK"), None, None)
    return done(order, status=201)


def _item(value: Any) -> Item:
    if not isinstance(value, list) or len(value) != 4:
        raise HTTPException(400, "an item is [sku, name, price, quantity]")
    sku, name, price, quantity = value
    if not isinstance(price, int | float) or not isinstance(quantity, int):
        raise HTTPException(400, "price must be a number, quantity a whole one")
    return Item(str(sku), str(name), price, quantity)


async def order_status(request: Request) -> Response:
    """POST {"status", "state", "reason"} to an order."""
    values = await json_of(request)
    order = _order(request, request.path_params["code"])
    state = wanted(values, "state", str, None)
    if state is not None and state not in STATES:
        raise HTTPException(400, f"state must be one of {', '.join(STATES)}")
    status_set(order, wanted(values, "status", str), state, wanted(values, "reason", str, None))
    return done(order)


async def order_entry(request: Request) -> Response:
    """POST {"remained", "keeps_total": false} to a line of an order."""
    values = await json_of(request)
    order = _order(request, request.path_params["code"])
    entry_cancel(
        order,
        request.path_params["number"],
        wanted(values, "remained", int),
        keeps_total=wanted(values, "keeps_total", bool, False),
    )
    return done(order)


def _order(request: Request, code: str) -> dict[str, Any]:
    found: dict[str, Any] | None = world_of(request).state(NAME)["orders"].get(code)
    if found is None:
        raise HTTPException(404, f"no order {code}")
    return found


async def index(request: Request) -> Response:
    world = world_of(request)
    state = world.state(NAME)
    rows = [
        [
            order["code"],
            ", ".join(f"{each['sku']} x {each['quantity']}" for each in order["entries"]),
            sum(each["total"] for each in order["entries"]),
            f"{order['state']} {order['status']}",
            [_status_button(order["code"], status) for status in BUTTONS],
        ]
        for order in reversed(state["orders"].values())
    ]
    return page(
        "Kaspi",
        html(
            "<p>Sandbox time: <code>{now}</code>. A buyer orders below; the shop hears of it when "
            "it reads its orders.</p>{form}<h2>Orders</h2>{orders}"
            "<h2>The token for the connection</h2><pre>{token}</pre>",
            now=world.now().isoformat(timespec="seconds"),
            form=_order_form(),
            orders=table(["order", "goods", "total, KZT", "status", "next"], rows),
            token=token_of(SHOP),
        ),
    )


def _status_button(code: str, status: str) -> Html:
    return button(f"{PAGE}order-status", status, code=code, status=status)


def _order_form() -> Html:
    return html(
        '<form method="post" action="{action}">{fields}<button>Order</button></form>',
        action=f"{PAGE}order",
        fields=[
            field("Article", "sku", SKU),
            field("Goods", "name", GOODS),
            field("Price, KZT", "price", PRICE, kind="number"),
            field("Phone, 10 digits", "phone", PHONE),
        ],
    )


async def form_order(request: Request) -> Response:
    form = {name: str(value).strip() for name, value in (await request.form()).items()}
    if not form.get("price", "").isdecimal():
        raise HTTPException(400, "price must be a whole number")
    item = Item(form.get("sku", ""), form.get("name", ""), int(form["price"]), 1)
    world = world_of(request)
    phone = form.get("phone", PHONE)
    order_create(world.state(NAME), SHOP, None, [item], phone, world.now())
    return RedirectResponse(PAGE, 303)


async def form_status(request: Request) -> Response:
    form = await request.form()
    status_set(_order(request, str(form.get("code"))), str(form.get("status")), None, None)
    return RedirectResponse(PAGE, 303)


PAGES = [
    Route("/", index),
    Route("/order", form_order, methods=["POST"]),
    Route("/order-status", form_status, methods=["POST"]),
]
CONTROL = [
    Route("/token", token_make, methods=["POST"]),
    Route("/orders", orders, methods=["GET", "POST"]),
    Route("/orders/{code}/status", order_status, methods=["POST"]),
    Route("/orders/{code}/entries/{number:int}", order_entry, methods=["POST"]),
]
