"""The market behind the stage: its switch, its speed, its stalls; and a page with the same."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sandbox.market.places import PLACES
from sandbox.market.plan import ALMATY, SPEEDS
from sandbox.market.play import NAME, play, speed_set, switch, welcome
from sandbox.pages import Html, button, html, page, table
from sandbox.service import done, json_of, wanted, world_of
from sandbox.world import State, World

PAGE = "/market/"
PER_DAY_MAX = 200.0
WIDTHS = {"shop": 1, "wildberries": 2, "ozon": 2, "kaspi": 3}  # of one of a stall's goods


async def market(request: Request) -> Response:
    """GET; POST {"stalls", "seed", "speed", "is_on", "welcome"} (all optional), in this order."""
    world = world_of(request)
    if request.method == "POST":
        values = await json_of(request)
        state = world.state(NAME)
        if "stalls" in values:
            stalls = wanted(values, "stalls", dict)
            state["stalls"] = {name: _stall(value) for name, value in stalls.items()}
        state["seed"] = wanted(values, "seed", int, state["seed"])
        if "speed" in values:
            speed_set(world, _speed(wanted(values, "speed", int)))
        if "is_on" in values:
            switch(world, is_on=wanted(values, "is_on", bool))
        if wanted(values, "welcome", bool, False):
            welcome(world)
    return done(_summary(world))


async def play_now(request: Request) -> Response:
    """POST {}: what is due, now and not within two seconds -> {"told"}."""
    return done({"told": await play(world_of(request))})


def _stall(value: Any) -> State:
    """{"place", "account", "per_day", "goods", "marks", "people"}: goods are [slug] of a shop,
    [nm, "price"], [sku, "price"], or Kaspi's [sku, name, price]; marks are substitute articles or
    vouchers; people are {"link", "code"}."""
    if not isinstance(value, dict):
        raise HTTPException(400, "a stall is an object")
    place = wanted(value, "place", str)
    if place not in PLACES:
        raise HTTPException(400, f"place must be one of {', '.join(PLACES)}")
    goods = wanted(value, "goods", list)
    if not goods or any(not isinstance(g, list) or len(g) != WIDTHS[place] for g in goods):
        raise HTTPException(400, f"goods of {place} are lists of {WIDTHS[place]}")
    per_day = float(wanted(value, "per_day", float, 10))
    if not 0 < per_day <= PER_DAY_MAX:
        raise HTTPException(400, f"per_day must be within 0..{PER_DAY_MAX:g}")
    people = wanted(value, "people", list, [])
    return {
        "place": place,
        "account": wanted(value, "account", str),
        "per_day": per_day,
        "goods": goods,
        "marks": [str(mark) for mark in wanted(value, "marks", list, [])],
        "people": [{name: wanted(each, name, str) for name in ("link", "code")} for each in people],
    }


def _speed(speed: int) -> int:
    if speed not in SPEEDS:
        raise HTTPException(400, f"speed must be one of {', '.join(map(str, SPEEDS))}")
    return speed


def _summary(world: World) -> State:
    state = world.state(NAME)
    shown = {name: state[name] for name in ("is_on", "speed", "seed", "orders", "recent")}
    return {**shown, "stalls": list(state["stalls"]), "waiting": len(state["lives"])}


# --- For people -------------------------------------------------------------------------------


async def index(request: Request) -> Response:
    world = world_of(request)
    state = world.state(NAME)
    rows = [
        [_almaty(at), stall, key.rpartition(" ")[2], word]
        for at, stall, key, word in reversed(state["recent"])
    ]
    stalls = [
        [name, stall["place"], f"{stall['per_day']:g}", ", ".join(stall["marks"]) or "-"]
        for name, stall in state["stalls"].items()
    ]
    return page(
        "The market",
        html(
            "<p>Sandbox time: <code>{now}</code> in Almaty. The market {mood}. {orders} orders so "
            "far, {waiting} are on their way.</p><p>{switch}{speeds}</p><p>A faster market has "
            "more buyers; what becomes of their orders takes its days all the same. When the clock "
            "leaps, the days in between are played at once.</p><h2>What happened last</h2>{recent}"
            "<h2>Stalls</h2>{stalls}",
            now=_almaty(world.now().isoformat()),
            mood=f"is open, speed {state['speed']}" if state["is_on"] else "stands still",
            orders=state["orders"],
            waiting=len(state["lives"]),
            switch=_switch(is_on=state["is_on"]),
            speeds=[button(f"{PAGE}speed", f"Speed {each}", speed=each) for each in SPEEDS],
            recent=table(["in Almaty", "stall", "order", "what"], rows),
            stalls=table(["stall", "place", "orders a day", "articles and vouchers"], stalls),
        ),
    )


def _almaty(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(ALMATY).strftime("%d.%m %H:%M:%S")


def _switch(*, is_on: bool) -> Html:
    return button(f"{PAGE}switch", "Pause" if is_on else "Go on", is_on=int(not is_on))


async def form_switch(request: Request) -> Response:
    form = await request.form()
    switch(world_of(request), is_on=form.get("is_on") == "1")
    return RedirectResponse(PAGE, 303)


async def form_speed(request: Request) -> Response:
    text = str((await request.form()).get("speed", ""))
    speed_set(world_of(request), _speed(int(text) if text.isdecimal() else 0))
    return RedirectResponse(PAGE, 303)


PAGES = [
    Route("/", index),
    Route("/switch", form_switch, methods=["POST"]),
    Route("/speed", form_speed, methods=["POST"]),
]
CONTROL = [
    Route("/", market, methods=["GET", "POST"]),
    Route("/play", play_now, methods=["POST"]),
]
