"""What stands before every method of Ozon: the two headers, the key's end, the limit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.service import world_of
from sandbox.world import State

NAME = "ozon"
CALLS_PER_SECOND = 50  # of one Client-Id, over all methods

Answer = Callable[[Request, State], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def problem(status: int, code: int, message: str, *, retry_seconds: int | None = None) -> Response:
    """Ozon's envelope of every refusal."""
    headers = {"Retry-After": str(retry_seconds)} if retry_seconds else None
    body: dict[str, Any] = {"code": code, "message": message, "details": []}
    return JSONResponse(body, status, headers=headers)


def guarded(answer: Answer) -> Endpoint:
    """A method that only a living key of its own Client-Id passes, within the limit."""

    async def endpoint(request: Request) -> Response:
        world = world_of(request)
        state = world.state(NAME)
        account = state["accounts"].get(request.headers.get("client-id", ""))
        if account is None or request.headers.get("api-key") != account["key"]:
            return problem(401, 16, "Client-Id and Api-Key headers are invalid")
        expires_at = account["expires_at"]
        if expires_at and datetime.fromisoformat(expires_at) <= world.now():
            return problem(401, 16, "Api-Key has expired")
        if account["is_read_forbidden"]:
            return problem(403, 7, "Api-Key is missing a required role")
        if _is_too_often(state, account["limit"], world.now()):
            return problem(429, 8, "Too many requests. Retry after 3 seconds", retry_seconds=3)
        return await answer(request, account)

    return endpoint


def _is_too_often(state: State, limit: int, now: datetime) -> bool:
    """Counts the call when it may go on."""
    moment = now.timestamp()
    state["calls"] = [at for at in state["calls"] if moment - 1 < at <= moment]
    if len(state["calls"]) >= limit:
        return True
    state["calls"].append(moment)
    return False
