"""The statistics of Admitad, in its own words. The shape of its errors is not certain."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.admitad.actions import NAME, ZONE, changed_at, made_at, shown
from sandbox.service import world_of
from sandbox.world import State

PAGE_ROWS, PAGE_ROWS_MAX = 20, 500
CALLS_MAX, CALLS_SECONDS = 60, 60


class Refused(Exception):
    """400 with this text."""


async def actions(request: Request) -> Response:
    world = world_of(request)
    state = world.state(NAME)
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    known = state["tokens"].get(token)
    if known is None or datetime.fromisoformat(known["ends_at"]) <= world.now():
        return problem(401, "invalid_token", "The access token is wrong or has expired")
    if not known["may_read"]:
        return problem(403, "insufficient_scope", "The token has no scope statistics")
    if not _may_ask(state, token, world.now().timestamp()):
        return JSONResponse({"error": "too_many_requests"}, 429)
    try:
        found = _asked(request, state)
        limit = _number(request, "limit", PAGE_ROWS, most=PAGE_ROWS_MAX)
        offset = _number(request, "offset", 0, most=10**6)
    except Refused as refused:
        return problem(400, "bad_request", str(refused))
    return JSONResponse({"results": [shown(one) for one in found[offset : offset + limit]]})


def _asked(request: Request, state: State) -> list[dict[str, Any]]:
    if request.query_params.get("order_by") != "datetime":
        raise Refused("order_by")
    since = _moment(request, "date_start", "%d.%m.%Y")
    changed = _moment(request, "status_updated_start", "%d.%m.%Y %H:%M:%S")
    found = [
        one
        for one in state["actions"].values()
        if made_at(one) >= since and changed_at(one) >= changed
    ]
    return sorted(found, key=lambda one: (one["made_at"], one["id"]))


def _moment(request: Request, name: str, form: str) -> datetime:
    try:
        return datetime.strptime(request.query_params[name], form).replace(tzinfo=ZONE)
    except (KeyError, ValueError):
        raise Refused(name) from None


def _number(request: Request, name: str, default: int, *, most: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isdecimal() or int(text) > most:
        raise Refused(name)
    return int(text)


def _may_ask(state: State, token: str, moment: float) -> bool:
    """The real limit is nowhere written; this one is for the tests."""
    recent = [at for at in state["calls"].get(token, []) if moment - CALLS_SECONDS < at <= moment]
    if len(recent) >= CALLS_MAX:
        return False
    state["calls"][token] = [*recent, moment]
    return True


def problem(status: int, error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, status)


def token_make(state: State, token: str, now: datetime, *, days: int, may_read: bool) -> None:
    ends_at = (now + timedelta(days=days)).isoformat()
    state["tokens"][token] = {"ends_at": ends_at, "may_read": may_read}


ROUTES = [Route("/statistics/actions/", actions)]
