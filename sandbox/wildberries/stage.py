"""Wildberries behind the stage: control calls, and a page on which a person does the same."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.pages import Html, button, field, html, page, table
from sandbox.service import done, json_of, wanted, world_of
from sandbox.wildberries.door import NAME
from sandbox.wildberries.orders import (
    DOCUMENTS,
    REPORT_DELAY_DAYS,
    STATUSES,
    NewOrder,
    order_create,
    order_of,
    row_add,
    status_set,
)
from sandbox.wildberries.token import CATEGORIES as TOKEN_CATEGORIES
from sandbox.wildberries.token import DAYS, KINDS, READ_ONLY, SELLER_ID, mint

NM_ID = 310200411
PAGE = "/wildberries/"


async def token_mint(request: Request) -> Response:
    """POST {"kind": "service", "seller_id", "days", "bits"} -> {"token"}."""
    values = await json_of(request)
    kind = wanted(values, "kind", str, "service")
    if kind not in KINDS:
        raise HTTPException(400, f"kind must be one of {', '.join(KINDS)}")
    bits = wanted(values, "bits", list, [*TOKEN_CATEGORIES, READ_ONLY])
    token = mint(
        now=world_of(request).now(),
        kind=kind,
        seller_id=wanted(values, "seller_id", str, SELLER_ID),
        days=wanted(values, "days", int, DAYS),
        bits=tuple(bit for bit in bits if isinstance(bit, int) and 1 <= bit <= 62),
    )
    return done({"token": token})


async def orders(request: Request) -> Response:
    """GET all; POST {"nm_id", "price", "currency", "article_substitution", "uuid_promocode",
    "report_delay_days", "seller_id", "srid", "is_fbs"} (all optional) -> the order."""
    world = world_of(request)
    state = world.state(NAME)
    if request.method == "GET":
        return done({"orders": list(state["orders"].values()), "rows": state["rows"]})
    new = _new_order(await json_of(request))
    return done(order_create(state, new, world.now()), status=201)


def _new_order(values: dict[str, Any]) -> NewOrder:
    return NewOrder(
        seller_id=wanted(values, "seller_id", str, SELLER_ID),
        nm_id=wanted(values, "nm_id", int, NM_ID),
        price=_price(wanted(values, "price", str, "6930")),
        currency=wanted(values, "currency", str, "KZT"),
        article_substitution=wanted(values, "article_substitution", str, ""),
        uuid_promocode=wanted(values, "uuid_promocode", str, ""),
        report_delay_days=wanted(values, "report_delay_days", int, REPORT_DELAY_DAYS),
        srid=wanted(values, "srid", str, None),
        is_fbs=wanted(values, "is_fbs", bool, False),
    )


def _price(text: str) -> str:
    try:
        price = Decimal(text)
    except InvalidOperation:
        raise HTTPException(400, "price must be an amount as text") from None
    if not 0 <= price < 10**9:
        raise HTTPException(400, "price is out of range")
    return str(price)


async def order_status(request: Request) -> Response:
    """POST {"status", "cancel_type"} to an order."""
    world = world_of(request)
    values = await json_of(request)
    order = status_set(
        world.state(NAME),
        request.path_params["srid"],
        wanted(values, "status", str),
        world.now(),
        cancel_type=wanted(values, "cancel_type", str, "other"),
    )
    return done(order)


async def fbs_status_set(request: Request) -> Response:
    """POST {"supplier", "own"}: the two statuses of the seller's own delivery."""
    values = await json_of(request)
    order = order_of(world_of(request).state(NAME), request.path_params["srid"])
    order["fbs_status"] = [wanted(values, "supplier", str), wanted(values, "own", str)]
    return done(order)


async def finance_row(request: Request) -> Response:
    """POST {"srid", "article_substitution", "uuid_promocode", "document": "sale", "delay_days"}:
    a row of the finance report, seen `delay_days` from now."""
    world = world_of(request)
    state, values = world.state(NAME), await json_of(request)
    order = order_of(state, wanted(values, "srid", str))
    document = wanted(values, "document", str, "sale")
    if document not in DOCUMENTS:
        raise HTTPException(400, f"document must be one of {', '.join(DOCUMENTS)}")
    for code in ("article_substitution", "uuid_promocode"):
        order[code] = wanted(values, code, str, order[code])
    delay = timedelta(days=wanted(values, "delay_days", float, 0))
    return done(row_add(state, order, document, world.now() + delay), status=201)


async def claim(request: Request) -> Response:
    """POST {"srid", "status": 0, "status_ex": 0, "is_archive", "id"}: a claim, or what became of
    the one that has this id."""
    world = world_of(request)
    state, values = world.state(NAME), await json_of(request)
    now = world.now().isoformat()
    claim_id = wanted(values, "id", str, str(uuid.uuid4()))
    known = state["claims"].get(claim_id, {})
    made = {
        "id": claim_id,
        "srid": order_of(state, wanted(values, "srid", str, known.get("srid")))["srid"],
        "status": wanted(values, "status", int, 0),
        "status_ex": wanted(values, "status_ex", int, 0),
        "is_archive": wanted(values, "is_archive", bool, False),
        "at": known.get("at", now),
        "changed_at": now,
    }
    state["claims"][claim_id] = made
    return done(made, status=201)


async def statistics_paging(request: Request) -> Response:
    """POST {"rows_max"}: how many rows a page of orders or sales has at most."""
    state = world_of(request).state(NAME)
    state["statistics_rows_max"] = wanted(await json_of(request), "rows_max", int)
    return done({"rows_max": state["statistics_rows_max"]})


async def index(request: Request) -> Response:
    world = world_of(request)
    state = world.state(NAME)
    newest_first = list(reversed(state["orders"].values()))
    rows = [
        [
            order["srid"],
            order["nm_id"],
            f"{order['price']} {order['currency']}",
            order["article_substitution"] or order["uuid_promocode"] or "-",
            order["versions"][-1]["status"],
            [_status_button(order["srid"], status) for status in STATUSES[1:4]],
        ]
        for order in newest_first
    ]
    seen = [
        [
            row["rrd_id"],
            row["srid"],
            row["document"],
            row["article_substitution"],
            row["visible_at"],
        ]
        for row in reversed(state["rows"])
    ]
    return page(
        "Wildberries",
        html(
            "<p>Sandbox time: <code>{now}</code>. A buyer orders below; a unit bought out or "
            "returned shows in the finance report some days later, with its substitute article."
            "</p>{form}<h2>Orders</h2>{orders}<h2>Finance report</h2>{seen}"
            "<h2>A token for the connection</h2><pre>{token}</pre>",
            now=world.now().isoformat(timespec="seconds"),
            form=_order_form(),
            orders=table(["srid", "nm", "price", "code", "status", "next"], rows),
            seen=table(["rrdId", "srid", "document", "substitute article", "seen from"], seen),
            token=mint(now=world.now()),
        ),
    )


def _status_button(srid: str, status: str) -> Html:
    return button(f"{PAGE}order-status", status, srid=srid, status=status)


def _order_form() -> Html:
    return html(
        '<form method="post" action="{action}">{fields}<button>Order</button></form>',
        action=f"{PAGE}order",
        fields=[
            field("Article (nm)", "nm_id", NM_ID, kind="number"),
            field("Price, KZT", "price", "6930"),
            field("Substitute article", "article_substitution", required=False),
            field("Days to the report", "report_delay_days", REPORT_DELAY_DAYS, kind="number"),
        ],
    )


async def form_order(request: Request) -> Response:
    form = {name: str(value).strip() for name, value in (await request.form()).items()}
    values: dict[str, Any] = dict(form)
    for name in ("nm_id", "report_delay_days"):
        if not form.get(name, "").isdecimal():
            raise HTTPException(400, f"{name} must be a whole number")
        values[name] = int(form[name])
    world = world_of(request)
    order_create(world.state(NAME), _new_order(values), world.now())
    return RedirectResponse(PAGE, 303)


async def form_status(request: Request) -> Response:
    form = await request.form()
    world = world_of(request)
    status_set(world.state(NAME), str(form.get("srid")), str(form.get("status")), world.now())
    return RedirectResponse(PAGE, 303)


PAGES = [
    Route("/", index),
    Route("/order", form_order, methods=["POST"]),
    Route("/order-status", form_status, methods=["POST"]),
]
CONTROL = [
    Route("/token", token_mint, methods=["POST"]),
    Route("/orders", orders, methods=["GET", "POST"]),
    Route("/orders/{srid}/status", order_status, methods=["POST"]),
    Route("/orders/{srid}/fbs", fbs_status_set, methods=["POST"]),
    Route("/finance", finance_row, methods=["POST"]),
    Route("/claims", claim, methods=["POST"]),
    Route("/statistics", statistics_paging, methods=["POST"]),
]
