"""Planned faults, one layer around every service: the next calls go wrong on purpose."""

from __future__ import annotations

import asyncio

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.world import World

FAULTS = ("204", "429", "500", "503", "timeout", "truncated", "html")
TIMEOUT_SECONDS = 60.0
RETRY_SECONDS = 20


class Faults:
    """Looks at the first part of the path for the service; other paths pass untouched."""

    def __init__(self, app: ASGIApp, world: World, services: dict[str, str]) -> None:
        self.app = app
        self.world = world
        self.services = services  # prefix -> name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._planned(scope)
        if fault is None:
            await self.app(scope, receive, send)
        elif fault == "timeout":
            await asyncio.sleep(TIMEOUT_SECONDS)
            await Response(status_code=504)(scope, receive, send)
        elif fault == "truncated":
            await self._truncated(scope, receive, send)
        else:
            await _answer(fault)(scope, receive, send)

    def _planned(self, scope: Scope) -> str | None:
        if scope["type"] != "http":
            return None
        service = self.services.get(scope["path"].split("/")[1])
        return self.world.fault_take(service, scope["path"]) if service else None

    async def _truncated(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The real answer, of which only the first half arrives."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.app(scope, receive, keep)
        body = b"".join(message.get("body", b"") for message in messages[1:])
        half = body[: len(body) // 2]
        headers = [pair for pair in messages[0]["headers"] if pair[0] != b"content-length"]
        headers.append((b"content-length", str(len(half)).encode()))
        await send({**messages[0], "headers": headers})
        await send({"type": "http.response.body", "body": half})


def _answer(fault: str) -> Response:
    if fault == "html":
        return HTMLResponse("<html><body><h1>Technical works</h1></body></html>")
    status = int(fault)
    if status == 204:
        return Response(status_code=status)
    headers = {"X-Ratelimit-Retry": str(RETRY_SECONDS)} if status == 429 else None
    text = {"title": "sandbox fault", "detail": "planned", "status": status}
    return JSONResponse(text, status, headers=headers)
