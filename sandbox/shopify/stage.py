"""Shopify behind the stage: control calls, and a page on which a person does the same."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.pages import button, html, page, table
from sandbox.service import done, json_of, wanted, world_of
from sandbox.shopify import orders as book
from sandbox.shopify import sender
from sandbox.shopify.api import NAME, subscribe
from sandbox.world import State

PAGE = "/shopify/"
TOKEN = "shpat_sandbox"  # noqa: S105 of nobody
SECRET = "shpss_sandbox_client_secret"  # noqa: S105 of nobody
BY_HAND = ("orders/create", "orders/paid", "orders/updated", "orders/cancelled", "refunds/create")
MOVES = ("pay", "ship", "cancel")


def shop_blank(slug: str) -> State:
    return {
        "domain": f"{slug}.myshopify.com",
        "currency": "KZT",
        "secret": SECRET,
        "uses_events": False,
        "tokens": {},
        "subscriptions": {},
        "orders": {},
        "calls": [],
        "deliveries": [],
        "asked": [],
        "last_id": 0,
    }


async def shops(request: Request) -> Response:
    """GET all; POST {"slug", "secret", "uses_events", "webhook_url"}: make or change one. With a
    `webhook_url` its webhooks are made by hand: the API does not show them."""
    world = world_of(request)
    state = world.state(NAME)["shops"]
    if request.method == "GET":
        return done(state)
    values = await json_of(request)
    slug = wanted(values, "slug", str)
    shop = state.setdefault(slug, shop_blank(slug))
    for key, kind in (("secret", str), ("uses_events", bool)):
        shop[key] = wanted(values, key, kind, shop[key])
    if url := wanted(values, "webhook_url", str, ""):
        for topic in BY_HAND:
            subscribe(shop, topic, url, is_of_app=False)
    return done({"slug": slug, "secret": shop["secret"], "domain": shop["domain"]}, status=201)


async def token(request: Request) -> Response:
    """POST {"scopes": ["read_orders"], "is_withdrawn": false} -> {"token", "secret"}."""
    shop, values = _shop(request), await json_of(request)
    shop["tokens"].pop(TOKEN, None)
    if not wanted(values, "is_withdrawn", bool, False):
        shop["tokens"][TOKEN] = wanted(values, "scopes", list, ["read_orders"])
    return done({"token": TOKEN, "secret": shop["secret"]})


async def orders(request: Request) -> Response:
    """POST {"items": [["Көрпе", "25500.00", 1]], "promo_code", "click_id", "landing_site",
    "financial_status", "is_test", "phone", "email", "is_forged"}: buy."""
    world, shop = world_of(request), _shop(request)
    if request.method == "GET":
        return done({name: shop[name] for name in ("orders", "deliveries", "subscriptions")})
    values = await json_of(request)
    given = {
        "items": wanted(values, "items", list, [["Көрпе", "25500.00", 1]]),
        "is_test": wanted(values, "is_test", bool, False),
        **{
            name: wanted(values, name, str, default)
            for name, default in (
                ("promo_code", ""),
                ("click_id", ""),
                ("landing_site", ""),
                ("financial_status", "paid"),
                ("phone", "+77010000002"),
                ("email", "dana@example.kz"),
            )
        },
    }
    order = book.order_create(shop, given, world.now())
    is_forged = wanted(values, "is_forged", bool, False)
    told = await sender.tell(shop, "orders/create", order, world.now(), is_forged=is_forged)
    return done({"order": order, "told": told}, status=201)


async def order_change(request: Request) -> Response:
    """POST one of {"do": "pay" | "ship" | "cancel"}, {"refund": [index, pieces]}."""
    world, shop = world_of(request), _shop(request)
    values = await json_of(request)
    order = book.order_of(shop, request.path_params["id"])
    told = await _change(shop, order, values, world.now())
    return done({"order": order, "told": told})


async def _change(shop: State, order: State, values: State, now: Any) -> list[State]:
    told = []
    if "refund" in values:
        index, pieces = wanted(values, "refund", list)
        made = book.refund(shop, order, int(index), int(pieces), now)
        book.touch(order, now)
        told += await sender.tell(shop, "refunds/create", made, now)
    else:
        topic = _move(shop, order, wanted(values, "do", str), now)
        book.touch(order, now)
        told += await sender.tell(shop, topic, order, now) if topic else []
    return told + await sender.tell(shop, "orders/updated", order, now)


def _move(shop: State, order: State, move: str, now: Any) -> str:
    if move == "pay":
        order["financial_status"] = "paid"
        return "orders/paid"
    if move == "ship":
        book.ship(shop, order, now)
        return ""
    if move == "cancel":
        book.cancel(order, now)
        return "orders/cancelled"
    raise HTTPException(400, f"do must be one of {', '.join(MOVES)}")


async def say(request: Request) -> Response:
    """POST {"topic", "body"}: anything at all, signed: app/uninstalled, the topics of privacy."""
    world, shop = world_of(request), _shop(request)
    values = await json_of(request)
    topic = wanted(values, "topic", str)
    body = wanted(values, "body", dict)
    for address in {one["address"] for one in shop["subscriptions"].values()}:
        if not any(one["topic"] == topic for one in shop["subscriptions"].values()):
            subscribe(shop, topic, address, is_of_app=False)
    return done({"told": await sender.tell(shop, topic, body, world.now())})


async def due(request: Request) -> Response:
    """POST: the repeats whose time has come by the sandbox's clock."""
    return done({"told": await sender.due(_shop(request), world_of(request).now())})


def _shop(request: Request) -> State:
    slug = request.path_params["slug"]
    shop: State | None = world_of(request).state(NAME)["shops"].get(slug)
    if shop is None:
        raise HTTPException(404, f"no shop {slug}")
    return shop


async def index(request: Request) -> Response:
    parts = [
        html("<h2>{domain}</h2>{rows}", domain=shop["domain"], rows=_rows(slug, shop))
        for slug, shop in world_of(request).state(NAME)["shops"].items()
    ]
    return page("Shopify", html("{parts}", parts=parts))


def _rows(slug: str, shop: State) -> Any:
    rows = [
        [
            one["name"],
            f"{one['total_price']} {one['currency']}",
            f"{one['financial_status']} / {one['fulfillment_status'] or '-'}",
            [
                button(f"{PAGE}move", move, slug=slug, id=str(one["id"]), move=move)
                for move in MOVES
            ],
        ]
        for one in reversed(shop["orders"].values())
    ]
    return table(["order", "total", "status", "next"], rows)


async def form_move(request: Request) -> Response:
    form, world = await request.form(), world_of(request)
    shop = world.state(NAME)["shops"].get(str(form.get("slug")))
    if shop is None or not str(form.get("id")).isdecimal():
        raise HTTPException(404, "no such order")
    order = book.order_of(shop, int(str(form.get("id"))))
    await _change(shop, order, {"do": str(form.get("move"))}, world.now())
    return RedirectResponse(PAGE, 303)


PAGES = [Route("/", index), Route("/move", form_move, methods=["POST"])]
CONTROL = [
    Route("/shops", shops, methods=["GET", "POST"]),
    Route("/{slug}/token", token, methods=["POST"]),
    Route("/{slug}/orders", orders, methods=["GET", "POST"]),
    Route("/{slug}/orders/{id:int}", order_change, methods=["POST"]),
    Route("/{slug}/say", say, methods=["POST"]),
    Route("/{slug}/due", due, methods=["POST"]),
]
