"""The sandbox as one ASGI application. A new stand-in is one line in SERVICES."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.admitad import SERVICE as ADMITAD
from sandbox.amocrm import SERVICE as AMOCRM
from sandbox.bank import SERVICE as BANK
from sandbox.bitrix24 import SERVICE as BITRIX24
from sandbox.control import control_routes
from sandbox.faults import Faults
from sandbox.insales import SERVICE as INSALES
from sandbox.kaspi import SERVICE as KASPI
from sandbox.kgd import SERVICE as KGD
from sandbox.mailbox import SERVICE as MAILBOX
from sandbox.mailbox.service import JSON_ROUTE
from sandbox.market import SERVICE as MARKET
from sandbox.national_bank import SERVICE as NATIONAL_BANK
from sandbox.ncanode import SERVICE as NCANODE
from sandbox.ozon import SERVICE as OZON
from sandbox.pages import html, page
from sandbox.service import Service, world_of
from sandbox.shop import SERVICE as SHOP
from sandbox.shopify import SERVICE as SHOPIFY
from sandbox.taplink import SERVICE as TAPLINK
from sandbox.tilda import SERVICE as TILDA
from sandbox.tracker import SERVICE as TRACKER
from sandbox.wildberries import SERVICE as WILDBERRIES
from sandbox.world import World

SERVICES: tuple[Service, ...] = (
    MARKET,
    SHOP,
    SHOPIFY,
    WILDBERRIES,
    OZON,
    KASPI,
    INSALES,
    TAPLINK,
    TILDA,
    AMOCRM,
    BITRIX24,
    ADMITAD,
    TRACKER,
    KGD,
    BANK,
    NATIONAL_BANK,
    NCANODE,
    MAILBOX,
)


class Remembering:
    """Keeps the world after every request that may have changed it."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)
        if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
            self.world.save()


def world_make(folder: Path | None = None) -> World:
    return World({service.name: service.blank for service in SERVICES}, folder)


def app_make(world: World) -> Starlette:
    app = Starlette(
        routes=[
            Route("/", index),
            JSON_ROUTE,
            Mount("/_control", routes=control_routes(SERVICES)),
            *(Mount(f"/{one.prefix}", routes=list(one.routes)) for one in SERVICES),
        ],
        middleware=[
            Middleware(Remembering, world=world),
            Middleware(Faults, world=world, services={one.prefix: one.name for one in SERVICES}),
        ],
        exception_handlers={HTTPException: refused},
    )
    app.state.world = world
    return app


async def index(request: Request) -> Response:
    world = world_of(request)
    parts = [
        html(
            '<h2><a href="/{prefix}/">{title}</a></h2><p>{about}</p>',
            prefix=service.prefix,
            title=service.title,
            about=service.about,
        )
        for service in SERVICES
    ]
    return page(
        "Stand-ins of the outside world",
        html(
            "<p>Everything here pretends to be somebody else's machine, for the demo and for "
            "tests. Nothing leaves this computer. The time here is <code>{now}</code> ({offset} "
            "seconds ahead).</p>{parts}<h2>Behind the stage</h2><p>Tests pull strings at "
            "<code>/_control/</code>: the clock, faults, orders. <code>sandbox/README.md</code> "
            "lists them.</p>",
            now=world.now().isoformat(timespec="seconds"),
            offset=world.offset_seconds,
            parts=parts,
        ),
    )


async def refused(request: Request, error: Exception) -> Response:
    """A person gets a page, a program gets JSON."""
    assert isinstance(error, HTTPException)
    if "text/html" in request.headers.get("accept", ""):
        note = html('<p class="note bad">{detail}</p>', detail=error.detail)
        return page("That did not work", note, status=error.status_code)
    return JSONResponse({"error": error.detail}, error.status_code)
