"""What a stand-in is made of. Adding one: a folder with a SERVICE, and a line in app.py."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute

from sandbox.world import State, World

BODY_BYTES_MAX = 8 * 2**20


@dataclass(frozen=True)
class Service:
    """One stand-in. `routes` are what the real one has, below /{prefix}; `control` are the strings
    behind the stage, below /_control/{name}. `about` is for the index page."""

    name: str
    prefix: str
    title: str
    about: str
    routes: Sequence[BaseRoute]
    control: Sequence[BaseRoute] = ()
    blank: State = field(default_factory=dict)


def world_of(request: Request) -> World:
    world: World = request.app.state.world
    return world


async def json_of(request: Request) -> State:
    """The JSON object in a request; anything else is answered with 400."""
    body = await request.body()
    try:
        value = json.loads(body) if body else {}
    except ValueError:
        raise HTTPException(400, "not JSON") from None
    if not isinstance(value, dict):
        raise HTTPException(400, "not a JSON object")
    return value


def wanted(values: State, key: str, kind: type, default: Any = ...) -> Any:
    """A value of a control call, or 400 with the name of what is missing or wrong."""
    value = values.get(key, default)
    if value is ...:
        raise HTTPException(400, f"{key} is missing")
    if value is not None and (isinstance(value, bool) != (kind is bool) or not _is(value, kind)):
        raise HTTPException(400, f"{key} must be of type {kind.__name__}")
    return value


def _is(value: Any, kind: type) -> bool:
    return isinstance(value, int | float) if kind is float else isinstance(value, kind)


def done(value: Any = None, status: int = 200) -> JSONResponse:
    return JSONResponse({"ok": True} if value is None else value, status_code=status)
