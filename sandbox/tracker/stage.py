"""A merchant's tracker behind the stage: a sale, its postbacks, and a page that does the same.

Its signature: the parameters but `sig` sorted by name, in RFC 3986's encoding, HMAC-SHA256 in hex.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import httpx
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.pages import button, html, page, table
from sandbox.service import done, json_of, wanted, world_of
from sandbox.world import State, World

NAME = "tracker"
PAGE = "/tracker/"
TIMEOUT_SECONDS = 5.0
METHODS = ("GET", "POST", "JSON")
BUTTONS = ("pending", "approved", "declined")
SIGNATURE = "sig"


async def postback(request: Request) -> Response:
    """POST {"url", "secret", "method": "GET", "POST" or "JSON"}: the address to call, with its
    macros in braces, and what it is signed with."""
    values = await json_of(request)
    method = wanted(values, "method", str, "GET")
    if method not in METHODS:
        raise HTTPException(400, f"method must be one of {', '.join(METHODS)}")
    own = world_of(request).state(NAME)["postback"]
    own |= {
        "url": wanted(values, "url", str),
        "secret": wanted(values, "secret", str, ""),
        "method": method,
    }
    return done(own)


async def sales(request: Request) -> Response:
    """GET all; POST {"order", "cpa_click", "amount", "status", "promo_code", "times": 1,
    "is_forged", "has_macros"} -> the sale with what was answered."""
    world = world_of(request)
    if request.method == "GET":
        return done({"sales": world.state(NAME)["sales"]})
    return done(await _tell(world, await json_of(request)), status=201)


async def _tell(world: World, given: State) -> dict[str, Any]:
    state = world.state(NAME)
    order = f"CRM-{state['next_id']}"
    state["next_id"] += 1
    values = {
        "order": wanted(given, "order", str, order),
        "cpa_click": wanted(given, "cpa_click", str, ""),
        "amount": wanted(given, "amount", str, "18900.00"),
        "status": wanted(given, "status", str, "pending"),
        "promo_code": wanted(given, "promo_code", str, ""),
        "position": "1",
        "positions": "1",
        "unix_time": str(int(world.now().timestamp())),
    }
    has_macros = wanted(given, "has_macros", bool, False)
    said = _filled(state["postback"], {} if has_macros else values)
    if wanted(given, "is_forged", bool, False):
        said[SIGNATURE] = "0" * 64
    times = wanted(given, "times", int, 1)
    answers = [await _send(state["postback"], said) for _ in range(times)]
    sale = {**values, "answers": answers}
    state["sales"].append(sale)
    return sale


def _filled(own: State, values: dict[str, str]) -> dict[str, str]:
    """The parameters of the address with their macros replaced; one without a value is left out,
    one that nobody knows stays."""
    said = {}
    for name, text in parse_qsl(own["url"].partition("?")[2], keep_blank_values=True):
        value = values.get(text[1:-1], text) if text.startswith("{") else text
        if value and name != SIGNATURE:
            said[name] = value
    if own["secret"]:
        said[SIGNATURE] = _signature(said, own["secret"])
    return said


def _signature(said: dict[str, str], secret: str) -> str:
    pairs = (f"{quote(name, safe='')}={quote(said[name], safe='')}" for name in sorted(said))
    return hmac.new(secret.encode(), "&".join(pairs).encode(), hashlib.sha256).hexdigest()


async def _send(own: State, said: dict[str, str]) -> Any:
    """What was answered; None when nobody was to be called or there."""
    address = own["url"].partition("?")[0]
    if not address:
        return None
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            if own["method"] == "GET":
                answer = await client.get(f"{address}?{urlencode(said, quote_via=quote)}")
            elif own["method"] == "POST":
                answer = await client.post(address, data=said)
            else:
                answer = await client.post(address, json=said)
        return answer.json()
    except (httpx.HTTPError, ValueError):
        return None


async def index(request: Request) -> Response:
    rows = [
        [
            one["order"],
            f"{one['amount']} KZT",
            one["status"],
            str([answer and answer["status"] for answer in one["answers"]]),
            [button(f"{PAGE}tell", word, order=one["order"], status=word) for word in BUTTONS],
        ]
        for one in reversed(world_of(request).state(NAME)["sales"])
    ]
    about = html(
        "<p>A merchant's own system tells each sale by postback.</p>{sell}{broken}{rows}",
        sell=button(f"{PAGE}tell", "Sell for 18 900"),
        broken=button(f"{PAGE}tell", "Forget to fill in the template", order="broken"),
        rows=table(["order", "amount", "status", "answers", "next"], rows),
    )
    return page("Tracker", about)


async def form_tell(request: Request) -> Response:
    form = await request.form()
    order = str(form.get("order") or "")
    given: State = {"status": str(form.get("status") or "pending")}
    if order == "broken":
        given["has_macros"] = True
    elif order:
        given["order"] = order
    await _tell(world_of(request), given)
    return RedirectResponse(PAGE, 303)


PAGES = [Route("/", index), Route("/tell", form_tell, methods=["POST"])]
CONTROL = [
    Route("/postback", postback, methods=["POST"]),
    Route("/sales", sales, methods=["GET", "POST"]),
]
