"""Tilda behind the stage: the webhook, carts that are bought, and what is posted again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.pages import button, html, page, table
from sandbox.php_form import FORM_TYPE, form_bytes
from sandbox.service import done, json_of, wanted, world_of
from sandbox.tilda.forms import SHAPES, posted
from sandbox.world import State, World

NAME = "tilda"
PAGE = "/tilda/"
KEY_NAME = "Api-Key"
TIMEOUT_SECONDS = 5.0  # Tilda waits no longer
ATTEMPTS, PAUSE_SECONDS = 3, 60


async def hook(request: Request) -> Response:
    """POST {"url", "key", "key_in": "header"|"form"}: save the webhook; it is pinged."""
    values = await json_of(request)
    own = world_of(request).state(NAME)["hook"]
    own |= {
        "url": wanted(values, "url", str),
        "key": wanted(values, "key", str, ""),
        "key_in": wanted(values, "key_in", str, "header"),
    }
    ping = await _post(own, b"test=test", FORM_TYPE) if own["url"] else None
    return done({**own, "ping": ping})


async def orders(request: Request) -> Response:
    """GET all; POST {"items": [[name, 1, 25500]], "shape", "amount", "promocode", "discount",
    "phone", "click", "systranid", "orderid"}: a cart is bought and posted."""
    world = world_of(request)
    if request.method == "GET":
        state = world.state(NAME)
        return done({"orders": state["orders"], "waiting": state["waiting"]})
    return done(await _buy(world, await json_of(request)), status=201)


async def due(request: Request) -> Response:
    """POST: the further attempts whose minute has come by now."""
    world = world_of(request)
    state = world.state(NAME)
    ready = [one for one in state["waiting"] if datetime.fromisoformat(one["at"]) <= world.now()]
    state["waiting"] = [one for one in state["waiting"] if one not in ready]
    for one in ready:
        await _attempt(world, one["order"], one["shape"], one["number"])
    return done({"sent": len(ready)})


async def _buy(world: World, given: State) -> dict[str, Any]:
    state = world.state(NAME)
    items = wanted(given, "items", list, [["Жүн көрпе", 1, 25_500]])
    total = sum(quantity * price for _name, quantity, price in items)
    shape = wanted(given, "shape", str, SHAPES[0])
    if shape not in SHAPES:
        raise HTTPException(400, f"shape must be one of {', '.join(SHAPES)}")
    order = {
        "orderid": wanted(given, "orderid", str, str(state["next_id"])),
        "items": items,
        "amount": wanted(given, "amount", str, str(total)),
        "promocode": wanted(given, "promocode", str, ""),
        "discount": wanted(given, "discount", str, "0"),
        "phone": wanted(given, "phone", str, "+7 (701) 000-00-01"),
        "click": wanted(given, "click", str, ""),
        "sys": "none",
        "systranid": wanted(given, "systranid", str, "0"),
        "statuses": [],
    }
    state["next_id"] += 1
    state["orders"].append(order)
    await _attempt(world, order, shape, 1)
    return order


async def _attempt(world: World, order: dict[str, Any], shape: str, number: int) -> None:
    """Attempt `number`; unless it is answered with 200, two more follow, a minute apart."""
    state = world.state(NAME)
    if not state["hook"]["url"]:
        return
    status = await _post(state["hook"], *posted(order, shape))
    order["statuses"].append(status)
    if status != 200 and number < ATTEMPTS:
        at = (world.now() + timedelta(seconds=PAUSE_SECONDS)).isoformat()
        state["waiting"].append({"order": order, "shape": shape, "number": number + 1, "at": at})


async def _post(own: State, body: bytes, content_type: str) -> int | None:
    headers = {"content-type": content_type}
    if own["key"] and own["key_in"] == "header":
        headers[KEY_NAME] = own["key"]
    elif own["key"] and content_type == FORM_TYPE:
        body += b"&" + form_bytes({KEY_NAME: own["key"]})
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            return (await client.post(own["url"], content=body, headers=headers)).status_code
    except (httpx.HTTPError, httpx.InvalidURL):
        return None


async def index(request: Request) -> Response:
    state = world_of(request).state(NAME)
    rows = [
        [one["orderid"], one["amount"], one["promocode"], str(one["statuses"])]
        for one in reversed(state["orders"])
    ]
    about = html(
        "<p>A buyer sends the cart; the form is posted to the webhook, unsigned.</p>{buy}{rows}",
        buy=button(f"{PAGE}buy", "Buy a blanket for 25 500"),
        rows=table(["order", "amount", "code", "answers"], rows),
    )
    return page("Tilda", about)


async def form_buy(request: Request) -> Response:
    await _buy(world_of(request), {})
    return RedirectResponse(PAGE, 303)


PAGES = [Route("/", index), Route("/buy", form_buy, methods=["POST"])]
CONTROL = [
    Route("/hook", hook, methods=["POST"]),
    Route("/orders", orders, methods=["GET", "POST"]),
    Route("/due", due, methods=["POST"]),
]
