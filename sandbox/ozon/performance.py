"""The Performance API of Ozon: a bearer for half an hour, and the report on external traffic, which
is ready some seconds of the sandbox's time after it was asked for.
"""

from __future__ import annotations

import io
import secrets
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import openpyxl
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.ozon.door import NAME
from sandbox.service import done, json_of, wanted, world_of
from sandbox.world import State, World

CLIENT, SECRET, ORGANISATION = "71@advertising.sandbox", "sandbox-performance-secret", 42
BEARER_SECONDS = 1_800
READY_SECONDS = 30
PERIOD_MAX = timedelta(days=93)
START = "/performance"
TITLES = (
    "Дата",
    "Source/Medium",
    "Campaign",
    "Content",
    "Term",
    "Тип продвигаемой страницы",
    "Сессии",
    "Переходы на карточку товара",
    "Заказано товаров в рамках сессии (шт.)",
    "Суммарная стоимость заказанных товаров в рамках сессии (руб.)",
    "Заказано товаров в рамках окна атрибуции (шт.)",
    "Суммарная стоимость заказанных товаров в рамках окна атрибуции (руб.)",
    "Суммарная цена заказанных товаров в рамках окна атрибуции (руб.)",
)


def _kept(world: World) -> State:
    """Also in a state that an older sandbox left."""
    kept: State = world.state(NAME).setdefault(
        "performance", {"accounts": {}, "bearers": {}, "reports": {}}
    )
    return kept


def problem(status: int, text: str) -> Response:
    return JSONResponse({"error": text}, status)


async def token(request: Request) -> Response:
    body, world = await json_of(request), world_of(request)
    state = _kept(world)
    account = state["accounts"].get(body.get("client_id"))
    if account is None or body.get("client_secret") != account["secret"]:
        return problem(401, "client is unknown, or its secret is wrong")
    if account["limited"] > 0:
        account["limited"] -= 1
        return problem(429, "too many requests")
    bearer = secrets.token_urlsafe(24)
    ends_at = (world.now() + timedelta(seconds=BEARER_SECONDS)).isoformat()
    state["bearers"][bearer] = {"client": body["client_id"], "ends_at": ends_at}
    answer = {"access_token": bearer, "expires_in": BEARER_SECONDS, "token_type": "Bearer"}
    return JSONResponse(answer)


def _account(request: Request) -> State | None:
    world = world_of(request)
    state = _kept(world)
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    known = state["bearers"].get(bearer)
    if known is None or datetime.fromisoformat(known["ends_at"]) <= world.now():
        return None
    found: State = state["accounts"][known["client"]]
    return found


async def vendor_tag(request: Request) -> Response:
    account = _account(request)
    if account is None:
        return problem(401, "bearer has expired")
    if request.query_params.get("orgId") != str(account["organisation"]):
        return problem(404, "organisation is not found")
    return JSONResponse({"tag": f"vendor_org_{account['organisation']}"})


async def report_order(request: Request) -> Response:
    account, world, body = _account(request), world_of(request), await json_of(request)
    if account is None:
        return problem(401, "bearer has expired")
    first_on, last_on = _day(body.get("dateFrom")), _day(body.get("dateTo"))
    if first_on is None or last_on is None or last_on - first_on > PERIOD_MAX:
        return problem(400, "dateFrom and dateTo are required, three months at most")
    if body.get("type") != "TRAFFIC_SOURCES":
        return problem(400, "type")
    uuid = str(uuid4())
    _kept(world)["reports"][uuid] = {
        "client": account["client"],
        "first_on": first_on.isoformat(),
        "last_on": last_on.isoformat(),
        "made_at": world.now().isoformat(),
    }
    return JSONResponse({"UUID": uuid, "vendor": True})


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


async def report_state(request: Request) -> Response:
    account, world = _account(request), world_of(request)
    if account is None:
        return problem(401, "bearer has expired")
    uuid = str(request.path_params["uuid"])
    report = _kept(world)["reports"].get(uuid)
    if report is None or report["client"] != account["client"]:
        return problem(404, "report is not found")
    age = world.now() - datetime.fromisoformat(report["made_at"])
    state = "OK" if age >= timedelta(seconds=READY_SECONDS) else "IN_PROGRESS"
    if account["breaks"]:
        state = "ERROR"
    answer = {
        "UUID": uuid,
        "state": state,
        "createdAt": report["made_at"],
        "updatedAt": world.now().isoformat(),
        "kind": "VENDOR_STATISTICS",
        "request": {"dateFrom": report["first_on"], "dateTo": report["last_on"]},
    }
    if state == "OK":
        path = request.url.path.partition(START)[0]
        answer["link"] = f"{path}{START}/api/client/statistics/report?UUID={uuid}"
    if state == "ERROR":
        answer["error"] = "the report broke"
    return JSONResponse(answer)


async def report_file(request: Request) -> Response:
    account, world = _account(request), world_of(request)
    uuid = request.query_params.get("UUID", "")
    report = _kept(world)["reports"].get(uuid)
    if account is None or report is None or report["client"] != account["client"]:
        return problem(404, "report is not found")
    rows = [row for row in account["rows"] if report["first_on"] <= row["day"] <= report["last_on"]]
    return Response(
        workbook(rows),
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def workbook(rows: list[State]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["Внешний трафик"])
    sheet.append(list(TITLES))
    for row in rows:
        day = date.fromisoformat(row["day"])
        sheet.append(
            [
                f"{day:%d.%m.%Y}",
                row["source"],
                row["campaign"],
                row["content"],
                "",
                "Карточка товара",
                row["sessions"],
                row["sessions"],
                0,
                0,
                row["ordered"],
                float(row["amount"]),
                float(row["amount"]),
            ]
        )
    sheet.append(["Всего", "", "", "", "", "", sum(row["sessions"] for row in rows)])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


# --- Behind the stage -------------------------------------------------------------------------


async def account(request: Request) -> Response:
    """POST {"client_id", "secret", "organisation", "limited": calls, "breaks"} (all optional): make
    or change a cabinet -> {"client_id", "secret", "tag"}."""
    values = await json_of(request)
    client = wanted(values, "client_id", str, CLIENT)
    organisation = wanted(values, "organisation", int, ORGANISATION)
    accounts = _kept(world_of(request))["accounts"]
    accounts[client] = {
        "client": client,
        "secret": wanted(values, "secret", str, SECRET),
        "organisation": organisation,
        "limited": wanted(values, "limited", int, 0),
        "breaks": wanted(values, "breaks", bool, False),
        "rows": accounts.get(client, {}).get("rows", []),
    }
    tag = f"vendor_org_{organisation}"
    return done({"client_id": client, "secret": accounts[client]["secret"], "tag": tag})


async def rows(request: Request) -> Response:
    """POST {"client_id", "rows": [{"campaign", "age_days" or "day", "sessions", "ordered",
    "amount", "source", "content"}]}: what the report shows from now on."""
    values, world = await json_of(request), world_of(request)
    client = wanted(values, "client_id", str, CLIENT)
    found = _kept(world)["accounts"].get(client)
    if found is None:
        return problem(404, f"no client {client}")
    found["rows"] = [
        {
            "day": one.get("day") or _days_ago(world.now(), wanted(one, "age_days", int, 0)),
            "campaign": wanted(one, "campaign", str, ""),
            "source": wanted(one, "source", str, "birge/cpa"),
            "content": wanted(one, "content", str, ""),
            "sessions": wanted(one, "sessions", int, 0),
            "ordered": wanted(one, "ordered", int, 0),
            "amount": wanted(one, "amount", str, "0"),
        }
        for one in wanted(values, "rows", list)
    ]
    return done({"rows": len(found["rows"])})


def _days_ago(now: datetime, days: int) -> str:
    return (now + timedelta(hours=3) - timedelta(days=days)).date().isoformat()


ROUTES = [
    Route(f"{START}/api/client/token", token, methods=["POST"]),
    Route(f"{START}/api/client/organisation/vendor_tag", vendor_tag),
    Route(f"{START}/api/client/vendors/statistics", report_order, methods=["POST"]),
    Route(f"{START}/api/client/vendors/statistics/{{uuid}}", report_state),
    Route(f"{START}/api/client/statistics/report", report_file),
]
CONTROL = [
    Route("/performance/account", account, methods=["POST"]),
    Route("/performance/rows", rows, methods=["POST"]),
]
