"""The strings behind the stage: /_control/. JSON in, JSON out; only tests and the demo pull them.

Each service adds its own below /_control/{service}.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from sandbox.faults import FAULTS
from sandbox.market.play import marketplaces_play
from sandbox.service import Service, done, json_of, wanted, world_of
from sandbox.world import OFFSET_SECONDS_MAX

FAULT_TIMES_MAX = 10_000


async def clock(request: Request) -> Response:
    """GET, or POST {"offset_seconds": n}: how far the sandbox is ahead of the real time."""
    world = world_of(request)
    if request.method == "POST":
        offset_seconds = wanted(await json_of(request), "offset_seconds", int)
        if abs(offset_seconds) > OFFSET_SECONDS_MAX:
            raise HTTPException(400, "offset_seconds is out of range")
        world.offset_seconds = offset_seconds
        marketplaces_play(world)
    return done({"offset_seconds": world.offset_seconds, "now": world.now().isoformat()})


async def faults(request: Request) -> Response:
    """POST {"service", "fault", "times": 1, "path": ""}: plan; GET: what is planned; DELETE."""
    world = world_of(request)
    if request.method == "DELETE":
        world.faults.clear()
    if request.method == "POST":
        values = await json_of(request)
        fault = str(values.get("fault"))
        if fault not in FAULTS:
            raise HTTPException(400, f"fault must be one of {', '.join(FAULTS)}")
        service = _service(world.blanks, wanted(values, "service", str))
        times = wanted(values, "times", int, 1)
        if not 1 <= times <= FAULT_TIMES_MAX:
            raise HTTPException(400, f"times must be within 1..{FAULT_TIMES_MAX}")
        world.fault_plan(service, fault, times, wanted(values, "path", str, ""))
    return done({"planned": world.faults})


async def reset(request: Request) -> Response:
    """POST {} forgets everything; POST {"service": name} only that one."""
    world = world_of(request)
    service = wanted(await json_of(request), "service", str, None)
    world.forget(_service(world.blanks, service) if service else None)
    return done()


async def health(request: Request) -> Response:
    return done({"now": world_of(request).now().isoformat()})


def _service(known: object, name: str) -> str:
    assert isinstance(known, dict)
    if name not in known:
        raise HTTPException(400, f"no service {name!r}; there are {', '.join(sorted(known))}")
    return name


def control_routes(services: Sequence[Service]) -> list[BaseRoute]:
    own = [Mount(f"/{one.name}", routes=list(one.control)) for one in services if one.control]
    return [
        Route("/health", health),
        Route("/clock", clock, methods=["GET", "POST"]),
        Route("/faults", faults, methods=["GET", "POST", "DELETE"]),
        Route("/reset", reset, methods=["POST"]),
        *own,
    ]
