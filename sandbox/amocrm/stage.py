"""amoCRM behind the stage: control calls, and a page on which a manager moves leads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.amocrm.api import NAME
from sandbox.amocrm.leads import LOST, WON, lead_change, lead_create, told
from sandbox.pages import button, html, page, table
from sandbox.php_form import FORM_TYPE, form_bytes
from sandbox.service import done, json_of, wanted, world_of
from sandbox.world import State, World

PAGE = "/amocrm/"
BUTTONS = {"won": WON, "lost": LOST}
TIMEOUT_SECONDS = 5.0


async def token(request: Request) -> Response:
    """POST {"token", "days", "may_read"}: make or change a long-lived token."""
    world = world_of(request)
    values = await json_of(request)
    name = wanted(values, "token", str, "sandbox-amocrm-token")
    ends_at = world.now() + timedelta(days=wanted(values, "days", float, 365))
    world.state(NAME)["tokens"][name] = {
        "ends_at": ends_at.isoformat(),
        "may_read": wanted(values, "may_read", bool, True),
    }
    return done({"token": name})


async def webhook(request: Request) -> Response:
    """POST {"url"}: where changes of leads are told."""
    state = world_of(request).state(NAME)
    state["webhook"] = wanted(await json_of(request), "url", str)
    return done({"url": state["webhook"]})


async def leads(request: Request) -> Response:
    """GET all; POST fields of a lead and "age_days", "is_silent"."""
    world = world_of(request)
    state = world.state(NAME)
    if request.method == "GET":
        return done({"leads": list(state["leads"].values()), "said": state["said"]})
    given = await json_of(request)
    at = world.now() - timedelta(days=float(given.pop("age_days", 0)))
    is_silent = bool(given.pop("is_silent", False))
    lead = lead_create(state, given, at)
    if not is_silent:
        await _tell(state, lead, "add", lead["status_id"])
    return done(lead, status=201)


async def lead_move(request: Request) -> Response:
    """POST fields to change; "is_deleted"; "is_silent": the webhook is lost, as they are."""
    world = world_of(request)
    given = await json_of(request)
    return done(await _change(world, str(request.path_params["lead_id"]), given))


async def _change(world: World, lead_id: str, given: dict[str, Any]) -> dict[str, Any]:
    state = world.state(NAME)
    lead: dict[str, Any] | None = state["leads"].get(lead_id)
    if lead is None:
        raise HTTPException(404, f"no lead {lead_id}")
    is_silent = bool(given.pop("is_silent", False))
    old_status = lead["status_id"]
    lead_change(lead, given, world.now())
    action = "status" if lead["status_id"] != old_status else "update"
    if "is_deleted" in given:
        action = "delete" if given["is_deleted"] else "restore"
    if not is_silent:
        await _tell(state, lead, action, old_status)
    return lead


async def _tell(state: State, lead: dict[str, Any], action: str, old_status: int) -> None:
    if not state["webhook"]:
        return
    body = form_bytes(told(lead, state["account"], action, old_status))
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            answer = await client.post(
                state["webhook"], content=body, headers={"content-type": FORM_TYPE}
            )
        status: int | None = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL):
        status = None
    state["said"].append({"id": lead["id"], "body": body.decode(), "status": status})


async def index(request: Request) -> Response:
    world = world_of(request)
    rows = [
        [
            one["id"],
            one["price"],
            one["status_id"],
            [button(f"{PAGE}lead", name, id=str(one["id"]), status=name) for name in BUTTONS],
        ]
        for one in reversed(world.state(NAME)["leads"].values())
    ]
    about = html(
        "<p>Sandbox time: <code>{now}</code>. A manager moves leads on: the webhook rings, and the "
        "leads are read.</p>{rows}",
        now=world.now().isoformat(timespec="seconds"),
        rows=table(["lead", "price", "status", "next"], rows),
    )
    return page("amoCRM", about)


async def form_lead(request: Request) -> Response:
    form = await request.form()
    status = BUTTONS.get(str(form.get("status")))
    if status is None:
        raise HTTPException(400, "status must be won or lost")
    await _change(world_of(request), str(form.get("id")), {"status_id": status})
    return RedirectResponse(PAGE, 303)


PAGES = [Route("/", index), Route("/lead", form_lead, methods=["POST"])]
CONTROL = [
    Route("/token", token, methods=["POST"]),
    Route("/webhook", webhook, methods=["POST"]),
    Route("/leads", leads, methods=["GET", "POST"]),
    Route("/leads/{lead_id:int}", lead_move, methods=["POST"]),
]
