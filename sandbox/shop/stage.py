"""The shop behind the stage: set it up, order in it, and move its orders, by JSON."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.service import done, json_of, wanted, world_of
from sandbox.shop import hookshot
from sandbox.shop.orders import (
    Cart,
    order_create,
    order_of,
    refund_add,
    refund_remove,
    shop_of,
    status_set,
)
from sandbox.shop.rest import hooks_blank, key_make
from sandbox.world import State

NAME = "shop"
PRODUCTS = [
    {"id": 11, "slug": "serum", "name": "Сыворотка ALMA 30 мл", "sku": "ALMA-30", "price": "12750"},
    {"id": 12, "slug": "cream", "name": "Крем ALMA 50 мл", "sku": "ALMA-50", "price": "18990"},
    {"id": 13, "slug": "mask", "name": "Маска ALMA", "sku": "ALMA-M", "price": "4990"},
]


def shop_blank(title: str) -> State:
    return {
        "title": title,
        "currency": "KZT",
        "source_url": "https://shop.example.kz/",
        "products": [dict(product) for product in PRODUCTS],
        "coupons": {},
        "accepts_any_code": True,
        "has_snippet": True,
        "head": "",
        "thanks": "",
        "webhook": {"url": "", "secret": "", "hooks": hooks_blank()},
        "keys": {},
        "orders": {},
        "refunds": {},
        "deliveries": [],
        "last_id": 1000,
    }


async def shops(request: Request) -> Response:
    """GET all; POST {"slug", "title", "webhook_url", "secret", "products", "coupons",
    "accepts_any_code", "has_snippet", "head", "thanks"}: make or change one; a new webhook is
    pinged. `head` and `thanks` are HTML as a merchant pasted it: into every page, and into the
    page of an order, where ORDER_NUMBER, ORDER_TOTAL and PROMO_CODE are the order's."""
    world = world_of(request)
    state = world.state(NAME)
    if request.method == "GET":
        return done(state["shops"])
    values = await json_of(request)
    slug = wanted(values, "slug", str)
    if not slug or not slug.replace("-", "").isalnum():
        raise HTTPException(400, "slug may hold letters, digits and hyphens")
    shop = state["shops"].setdefault(slug, shop_blank(slug))
    for key, kind in (
        ("title", str),
        ("coupons", dict),
        ("accepts_any_code", bool),
        ("has_snippet", bool),
        ("head", str),
        ("thanks", str),
    ):
        shop[key] = wanted(values, key, kind, shop.get(key, kind()))
    shop["coupons"] = {code.lower(): int(percent) for code, percent in shop["coupons"].items()}
    if "products" in values:
        shop["products"] = _products(wanted(values, "products", list))
    pinged = None
    if "webhook_url" in values:
        webhook_set(shop, wanted(values, "webhook_url", str), wanted(values, "secret", str, ""))
        pinged = await hookshot.ping(shop, world.now()) if shop["webhook"]["url"] else None
    return done({"slug": slug, "ping": pinged}, status=201)


def webhook_set(shop: State, url: str, secret: str) -> None:
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise HTTPException(400, "webhook_url must be an http address, or empty")
    shop["webhook"] = {"url": url, "secret": secret, "hooks": hooks_blank()}


def _products(values: list[Any]) -> list[State]:
    products = []
    for number, value in enumerate(values, 1):
        if not isinstance(value, dict):
            raise HTTPException(400, "products must be objects")
        products.append(
            {
                "id": 10 + number,
                "slug": wanted(value, "slug", str),
                "name": wanted(value, "name", str),
                "sku": wanted(value, "sku", str, ""),
                "price": str(amount_read(wanted(value, "price", str))),
            }
        )
    return products


def amount_read(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise HTTPException(400, f"not an amount: {text!r}") from None
    if not amount.is_finite() or not 0 <= amount < 10**10:
        raise HTTPException(400, f"out of range: {text!r}")
    return amount


async def key(request: Request) -> Response:
    """POST {"permissions": "read_write", "is_withdrawn": false}: the shop's key to its REST API,
    always the same one -> {"consumer_key", "consumer_secret", "address"}."""
    slug = request.path_params["slug"]
    shop = shop_of(world_of(request).state(NAME), slug)
    values = await json_of(request)
    permissions = wanted(values, "permissions", str, "read_write")
    is_withdrawn = wanted(values, "is_withdrawn", bool, False)
    address = f"{request.url.scheme}://{request.url.netloc}/shop/{slug}"
    return done(key_make(shop, permissions, is_withdrawn=is_withdrawn) | {"address": address})


async def webhook_change(request: Request) -> Response:
    """POST {"topic": "order.updated", "status": "paused"}: what a person does to a webhook."""
    shop = shop_of(world_of(request).state(NAME), request.path_params["slug"])
    values = await json_of(request)
    hook = shop["webhook"]["hooks"].get(wanted(values, "topic", str))
    if hook is None:
        raise HTTPException(404, "no such topic")
    hook["status"] = wanted(values, "status", str, "active")
    return done(shop["webhook"])


async def orders(request: Request) -> Response:
    """POST {"items": [["serum", 1]], "promo_code", "click_id", "landing_url", "status", "shipping",
    "phone", "email"}: buy. Answers the order and its delivery."""
    world = world_of(request)
    shop = shop_of(world.state(NAME), request.path_params["slug"])
    if request.method == "GET":
        return done({"orders": list(shop["orders"].values()), "deliveries": shop["deliveries"]})
    values = await json_of(request)
    cart = Cart(
        items=_items(wanted(values, "items", list, [["serum", 1]])),
        promo_code=wanted(values, "promo_code", str, ""),
        click_id=wanted(values, "click_id", str, ""),
        landing_url=wanted(values, "landing_url", str, ""),
        status=wanted(values, "status", str, "processing"),
        shipping=str(amount_read(wanted(values, "shipping", str, "0"))),
        phone=wanted(values, "phone", str, Cart.phone),
        email=wanted(values, "email", str, Cart.email),
    )
    order = order_create(shop, cart, world.now())
    delivery = await hookshot.deliver(
        shop,
        "order.created",
        order,
        world.now(),
        is_forged=wanted(values, "is_forged", bool, False),
    )
    return done({"order": order, "delivery": delivery}, status=201)


def _items(values: list[Any]) -> tuple[tuple[str, int], ...]:
    for value in values:
        if not (isinstance(value, list) and [type(part) for part in value] == [str, int]):
            raise HTTPException(400, 'items must look like [["serum", 1]]')
    return tuple((slug, quantity) for slug, quantity in values)


async def order_change(request: Request) -> Response:
    """POST one of {"status"}, {"refund": "500.00"}, {"refund_remove": true}, {"trash": true},
    {"resend": true}; with {"is_forged": true} the delivery is signed with a wrong secret. A refund
    may name its lines: "lines": [[index, pieces, "500.00"]], and "shipping": "990.00"."""
    world = world_of(request)
    shop = shop_of(world.state(NAME), request.path_params["slug"])
    order = order_of(shop, request.path_params["id"])
    values = await json_of(request)
    topic, resource = "order.updated", order
    if "status" in values:
        status_set(order, wanted(values, "status", str), world.now())
    elif "refund" in values:
        refund = str(amount_read(wanted(values, "refund", str)))
        lines = [
            (int(index), int(pieces), str(amount_read(str(total))))
            for index, pieces, total in wanted(values, "lines", list, [])
        ]
        shipping = str(amount_read(wanted(values, "shipping", str, "0")))
        refund_add(shop, order, refund, world.now(), lines=lines, shipping=shipping)
    elif values.get("refund_remove"):
        refund_remove(shop, order, world.now())
    elif values.get("trash"):
        status_set(order, "trash", world.now())
        topic, resource = "order.deleted", {"id": order["id"]}
    elif not values.get("resend"):
        raise HTTPException(400, "nothing to do")
    delivery = await hookshot.deliver(
        shop, topic, resource, world.now(), is_forged=wanted(values, "is_forged", bool, False)
    )
    return done({"order": order, "delivery": delivery})


CONTROL = [
    Route("/shops", shops, methods=["GET", "POST"]),
    Route("/{slug}/key", key, methods=["POST"]),
    Route("/{slug}/webhook", webhook_change, methods=["POST"]),
    Route("/{slug}/orders", orders, methods=["GET", "POST"]),
    Route("/{slug}/orders/{id:int}", order_change, methods=["POST"]),
]
