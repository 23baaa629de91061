"""What stands before every endpoint of Wildberries: the token, its categories, its limits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.service import world_of
from sandbox.wildberries.token import KINDS, claims_of
from sandbox.world import State

NAME = "wildberries"
KIND_NAMES = {number: name for name, number in KINDS.items()}


@dataclass(frozen=True)
class Limit:
    """`count` calls within `seconds`."""

    count: int
    seconds: int


@dataclass(frozen=True)
class Seller:
    seller_id: str
    kind: str


Answer = Callable[[Request, Seller], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(name: str, answer: Answer, *, bit: int, limits: Mapping[str, Limit]) -> Endpoint:
    """An endpoint that only a living token with category `bit` passes, within its limit.

    `limits` has the kinds of token by name; "others" is for those not named.
    """

    async def endpoint(request: Request) -> Response:
        world = world_of(request)
        claims = claims_of(request.headers.get("authorization", ""))
        if claims is None or claims["exp"] <= world.now().timestamp():
            return problem(401, "unauthorized", "token is missing, malformed or expired", request)
        if bit and not claims["s"] >> bit - 1 & 1:
            return problem(403, "forbidden", f"token has no access to category {bit}", request)
        seller = Seller(str(claims["sid"]), KIND_NAMES[claims["acc"]])
        limit = limits.get(seller.kind, limits["others"])
        wait = _wait_seconds(
            world.state(NAME), f"{seller.seller_id}:{seller.kind}:{name}", limit, world.now()
        )
        if wait:
            return problem(429, "too many requests", "limited by sandbox", request, wait)
        return await answer(request, seller)

    return endpoint


def problem(
    status: int, title: str, detail: str, request: Request, retry_seconds: int | None = None
) -> Response:
    body: dict[str, Any] = {
        "title": title,
        "detail": detail,
        "code": f"sandbox-{status}",
        "requestId": "0199a1c25d6e7f809a1b2c3d4e5f6071",
        "origin": "s2s-api-auth-catalog",
        "status": status,
        "statusText": title.title(),
        "timestamp": world_of(request).now().strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    headers = {"X-Ratelimit-Retry": str(retry_seconds)} if retry_seconds else None
    return JSONResponse(body, status, headers=headers)


def _wait_seconds(state: State, key: str, limit: Limit, now: datetime) -> int:
    """0 when the call may go on (and is counted), else the seconds until one may."""
    moment = now.timestamp()
    window = [at for at in state["calls"].get(key, []) if moment - limit.seconds < at <= moment]
    if len(window) >= limit.count:
        return max(1, int(window[0] + limit.seconds - moment) + 1)
    state["calls"][key] = [*window, moment]
    return 0
