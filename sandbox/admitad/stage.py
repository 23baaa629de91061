"""Admitad behind the stage: control calls, and a page on which a person does the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.admitad.actions import NAME, action_create, tell
from sandbox.admitad.api import token_make
from sandbox.pages import button, html, page, table
from sandbox.service import done, json_of, wanted, world_of

PAGE = "/admitad/"
TOKEN = "sandbox-admitad-token"  # noqa: S105 of nobody
BUTTONS = ("approved", "declined", "pending")


async def token(request: Request) -> Response:
    """POST {"token", "days", "may_read"}: make or change an access token -> {"token"}."""
    world, values = world_of(request), await json_of(request)
    name = wanted(values, "token", str, TOKEN)
    token_make(
        world.state(NAME),
        name,
        world.now(),
        days=wanted(values, "days", int, 7),
        may_read=wanted(values, "may_read", bool, True),
    )
    return done({"token": name})


async def actions(request: Request) -> Response:
    """GET all; POST {"subid", "order_id", "cart", "payment", "currency", "type", "program",
    "age_days", "times": 1} -> the action. Its postback is sent `times` times."""
    world = world_of(request)
    state = world.state(NAME)
    if request.method == "GET":
        return done({"actions": list(state["actions"].values()), "said": state["said"]})
    given = await json_of(request)
    values = {
        "subid": wanted(given, "subid", str, ""),
        "order_id": wanted(given, "order_id", str, ""),
        "cart": wanted(given, "cart", str, "12.40"),
        "payment": wanted(given, "payment", str, "0.62"),
        "currency": wanted(given, "currency", str, "USD"),
        "type": wanted(given, "type", str, "sale"),
        "program": wanted(given, "program", str, "AliExpress WW"),
    }
    times = wanted(given, "times", int, 1)
    at = world.now() - timedelta(days=wanted(given, "age_days", float, 0))
    action = action_create(state, values, at)
    await tell(state, action, times)
    return done(action, status=201)


async def action_change(request: Request) -> Response:
    """POST {"status", "is_ready", "cart", "payment", "times": 1} to an action."""
    values = await json_of(request)
    action = _action(request, str(request.path_params["action_id"]))
    kinds: dict[str, type] = {"status": str, "is_ready": bool, "cart": str, "payment": str}
    for name, kind in kinds.items():
        action[name] = wanted(values, name, kind, action[name])
    world = world_of(request)
    action["changed_at"] = world.now().isoformat()
    await tell(world.state(NAME), action, wanted(values, "times", int, 1))
    return done(action)


async def postback(request: Request) -> Response:
    """POST {"url", "method": "GET" or "POST"}: where postbacks go, with the macros in it."""
    values = await json_of(request)
    method = wanted(values, "method", str, "GET")
    if method not in ("GET", "POST"):
        raise HTTPException(400, "method must be GET or POST")
    own = world_of(request).state(NAME)["postback"]
    own |= {"url": wanted(values, "url", str), "method": method}
    return done(own)


def _action(request: Request, action_id: str) -> dict[str, Any]:
    found: dict[str, Any] | None = world_of(request).state(NAME)["actions"].get(action_id)
    if found is None:
        raise HTTPException(404, f"no action {action_id}")
    return found


async def index(request: Request) -> Response:
    world = world_of(request)
    rows = [
        [
            one["id"],
            one["program"],
            f"{one['cart']} {one['currency']}",
            one["subid"],
            one["status"],
            [button(f"{PAGE}action", name, id=str(one["id"]), status=name) for name in BUTTONS],
        ]
        for one in reversed(world.state(NAME)["actions"].values())
    ]
    return page(
        "Admitad",
        html(
            "<p>Sandbox time: <code>{now}</code>. A shop of the network approves or declines an "
            "action; the publisher hears it by postback and reads it in the statistics.</p>{rows}",
            now=world.now().isoformat(timespec="seconds"),
            rows=table(["action", "program", "cart", "subid", "status", "next"], rows),
        ),
    )


async def form_action(request: Request) -> Response:
    form = await request.form()
    action, world = _action(request, str(form.get("id"))), world_of(request)
    action |= {"status": str(form.get("status")), "changed_at": world.now().isoformat()}
    await tell(world.state(NAME), action, 1)
    return RedirectResponse(PAGE, 303)


PAGES = [Route("/", index), Route("/action", form_action, methods=["POST"])]
CONTROL = [
    Route("/token", token, methods=["POST"]),
    Route("/actions", actions, methods=["GET", "POST"]),
    Route("/actions/{action_id:int}", action_change, methods=["POST"]),
    Route("/postback", postback, methods=["POST"]),
]
