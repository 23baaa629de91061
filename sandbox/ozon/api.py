"""The methods of Ozon's Seller API, in its own words."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.ozon.door import NAME, guarded, problem
from sandbox.ozon.postings import (
    get_row,
    list_row,
    list_rows,
    return_row,
    return_rows,
)
from sandbox.service import json_of, world_of
from sandbox.world import State

LIST_ROWS_MAX, RETURN_ROWS_MAX = 100, 500
PERIOD_MAX = timedelta(days=366)
CURSOR_SECONDS = 600  # a page's cursor is forgotten then
ONE_OF_DATES = (
    "logistic_return_date",
    "storage_tariffication_start_date",
    "visual_status_change_moment",
)
RETIRED = (
    "/v3/posting/fbs/list",
    "/v3/posting/fbs/unfulfilled/list",
    "/v2/posting/fbo/list",
    "/v3/finance/transaction/list",
    "/v3/finance/transaction/totals",
)


class Refused(Exception):
    """400 with this message."""


async def fbs_list(request: Request, account: State) -> Response:
    return await _posting_list(request, account, "fbs")


async def fbo_list(request: Request, account: State) -> Response:
    return await _posting_list(request, account, "fbo")


async def _posting_list(request: Request, account: State, scheme: str) -> Response:
    """Pages of one query: its cursor knows the filter, and is no good for any other."""
    world = world_of(request)
    state = world.state(NAME)
    try:
        body = await json_of(request)
        wanted = _filter(body)
        rows_max = _limit(body, LIST_ROWS_MAX)
        start = _start(state, body.get("cursor") or "", wanted, world.now())
    except Refused as refused:
        return problem(400, 3, str(refused))
    if scheme == "fbo":
        wanted = {**wanted, "last_changed_status_date": None}
    rows = list_rows(state, account["client_id"], scheme, wanted)
    page, has_next = rows[start : start + rows_max], len(rows) > start + rows_max
    cursor = _cursor(state, body["filter"], start + rows_max, world.now()) if has_next else ""
    shown = [list_row(row) for row in page]
    if not (body.get("with") or {}).get("financial_data"):
        shown = [{**row, "financial_data": None} for row in shown]
    return JSONResponse({"postings": shown, "has_next": has_next, "cursor": cursor})


def _filter(body: State) -> State:
    wanted = body.get("filter")
    if not isinstance(wanted, dict) or not wanted.get("since") or not wanted.get("to"):
        raise Refused("filter.since and filter.to are required")
    since, to = _moment(wanted["since"], "since"), _moment(wanted["to"], "to")
    if to - since > PERIOD_MAX:
        raise Refused("PERIOD_IS_TOO_LONG")
    return wanted


def _moment(text: Any, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise Refused(f"filter.{name}: not a time") from None
    if moment.tzinfo is None:
        raise Refused(f"filter.{name}: time zone required")
    return moment


def _limit(body: State, most: int) -> int:
    limit = body.get("limit")
    if not isinstance(limit, int) or isinstance(limit, bool) or not 1 <= limit <= most:
        raise Refused(f"limit: must be within 1..{most}")
    return limit


def _start(state: State, cursor: str, wanted: State, now: datetime) -> int:
    if not cursor:
        return 0
    known = state["cursors"].get(cursor)
    is_old = known and now.timestamp() - known["at"] > CURSOR_SECONDS
    if known is None or is_old or known["filter"] != wanted:
        raise Refused("cursor is invalid")
    return int(known["start"])


def _cursor(state: State, wanted: State, start: int, now: datetime) -> str:
    cursor = secrets.token_urlsafe(18)
    state["cursors"][cursor] = {"filter": wanted, "start": start, "at": now.timestamp()}
    return cursor


async def fbs_get(request: Request, account: State) -> Response:
    body = await json_of(request)
    posting = world_of(request).state(NAME)["postings"].get(str(body.get("posting_number")))
    is_theirs = posting and posting["client_id"] == account["client_id"]
    if not is_theirs or posting["scheme"] != "fbs":
        return problem(404, 5, "posting is not found")
    return JSONResponse({"result": get_row(posting)})


async def returns_list(request: Request, account: State) -> Response:
    try:
        body = await json_of(request)
        wanted = body.get("filter") or {}
        if sum(name in wanted for name in ONE_OF_DATES) > 1:
            raise Refused("use only one filter by date")
        rows_max = _limit(body, RETURN_ROWS_MAX)
    except Refused as refused:
        return problem(400, 3, str(refused))
    if account["ignores_return_dates"]:
        wanted = {name: value for name, value in wanted.items() if name not in ONE_OF_DATES}
    state = world_of(request).state(NAME)
    rows = return_rows(state, account["client_id"], wanted, int(body.get("last_id") or 0))
    page = [return_row(row) for row in rows[:rows_max]]
    return JSONResponse({"returns": page, "has_next": len(rows) > rows_max})


async def roles(request: Request, account: State) -> Response:
    methods = [route.path for route in ROUTES if isinstance(route, Route)]
    return JSONResponse(
        {
            "expires_at": account["expires_at"] or None,
            "roles": [{"name": "Admin read only", "methods": methods}],
        }
    )


async def voucher_create(request: Request, account: State) -> Response:
    body = await json_of(request)
    if account["is_cis"]:
        return problem(403, 7, "method is not available for sellers from CIS")
    wanted = ("title", "date_start", "date_end", "discount_type", "discount_value", "budget")
    if missing := [name for name in wanted if not body.get(name)]:
        return problem(400, 3, f"{missing[0]} is required")
    state = world_of(request).state(NAME)
    action_id = 7_700_001 + len(state["vouchers"])
    count = int((body.get("voucher_parameters") or {}).get("count_codes") or 1)
    codes = [f"OZON{secrets.token_hex(4).upper()}" for _ in range(count)]
    state["vouchers"][str(action_id)] = {
        "client_id": account["client_id"],
        "title": body["title"],
        "codes": codes,
    }
    return JSONResponse({"action_id": action_id})


async def voucher_get(request: Request, account: State) -> Response:
    body = await json_of(request)
    voucher = world_of(request).state(NAME)["vouchers"].get(str(body.get("action_id")))
    if voucher is None or voucher["client_id"] != account["client_id"]:
        return problem(404, 5, "action is not found")
    text = "".join(f"{code}\r\n" for code in voucher["codes"])
    return Response(text.encode(), media_type="text/csv")


async def retired(request: Request) -> Response:
    """Whoever still asks the old lists."""
    return problem(404, 5, f"{request.url.path} is switched off, use the new version")


ROUTES = [
    Route("/v4/posting/fbs/list", guarded(fbs_list), methods=["POST"]),
    Route("/v3/posting/fbo/list", guarded(fbo_list), methods=["POST"]),
    Route("/v3/posting/fbs/get", guarded(fbs_get), methods=["POST"]),
    Route("/v1/returns/list", guarded(returns_list), methods=["POST"]),
    Route("/v1/roles", guarded(roles), methods=["POST"]),
    Route("/v1/seller-actions/create/voucher", guarded(voucher_create), methods=["POST"]),
    Route("/v1/seller-actions/voucher/get", guarded(voucher_get), methods=["POST"]),
    *(Route(path, retired, methods=["POST"]) for path in RETIRED),
]
