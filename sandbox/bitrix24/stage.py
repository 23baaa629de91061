"""Bitrix24 behind the stage: control calls, and a page on which a manager moves deals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.bitrix24.api import NAME
from sandbox.bitrix24.deals import deal_change, deal_create
from sandbox.pages import button, html, page, table
from sandbox.php_form import FORM_TYPE, form_bytes
from sandbox.service import done, json_of, wanted, world_of
from sandbox.world import State, World

PAGE = "/bitrix24/"
BUTTONS = {"won": "WON", "lost": "LOSE"}
TIMEOUT_SECONDS = 5.0
MEMBER_ID = "d897f4a1b2c3d4e5f60718293a4b5c6d"
APPLICATION_TOKEN = "jvh9y1sandboxapplicationtoken001"  # noqa: S105 of the sandbox


async def inbound(request: Request) -> Response:
    """POST {"user", "code", "may_read"}: make or change an inbound webhook; it cannot write."""
    values = await json_of(request)
    user = wanted(values, "user", str, "1")
    code = wanted(values, "code", str, "sandboxcode0001")
    known = world_of(request).state(NAME)["codes"]
    known[f"{user}/{code}"] = {"may_read": wanted(values, "may_read", bool, True)}
    return done({"url": f"https://toqyma.bitrix24.kz/rest/{user}/{code}/"})


async def outgoing(request: Request) -> Response:
    """POST {"url", "application_token", "member_id", "domain"}: the outgoing webhook."""
    values = await json_of(request)
    own = world_of(request).state(NAME)["outgoing"]
    own |= {
        "url": wanted(values, "url", str),
        "application_token": wanted(values, "application_token", str, APPLICATION_TOKEN),
        "member_id": wanted(values, "member_id", str, MEMBER_ID),
        "domain": wanted(values, "domain", str, "toqyma.bitrix24.kz"),
    }
    return done(own)


async def deals(request: Request) -> Response:
    """GET all; POST fields of a deal and "age_days", "is_silent"."""
    world = world_of(request)
    state = world.state(NAME)
    if request.method == "GET":
        return done({"deals": list(state["deals"].values()), "said": state["said"]})
    given = await json_of(request)
    at = world.now() - timedelta(days=float(given.pop("age_days", 0)))
    is_silent = bool(given.pop("is_silent", False))
    deal = deal_create(state, given, at)
    if not is_silent:
        await _tell(world, deal["ID"], "ONCRMDEALADD")
    return done(deal, status=201)


async def deal_move(request: Request) -> Response:
    """POST fields to change; {"is_deleted": true}; "is_silent": the event is lost."""
    deal_id = str(request.path_params["deal_id"])
    return done(await _change(world_of(request), deal_id, await json_of(request)))


async def _change(world: World, deal_id: str, given: dict[str, Any]) -> dict[str, Any]:
    state = world.state(NAME)
    deal: dict[str, Any] | None = state["deals"].get(deal_id)
    if deal is None:
        raise HTTPException(404, f"no deal {deal_id}")
    is_silent = bool(given.pop("is_silent", False))
    is_deleted = bool(given.pop("is_deleted", False))
    if is_deleted:
        del state["deals"][deal_id]
    else:
        deal_change(state, deal, given, world.now())
    if not is_silent:
        await _tell(world, deal_id, "ONCRMDEALDELETE" if is_deleted else "ONCRMDEALUPDATE")
    return deal


async def _tell(world: World, deal_id: str, event: str) -> None:
    """Once: nothing is ever sent again."""
    state = world.state(NAME)
    own = state["outgoing"]
    if not own["url"]:
        return
    body = form_bytes(_said(own, deal_id, event, int(world.now().timestamp())))
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            answer = await client.post(
                own["url"], content=body, headers={"content-type": FORM_TYPE}
            )
        status: int | None = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL):
        status = None
    state["said"].append({"id": deal_id, "body": body.decode(), "status": status})


def _said(own: State, deal_id: str, event: str, ts: int) -> dict[str, Any]:
    return {
        "event": event,
        "event_handler_id": "975",
        "data": {"FIELDS": {"ID": deal_id}},
        "ts": str(ts),
        "auth": {
            "domain": own["domain"],
            "client_endpoint": f"https://{own['domain']}/rest/",
            "server_endpoint": "https://oauth.bitrix24.tech/rest/",
            "member_id": own["member_id"],
            "application_token": own["application_token"],
        },
    }


async def index(request: Request) -> Response:
    world = world_of(request)
    rows = [
        [
            one["ID"],
            f"{one['OPPORTUNITY']} {one['CURRENCY_ID']}",
            one["STAGE_ID"],
            [button(f"{PAGE}deal", name, id=one["ID"], stage=name) for name in BUTTONS],
        ]
        for one in reversed(world.state(NAME)["deals"].values())
    ]
    about = html(
        "<p>Sandbox time: <code>{now}</code>. A manager moves deals on: an event names the id, and "
        "the deals are read.</p>{rows}",
        now=world.now().isoformat(timespec="seconds"),
        rows=table(["deal", "amount", "stage", "next"], rows),
    )
    return page("Bitrix24", about)


async def form_deal(request: Request) -> Response:
    form = await request.form()
    stage = BUTTONS.get(str(form.get("stage")))
    if stage is None:
        raise HTTPException(400, "stage must be won or lost")
    await _change(world_of(request), str(form.get("id")), {"STAGE_ID": stage})
    return RedirectResponse(PAGE, 303)


PAGES = [Route("/", index), Route("/deal", form_deal, methods=["POST"])]
CONTROL = [
    Route("/inbound", inbound, methods=["POST"]),
    Route("/outgoing", outgoing, methods=["POST"]),
    Route("/deals", deals, methods=["GET", "POST"]),
    Route("/deals/{deal_id:int}", deal_move, methods=["POST"]),
]
