"""Taplink behind the stage: a payment is made, and its webhook sent as the vendor signs it."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.pages import button, html, page, table
from sandbox.service import done, json_of, wanted, world_of
from sandbox.world import State, World

NAME = "taplink"
PAGE = "/taplink/"
TIMEOUT_SECONDS = 5.0


async def webhook(request: Request) -> Response:
    """POST {"url", "secret"}: where payments are told, and what they are signed with."""
    values = await json_of(request)
    own = world_of(request).state(NAME)["webhook"]
    own |= {"url": wanted(values, "url", str), "secret": wanted(values, "secret", str)}
    return done(own)


async def payments(request: Request) -> Response:
    """GET all; POST {"budget", "purpose", "records", "times": 1, "action", "is_forged"}."""
    world = world_of(request)
    if request.method == "GET":
        return done({"payments": world.state(NAME)["payments"]})
    return done(await _pay(world, await json_of(request)), status=201)


async def _pay(world: World, given: State) -> dict[str, Any]:
    state = world.state(NAME)
    order_id = state["next_id"]
    state["next_id"] += 1
    data = {
        "profile_id": "56",
        "order_id": str(order_id),
        "order_number": str(order_id - 4_000),
        "budget": wanted(given, "budget", str, "15000.00"),
        "currency_code": "KZT",
        "purpose": wanted(given, "purpose", str, "Шебер сыныбы"),
        "tms_modify": world.now().astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "records": wanted(given, "records", list, []),
    }
    action = wanted(given, "action", str, "payments.created")
    body = json.dumps({"action": action, "data": data}, ensure_ascii=False).encode()
    forged = "x" if wanted(given, "is_forged", bool, False) else ""
    answers = [
        await _send(state["webhook"], body, forged) for _ in range(wanted(given, "times", int, 1))
    ]
    payment = {**data, "answers": answers}
    state["payments"].append(payment)
    return payment


async def _send(own: State, body: bytes, forged: str) -> int | None:
    if not own["url"]:
        return None
    key = (own["secret"] + forged).encode()
    headers = {
        "content-type": "application/json",
        "taplink-signature": hmac.new(key, body, hashlib.sha1).hexdigest(),
    }
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            return (await client.post(own["url"], content=body, headers=headers)).status_code
    except httpx.HTTPError:
        return None


async def index(request: Request) -> Response:
    state = world_of(request).state(NAME)
    rows = [
        [one["order_number"], one["purpose"], f"{one['budget']} KZT", str(one["answers"])]
        for one in reversed(state["payments"])
    ]
    about = html(
        "<p>A buyer pays on the page; the webhook is signed and sent.</p>{pay}{rows}",
        pay=button(f"{PAGE}pay", "Pay 15 000"),
        rows=table(["order", "purpose", "paid", "answers"], rows),
    )
    return page("Taplink", about)


async def form_pay(request: Request) -> Response:
    await _pay(world_of(request), {})
    return RedirectResponse(PAGE, 303)


PAGES = [Route("/", index), Route("/pay", form_pay, methods=["POST"])]
CONTROL = [
    Route("/webhook", webhook, methods=["POST"]),
    Route("/payments", payments, methods=["GET", "POST"]),
]
