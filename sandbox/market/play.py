"""The market's memory and its moves: it plays what has become due by the sandbox's clock.

At the marketplaces that is a matter of an instant, and is done as the clock moves, so that nobody
who asks them meets half a day. A shop calls its webhook for every step, one after another: that
follows as fast as it is answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
import traceback
from collections.abc import Container, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from starlette.exceptions import HTTPException

from sandbox.market.places import MARKETPLACES, PLACES, SHOP, Place
from sandbox.market.plan import Arrival, arrivals, life
from sandbox.ozon import push
from sandbox.ozon.postings import posting_of
from sandbox.shop import hookshot
from sandbox.shop.storefront import CLICK_PARAMETER
from sandbox.world import State, World

NAME = "market"
BLANK: State = {
    "is_on": False,
    "speed": 1,
    "seed": 2026,
    "told_until": "",
    "stalls": {},
    "lives": [],
    "over": [],
    "clicks": [],
    "recent": [],
    "orders": 0,
}
EVERY_SECONDS = 2.0
LIVE = timedelta(minutes=2)  # what is not longer ago happens now
WATCHED = timedelta(minutes=15)  # a longer leap of the clock is played at speed 1
BACK_MAX = timedelta(days=60)
LIVES_MAX = 5_000
KEEP = timedelta(days=45)  # after an order's last step it is forgotten
RECENT_MAX, CLICKS_MAX, PUSHES_MAX = 25, 100, 200
TAP_SECONDS = 5.0
CLICK_SHARE, CODE_SHARE, MARK_SHARE = 0.38, 0.18, 0.35
BOTH_FROM = 0.3  # of those who came by a click, from here on they type the code too
FIRST = 0.32  # the first buyers, whom somebody is waiting for, come by an influencer
CLICK_DAYS = timedelta(days=5)
PHONES = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Instagram 350.0",
    "Mozilla/5.0 (Linux; Android 14; SM-A556E) AppleWebKit/537.36 Chrome/130.0 Mobile",
)


async def live(world: World) -> None:
    """As long as the sandbox runs."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            if await play(world):
                world.save()
        except Exception:  # the other stand-ins must not end with it
            traceback.print_exc(file=sys.stderr)


async def play(world: World) -> int:
    """Everything that is due. Returns how many steps."""
    async with world.playing:
        told, rings = marketplaces_play(world)
        if not world.state(NAME)["is_on"]:
            return 0
        ozon, now = world.state("ozon"), world.now()
        for ring in rings:
            await push.push(ozon, ring, now)
        await push.due_send(ozon, now)
        del ozon["pushes"][:-PUSHES_MAX]
        return told + await _shops_play(world)


def marketplaces_play(world: World) -> tuple[int, list[dict[str, Any]]]:
    """Who comes, and every step at the marketplaces; how many, and what Ozon has to say of it."""
    market, now = world.state(NAME), world.now()
    rings: list[dict[str, Any]] = []
    if not market["is_on"]:
        return 0, rings
    _arrive(market, now)
    told = 0
    for each, at, word in _due(market, MARKETPLACES, now):
        is_live = now - at <= LIVE
        place = MARKETPLACES[each["place"]]
        if not _step(world, place, each, word, now if is_live else at):
            continue
        told += 1
        if is_live and each["place"] == "ozon" and word != "return":
            posting = posting_of(world.state("ozon"), each["key"])
            is_new = word == "order"
            rings.append(push.new_posting(posting) if is_new else push.changed_posting(posting))
    _forget(world, now)
    return told, rings


def speed_set(world: World, speed: int) -> None:
    """From now on; until now it was the old one."""
    marketplaces_play(world)
    world.state(NAME)["speed"] = speed


def switch(world: World, *, is_on: bool) -> None:
    """Off, nobody buys; what is on its way arrives when it is on again."""
    market = world.state(NAME)
    marketplaces_play(world)
    market["is_on"] = is_on
    market["told_until"] = (market["told_until"] or world.now().isoformat()) if is_on else ""


def rest(world: World) -> None:
    """At a start of the sandbox: whoever switched it on does it again, once the others are up.
    What it slept through is played then."""
    world.state(NAME)["is_on"] = False


def welcome(world: World) -> None:
    """A buyer for each stall within two minutes, whatever the hour, sent by an influencer."""
    market, now = world.state(NAME), world.now()
    for n, name in enumerate(market["stalls"]):
        dice = random.Random(f"{market['seed']} {name} {market['orders']}")  # noqa: S311
        at = now + timedelta(seconds=40 + 20 * n)
        _begin(market, name, Arrival(at, dice.getrandbits(48)), share=FIRST)


# --- Buyers ---------------------------------------------------------------------------------


def _arrive(market: State, now: datetime) -> None:
    told_until = datetime.fromisoformat(market["told_until"])
    after = max(told_until, now - BACK_MAX)
    speed = market["speed"] if now - after <= WATCHED else 1
    for name, stall in market["stalls"].items():
        for arrival in arrivals(
            market["seed"], name, stall["per_day"], speed, after=after, until=now
        ):
            _begin(market, name, arrival)
    market["told_until"] = max(told_until, now).isoformat()


def _begin(market: State, name: str, arrival: Arrival, *, share: float | None = None) -> None:
    if len(market["lives"]) >= LIVES_MAX:
        return
    stall, dice = market["stalls"][name], arrival.dice()
    steps = life(stall["place"], arrival.at, dice)
    made: State = {
        "place": stall["place"],
        "stall": name,
        "number": arrival.number,
        "goods": dice.choice(stall["goods"]),
        "pieces": dice.choice((1, 1, 1, 2)),
        "mark": "",
        "code": "",
        "link": "",
        "click": "",
        "key": "",
        "last": "",
        "steps": [[at.isoformat(), word] for at, word in steps],
    }
    _led_by(made, stall, dice, dice.random() if share is None else share)
    market["lives"].append(made)
    market["orders"] += 1


def _led_by(made: State, stall: State, dice: random.Random, share: float) -> None:
    """What brought the buyer: a link, a code, both, a mark of the marketplace, or nothing."""
    if made["place"] != "shop":
        if stall["marks"] and share < MARK_SHARE:
            made["mark"] = dice.choice(stall["marks"])
        return
    if not stall["people"] or share > CLICK_SHARE + CODE_SHARE:
        return
    person = dice.choice(stall["people"])
    made["code"] = person["code"]
    if share < CLICK_SHARE:
        made["link"] = person["link"]
        at = datetime.fromisoformat(made["steps"][0][0])
        tapped_at = at - timedelta(seconds=dice.uniform(20, 35))
        made["steps"].insert(0, [tapped_at.isoformat(), "tap"])
    if share > BOTH_FROM:
        made["mark"] = person["code"]


# --- Steps ----------------------------------------------------------------------------------


def _due(
    market: State, places: Container[str], now: datetime
) -> Iterator[tuple[State, datetime, str]]:
    """(life, when, what) of these places, the earliest first; taken off their lives."""
    due = sorted(
        (at, n, word)
        for n, each in enumerate(market["lives"])
        if each["place"] in places
        for at, word in each["steps"]
        if datetime.fromisoformat(at) <= now
    )
    lives = list(market["lives"])
    for at, n, word in due:
        each = lives[n]
        if each["steps"] and each["steps"][0] == [at, word]:  # else its order was given up
            each["steps"].pop(0)
            yield each, datetime.fromisoformat(at), word


def _step(world: World, place: Place, each: State, word: str, at: datetime) -> bool:
    """One step of an order. Whose order somebody else has moved meanwhile is left to them."""
    market, state = world.state(NAME), world.state(place.name)
    try:
        if word == "order":
            each["last"] = place.order(state, market["stalls"][each["stall"]], each, at)
        elif place.status(state, each["key"]) != each["last"]:
            each["steps"].clear()
            return False
        else:
            each["last"] = place.move(state, each, word, at)
    except (HTTPException, KeyError):  # the stall, its shop or its order is gone
        each["steps"].clear()
        return False
    market["recent"].append([at.isoformat(), each["stall"], each["key"], word])
    del market["recent"][:-RECENT_MAX]
    return True


async def _shops_play(world: World) -> int:
    market, now = world.state(NAME), world.now()
    told = 0
    for each, at, word in _due(market, {SHOP.name}, now):
        is_live = now - at <= LIVE
        if not await _listens(world, market["stalls"][each["stall"]]["account"]):
            each["steps"].insert(0, [at.isoformat(), word])  # nobody buys where nobody is told
            return told
        if word == "tap":
            each["click"] = await _tap(market, each, at, is_live=is_live)
            if not each["click"]:  # nobody can tap in the past: such a buyer knows the code
                each["mark"] = each["code"]
        elif _step(world, SHOP, each, word, max(at, world.now() - LIVE) if is_live else at):
            told += 1
            topic = "order.created" if word == "order" else "order.updated"
            await _deliver(world, each["key"], topic)
    return told


async def _listens(world: World, slug: str) -> bool:
    """Whether somebody is there whom the shop's webhook calls: a demo's web starts after us."""
    shop = world.state("shop")["shops"].get(slug)
    address = urlsplit(shop["webhook"]["url"]) if shop else None
    if address is None or not address.hostname:
        return True
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        _reader, writer = await asyncio.open_connection(address.hostname, port)
    except OSError:
        return False
    writer.close()
    return True


async def _deliver(world: World, key: str, topic: str) -> None:
    state = world.state("shop")
    shop = state["shops"][key.partition(" ")[0]]
    await hookshot.deliver(shop, topic, SHOP.found(state, key), world.now())


async def _tap(market: State, each: State, at: datetime, *, is_live: bool) -> str:
    """The click of a tap on the influencer's link: a real one, or where that moment is over one
    of those that were made before; "" when there is none."""
    if is_live:
        if click := await _tapped(each["link"], PHONES[each["number"] % len(PHONES)]):
            market["clicks"] = [*market["clicks"], [click, at.isoformat(), each["link"]]]
            del market["clicks"][:-CLICKS_MAX]
        return click
    for click, tapped_at, link in reversed(market["clicks"]):
        age = at - datetime.fromisoformat(tapped_at)
        if link == each["link"] and timedelta() <= age <= CLICK_DAYS:
            return str(click)
    return ""


async def _tapped(link: str, phone: str) -> str:
    """Where the link leads says the click. Redirects are not followed."""
    with contextlib.suppress(httpx.HTTPError, httpx.InvalidURL):
        async with httpx.AsyncClient(timeout=TAP_SECONDS, trust_env=False) as client:
            answer = await client.get(link, headers={"User-Agent": phone})
        query = parse_qs(urlsplit(str(answer.headers.get("location", ""))).query)
        return query.get(CLICK_PARAMETER, [""])[0]
    return ""


def _forget(world: World, now: datetime) -> None:
    """Lives that are lived, and long afterwards their orders."""
    market = world.state(NAME)
    lived = [each for each in market["lives"] if not each["steps"]]
    if lived:
        market["lives"] = [each for each in market["lives"] if each["steps"]]
        market["over"] += [[now.isoformat(), each["place"], each["key"]] for each in lived]
    while market["over"] and datetime.fromisoformat(market["over"][0][0]) < now - KEEP:
        _at, place, key = market["over"].pop(0)
        PLACES[place].forget(world.state(place), key)
