"""Ozon behind the stage: control calls, and a page on which a person does the same."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.ozon import push
from sandbox.ozon.door import CALLS_PER_SECOND, NAME
from sandbox.ozon.postings import (
    SCHEMES,
    NewPosting,
    pieces_set,
    posting_create,
    posting_of,
    return_create,
    return_status_set,
    split,
    status_set,
)
from sandbox.pages import Html, button, field, html, page, table
from sandbox.service import done, json_of, wanted, world_of
from sandbox.world import State

CLIENT_ID = "2150417"  # the account there is when nobody names one
KEY = "sandbox-ozon-key"
SKU = 1602044871
PAGE = "/ozon/"


async def account(request: Request) -> Response:
    """POST {"client_id", "key", "days", "limit", "is_cis", "is_read_forbidden",
    "ignores_return_dates"} (all optional): make or change an account -> {"client_id", "key"}."""
    world = world_of(request)
    values = await json_of(request)
    client_id = wanted(values, "client_id", str, CLIENT_ID)
    days = wanted(values, "days", int, 90)
    world.state(NAME)["accounts"][client_id] = {
        "client_id": client_id,
        "key": wanted(values, "key", str, KEY),
        "expires_at": (world.now() + timedelta(days=days)).isoformat() if days else "",
        "limit": wanted(values, "limit", int, CALLS_PER_SECOND),
        "is_cis": wanted(values, "is_cis", bool, False),
        "is_read_forbidden": wanted(values, "is_read_forbidden", bool, False),
        "ignores_return_dates": wanted(values, "ignores_return_dates", bool, False),
    }
    return done({"client_id": client_id, "key": wanted(values, "key", str, KEY)})


async def postings(request: Request) -> Response:
    """GET all; POST {"items": [[sku, pieces, "price"]], "scheme", "currency", "actions",
    "number", "parent", "client_id", "is_paid", "push": times} (all optional) -> the posting."""
    world = world_of(request)
    state = world.state(NAME)
    if request.method == "GET":
        return done({"postings": list(state["postings"].values()), "returns": state["returns"]})
    values = await json_of(request)
    posting = posting_create(state, _new_posting(values), world.now())
    if times := wanted(values, "push", int, 1):
        await push.push(state, push.new_posting(posting), world.now(), times=times)
    return done(posting, status=201)


def _new_posting(values: dict[str, Any]) -> NewPosting:
    scheme = wanted(values, "scheme", str, "fbs")
    if scheme not in SCHEMES:
        raise HTTPException(400, f"scheme must be one of {', '.join(SCHEMES)}")
    return NewPosting(
        client_id=wanted(values, "client_id", str, CLIENT_ID),
        scheme=scheme,
        items=[_item(item) for item in wanted(values, "items", list, [[SKU, 1, "4990"]])],
        currency=wanted(values, "currency", str, "KZT"),
        actions=wanted(values, "actions", list, []),
        number=wanted(values, "number", str, None),
        parent=wanted(values, "parent", str, ""),
        is_paid=wanted(values, "is_paid", bool, True),
    )


def _item(item: Any) -> tuple[int, int, str]:
    try:
        sku, pieces, price = item
        return int(sku), int(pieces), str(Decimal(str(price)))
    except (TypeError, ValueError, InvalidOperation):
        raise HTTPException(400, 'an item is [sku, pieces, "price"]') from None


async def posting_status(request: Request) -> Response:
    """POST {"status", "push": times}: the next status of a posting."""
    world = world_of(request)
    values = await json_of(request)
    state = world.state(NAME)
    number = request.path_params["number"]
    posting = status_set(state, number, wanted(values, "status", str), world.now())
    if times := wanted(values, "push", int, 1):
        await push.push(state, push.changed_posting(posting), world.now(), times=times)
    return done(posting)


async def posting_pieces(request: Request) -> Response:
    """POST {"sku", "quantity"}: the seller gives up the other pieces."""
    world = world_of(request)
    values = await json_of(request)
    number, sku = request.path_params["number"], wanted(values, "sku", int, SKU)
    quantity = wanted(values, "quantity", int)
    return done(pieces_set(world.state(NAME), number, sku, quantity, world.now()))


async def posting_split(request: Request) -> Response:
    """POST {"parts": [[[sku, pieces], …], …]}: shipped in parts -> {"children"}."""
    world = world_of(request)
    parts = wanted(await json_of(request), "parts", list)
    number = request.path_params["number"]
    children = split(world.state(NAME), number, parts, world.now())
    return done({"children": [child["number"] for child in children]})


async def returns(request: Request) -> Response:
    """POST {"number", "sku", "quantity", "type", "status"} -> the row of the returns list."""
    world = world_of(request)
    values = await json_of(request)
    row = return_create(
        world.state(NAME),
        wanted(values, "number", str),
        wanted(values, "sku", int, SKU),
        wanted(values, "quantity", int, 1),
        wanted(values, "type", str, "FullReturn"),
        wanted(values, "status", str, "ReturnedToOzon"),
        world.now(),
    )
    return done(row, status=201)


async def return_status(request: Request) -> Response:
    """POST {"status"}: the next visual status of a return."""
    world = world_of(request)
    word = wanted(await json_of(request), "status", str)
    return_id = int(request.path_params["return_id"])
    return done(return_status_set(world.state(NAME), return_id, word, world.now()))


async def push_settings(request: Request) -> Response:
    """POST {"url"}: where to ring; also what the cabinet's "resume" does. GET: how it went."""
    state = world_of(request).state(NAME)
    if request.method == "POST":
        url = wanted(await json_of(request), "url", str)
        state["push"] = {"url": url, "is_suspended": False, "answers": []}
    return done({**state["push"], "pushes": state["pushes"]})


async def push_check(request: Request) -> Response:
    """POST {}: PING, judged as the cabinet judges it -> {"result"}."""
    world = world_of(request)
    return done(await push.ping(world.state(NAME), world.now()))


async def push_due(request: Request) -> Response:
    """POST {}: say again what is due by now -> {"sent"}."""
    world = world_of(request)
    return done({"sent": await push.due_send(world.state(NAME), world.now())})


async def push_say(request: Request) -> Response:
    """POST {"body"}: any notification at all."""
    world = world_of(request)
    body = wanted(await json_of(request), "body", dict)
    return done(await push.push(world.state(NAME), body, world.now()))


# --- For people -------------------------------------------------------------------------------


async def index(request: Request) -> Response:
    world = world_of(request)
    state = world.state(NAME)
    rows = [_posting_row(posting) for posting in reversed(state["postings"].values())]
    said = [
        [one["body"].get("message_type"), one["body"].get("posting_number"), len(one["log"])]
        for one in reversed(state["pushes"])
    ]
    return page(
        "Ozon",
        html(
            "<p>Sandbox time: <code>{now}</code>. The push goes to <code>{url}</code>{stop}.</p>"
            "{form}<h2>Postings</h2>{postings}<h2>Pushes</h2>{pushes}",
            now=world.now().isoformat(timespec="seconds"),
            url=state["push"]["url"] or "nowhere",
            stop=" and is suspended" if state["push"]["is_suspended"] else "",
            form=_order_form(),
            postings=table(["posting", "scheme", "goods", "actions", "status", "next"], rows),
            pushes=table(["type", "posting", "calls"], said),
        ),
    )


def _posting_row(posting: State) -> list[Any]:
    number = posting["number"]
    goods = ", ".join(f"{sku} x {pieces}" for sku, pieces, _price in posting["items"])
    return [
        number,
        posting["scheme"],
        f"{goods}, {posting['currency']}",
        ", ".join(posting["actions"]) or "-",
        posting["status"],
        [_status_button(number, status) for status in ("delivering", "delivered", "cancelled")],
    ]


def _status_button(number: str, status: str) -> Html:
    return button(f"{PAGE}posting-status", status, number=number, status=status)


def _order_form() -> Html:
    return html(
        '<form method="post" action="{action}">{fields}<button>Order</button></form>',
        action=f"{PAGE}order",
        fields=[
            field("Sku", "sku", SKU, kind="number"),
            field("Pieces", "pieces", 1, kind="number"),
            field("Price, KZT", "price", "4990"),
            field("Title of the voucher", "action", required=False),
        ],
    )


async def form_order(request: Request) -> Response:
    form = {name: str(value).strip() for name, value in (await request.form()).items()}
    item = [form.get("sku"), form.get("pieces"), form.get("price")]
    actions = [form["action"]] if form.get("action") else []
    world = world_of(request)
    state = world.state(NAME)
    posting = posting_create(
        state, _new_posting({"items": [item], "actions": actions}), world.now()
    )
    await push.push(state, push.new_posting(posting), world.now())
    return RedirectResponse(PAGE, 303)


async def form_status(request: Request) -> Response:
    form = await request.form()
    world = world_of(request)
    state = world.state(NAME)
    number = posting_of(state, str(form.get("number")))["number"]
    posting = status_set(state, number, str(form.get("status")), world.now())
    await push.push(state, push.changed_posting(posting), world.now())
    return RedirectResponse(PAGE, 303)


PAGES = [
    Route("/", index),
    Route("/order", form_order, methods=["POST"]),
    Route("/posting-status", form_status, methods=["POST"]),
]
CONTROL = [
    Route("/account", account, methods=["POST"]),
    Route("/postings", postings, methods=["GET", "POST"]),
    Route("/postings/{number}/status", posting_status, methods=["POST"]),
    Route("/postings/{number}/pieces", posting_pieces, methods=["POST"]),
    Route("/postings/{number}/split", posting_split, methods=["POST"]),
    Route("/returns", returns, methods=["POST"]),
    Route("/returns/{return_id}/status", return_status, methods=["POST"]),
    Route("/push", push_settings, methods=["GET", "POST"]),
    Route("/push/check", push_check, methods=["POST"]),
    Route("/push/due", push_due, methods=["POST"]),
    Route("/push/say", push_say, methods=["POST"]),
]
