"""Rates for any day up to today: the same day always the same rates, each day a little other ones.

A day that has not come has no items, and so has a day that was taken away behind the stage.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from xml.sax.saxutils import escape

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.pages import html, page, table
from sandbox.service import Service, done, json_of, wanted, world_of

NAME = "national_bank"
ALMATY = timezone(timedelta(hours=5))
DAY = "%d.%m.%Y"
# (code, name, units, tenge for them when nothing has moved)
CURRENCIES = (
    ("USD", "ДОЛЛАР США", 1, Decimal("520.00")),
    ("EUR", "ЕВРО", 1, Decimal("604.50")),
    ("RUB", "РОССИЙСКИЙ РУБЛЬ", 1, Decimal("6.45")),
    ("BYN", "БЕЛОРУССКИЙ РУБЛЬ", 1, Decimal("159.20")),
    ("KGS", "КЫРГЫЗСКИЙ СОМ", 1, Decimal("5.95")),
    ("UZS", "УЗБЕКСКИЙ СУМ", 100, Decimal("4.31")),
    ("CNY", "КИТАЙСКИЙ ЮАНЬ", 1, Decimal("73.10")),
)


async def get_rates(request: Request) -> Response:
    """GET /rss/get_rates.cfm?fdate=21.11.2026"""
    try:
        on = datetime.strptime(request.query_params.get("fdate", ""), DAY).date()  # noqa: DTZ007
    except ValueError:
        return Response("<rates><info>fdate</info></rates>", media_type="text/xml")
    items = "".join(
        f"<item><fullname>{escape(name)}</fullname><title>{code}</title>"
        f"<description>{tenge}</description><quant>{quant}</quant>"
        "<index></index><change>0.00</change></item>"
        for code, name, quant, tenge in _rates(request, on)
    )
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        "<rates><generator>Alternate RSS</generator><title>Official exchange rates</title>"
        f"<link>www.nationalbank.kz</link><date>{on.strftime(DAY)}</date>{items}</rates>"
    )
    return Response(body.encode(), media_type="text/xml; charset=utf-8")


def _rates(request: Request, on: date) -> list[tuple[str, str, int, Decimal]]:
    world = world_of(request)
    own = world.state(NAME)["rates"].get(on.isoformat(), {})
    if on > world.now().astimezone(ALMATY).date() or own is None:
        return []
    return [
        (code, name, quant, Decimal(own.get(code, usual + _drift(code, on))))
        for code, name, quant, usual in CURRENCIES
    ]


def _drift(code: str, on: date) -> Decimal:
    """-0.09 to 0.09, by the day and the currency."""
    return Decimal((on.toordinal() * 7 + ord(code[0])) % 19 - 9).scaleb(-2)


async def rates(request: Request) -> Response:
    """POST {"on": "2026-11-21", "rates": {"RUB": "6.51"}}; "rates": null takes the day away."""
    values = await json_of(request)
    on, own = wanted(values, "on", str), wanted(values, "rates", dict, None)
    try:
        date.fromisoformat(on)
        kept = own and {str(code): str(Decimal(str(tenge))) for code, tenge in own.items()}
    except (ValueError, InvalidOperation):
        raise HTTPException(400, "a day, and a number for each currency") from None
    world_of(request).state(NAME)["rates"][on] = kept
    return done(status=201)


async def index(request: Request) -> Response:
    today = world_of(request).now().astimezone(ALMATY).date()
    rows = [
        [on.isoformat(), *(f"{code} {tenge}" for code, _name, _quant, tenge in _rates(request, on))]
        for on in (today - timedelta(days=age) for age in range(7))
    ]
    head = ["day", *(f"{quant} {code}" for code, _name, quant, _tenge in CURRENCIES)]
    return page("National Bank", html("{rows}", rows=table(head, rows)))


SERVICE = Service(
    name=NAME,
    prefix=NAME,
    title="National Bank",
    about="Official rates of the tenge for every day up to today.",
    routes=[Route("/", index), Route("/rss/get_rates.cfm", get_rates)],
    control=[Route("/rates", rates, methods=["POST"])],
    blank={"rates": {}},
)
