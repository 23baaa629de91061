"""The endpoints of Wildberries, in its own words: feed, orders, sales, claims, finance, seller."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.service import json_of, world_of
from sandbox.wildberries.door import NAME, Limit, Seller, guarded, problem
from sandbox.wildberries.orders import MOSCOW, feed_rows, report_rows
from sandbox.wildberries.statistics import (
    claim_rows,
    fbs_rows,
    fbs_status,
    order_rows,
    sale_rows,
)
from sandbox.wildberries.token import ANALYTICS, FINANCE, MARKETPLACE, RETURNS, STATISTICS
from sandbox.world import State

DAY = 86_400
FEED_LIMITS = {"basic": Limit(1, 3 * 3_600), "others": Limit(1, 60)}
REPORT_LIMITS = {"basic": Limit(2, DAY), "others": Limit(1, 60)}
ORDERS_LIMITS = {"basic": Limit(1, 3 * 3_600), "others": Limit(10, 600)}  # 1/min, burst 10
SALES_LIMITS = {"basic": Limit(1, 2 * 3_600), "others": Limit(1, 60)}
CLAIMS_LIMITS = {"basic": Limit(1, 3_600), "others": Limit(20, 60)}
FBS_LIMITS = {"others": Limit(300, 60)}
FBS_ROWS_MAX = 1_000
FBS_DAYS_MAX = 30
PING_LIMITS = {"others": Limit(3, 30)}
SELLER_LIMITS = {"others": Limit(10, 60)}
FEED_DAYS_MAX = 31
FEED_ROWS, FEED_ROWS_MAX = 50, 10_000
REPORT_ROWS_MAX = 100_000
NM_IDS_MAX = 1_000


class Refused(Exception):
    """400 with this detail."""


async def order_feed(request: Request, seller: Seller) -> Response:
    """Pages of one snapshot: without its snapshotTime a page shows the feed of another moment."""
    world = world_of(request)
    try:
        body = await json_of(request)
        start, end = _period(body.get("selectedPeriod"))
        offset, rows_max, snapshot_text = _pagination(body.get("pagination"))
        nm_ids = body.get("nmIds") or []
        if len(nm_ids) > NM_IDS_MAX:
            raise Refused("nmIds: at most 1000")
        snapshot = _moment(snapshot_text, "snapshotTime") if snapshot_text else world.now()
    except Refused as refused:
        return problem(400, "bad request", str(refused), request)
    state = world.state(NAME)
    rows = [
        row
        for row in feed_rows(state, seller.seller_id, snapshot)
        if start <= datetime.fromisoformat(row["createdAt"]) <= end
        and (not nm_ids or row["nmId"] in nm_ids)
    ]
    data = {
        "snapshotTime": snapshot.isoformat().replace("+00:00", "Z"),
        "currency": _currency(state, seller),
        "orders": rows[offset : offset + rows_max],
    }
    return JSONResponse({"data": data})


def _currency(state: dict[str, Any], seller: Seller) -> str:
    """A seller's account has one currency."""
    owned = [one for one in state["orders"].values() if one["seller_id"] == seller.seller_id]
    return str(owned[-1]["currency"]) if owned else "KZT"


async def sales_report(request: Request, seller: Seller) -> Response:
    """Rows after rrdId within the days asked for; 204 when there is none."""
    world = world_of(request)
    try:
        body = await json_of(request)
        first, last = (_day(body, name) for name in ("dateFrom", "dateTo"))
        rows_max = _integer(body, "limit", default=REPORT_ROWS_MAX, most=REPORT_ROWS_MAX)
        after = _integer(body, "rrdId", default=0, most=2**63)
        if body.get("period", "weekly") not in ("weekly", "daily"):
            raise Refused("period: weekly or daily")
    except Refused as refused:
        return problem(400, "bad request", str(refused), request)
    rows = [
        row
        for row in report_rows(world.state(NAME), seller.seller_id, world.now())
        if row["rrdId"] > after and first <= row["rrDate"] <= last
    ]
    return JSONResponse(rows[:rows_max]) if rows else Response(status_code=204)


Rows = Callable[[State, str, datetime], list[dict[str, Any]]]


async def _statistics(request: Request, seller: Seller, rows_of: Rows) -> Response:
    """With flag=1 a day as a whole, else what changed since dateFrom, oldest change first."""
    world, query = world_of(request), request.query_params
    if "dateFrom" not in query:
        return JSONResponse({"errors": ["dateFrom: field required"]}, 400)
    try:
        since = datetime.fromisoformat(query["dateFrom"])
    except ValueError:
        return JSONResponse({"errors": "dateFrom: Value not validated"}, 400)
    since = since.astimezone(MOSCOW).replace(tzinfo=None) if since.tzinfo else since
    state = world.state(NAME)
    rows = rows_of(state, seller.seller_id, world.now())
    if query.get("flag") == "1":
        day = since.date().isoformat()
        return JSONResponse([row for row in rows if row["date"].startswith(day)])
    changed = [row for row in rows if datetime.fromisoformat(row["lastChangeDate"]) >= since]
    changed.sort(key=lambda row: str(row["lastChangeDate"]))
    return JSONResponse(changed[: state["statistics_rows_max"]])


async def supplier_orders(request: Request, seller: Seller) -> Response:
    return await _statistics(request, seller, order_rows)


async def supplier_sales(request: Request, seller: Seller) -> Response:
    return await _statistics(request, seller, sale_rows)


async def claims(request: Request, seller: Seller) -> Response:
    """The half asked for: is_archive=true or false."""
    world, query = world_of(request), request.query_params
    is_archive = query.get("is_archive")
    offset, limit = query.get("offset", "0"), query.get("limit", "50")
    if is_archive not in ("true", "false") or not (offset + limit).isdecimal():
        detail = "is_archive, limit, offset: Value not validated"
        return problem(400, "bad request", detail, request)
    state = world.state(NAME)
    rows = claim_rows(state, seller.seller_id, world.now(), is_archive=is_archive == "true")
    first = int(offset)
    return JSONResponse({"claims": rows[first : first + int(limit)], "total": len(rows)})


async def fbs_orders(request: Request, seller: Seller) -> Response:
    asked = request.query_params
    try:
        limit, after = int(asked["limit"]), int(asked["next"])
        since, until = (
            datetime.fromtimestamp(int(asked[name]), UTC) for name in ("dateFrom", "dateTo")
        )
    except (KeyError, ValueError):
        return problem(400, "bad request", "limit, next, dateFrom and dateTo", request)
    if not 1 <= limit <= FBS_ROWS_MAX or until - since > timedelta(days=FBS_DAYS_MAX):
        return problem(400, "bad request", "limit, or more than 30 days", request)
    rows = fbs_rows(world_of(request).state(NAME), seller.seller_id, since, until)
    page = [row for row in rows if row["id"] > after][:limit]
    return JSONResponse({"next": page[-1]["id"] if page else 0, "orders": page})


async def fbs_statuses(request: Request, seller: Seller) -> Response:
    wanted_ids = (await json_of(request)).get("orders")
    if not isinstance(wanted_ids, list) or not 1 <= len(wanted_ids) <= FBS_ROWS_MAX:
        return problem(400, "bad request", "orders: 1 to 1000 ids", request)
    orders = world_of(request).state(NAME)["orders"].values()
    own = [one for one in orders if one["seller_id"] == seller.seller_id and one.get("fbs_id")]
    told = [fbs_status(one) for one in own if one["fbs_id"] in wanted_ids]
    return JSONResponse({"orders": told})


async def seller_info(request: Request, seller: Seller) -> Response:
    return JSONResponse({"name": "ИП Sandbox", "sid": seller.seller_id, "tradeMark": "Sandbox Lab"})


async def ping(request: Request, seller: Seller) -> Response:
    moment = world_of(request).now().astimezone(MOSCOW).isoformat(timespec="seconds")
    return JSONResponse({"TS": moment, "Status": "OK"})


def _period(value: Any) -> tuple[datetime, datetime]:
    if not isinstance(value, dict):
        raise Refused("selectedPeriod: field required")
    start, end = (_moment(value.get(name), f"selectedPeriod.{name}") for name in ("start", "end"))
    if not timedelta() <= end - start <= timedelta(days=FEED_DAYS_MAX):
        raise Refused("selectedPeriod: at most 31 days")
    return start, end


def _pagination(value: Any) -> tuple[int, int, str | None]:
    value = value if isinstance(value, dict) else {}
    offset = _integer(value, "offset", default=0, most=2**31)
    rows_max = _integer(value, "limit", default=FEED_ROWS, most=FEED_ROWS_MAX)
    return offset, rows_max, value.get("snapshotTime")


def _integer(body: dict[str, Any], name: str, *, default: int, most: int) -> int:
    value = body.get(name, default)
    if not isinstance(value, int) or not 0 <= value <= most:
        raise Refused(f"{name}: Value not validated")
    return value


def _moment(value: Any, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Refused(f"{name}: Value not validated") from None
    if moment.tzinfo is None:
        raise Refused(f"{name}: time zone required")
    return moment


def _day(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    try:
        return datetime.fromisoformat(str(value)).date().isoformat()
    except ValueError:
        raise Refused(f"{name}: Value not validated") from None


HOSTS = (
    "seller-analytics-api",
    "finance-api",
    "common-api",
    "marketplace-api",
    "statistics-api",
    "returns-api",
)
ROUTES = [
    Route(
        "/seller-analytics-api/api/analytics/v1/order-feed",
        guarded("order-feed", order_feed, bit=ANALYTICS, limits=FEED_LIMITS),
        methods=["POST"],
    ),
    Route(
        "/finance-api/api/finance/v1/sales-reports/detailed",
        guarded("sales-reports", sales_report, bit=FINANCE, limits=REPORT_LIMITS),
        methods=["POST"],
    ),
    Route(
        "/statistics-api/api/v1/supplier/orders",
        guarded("supplier-orders", supplier_orders, bit=STATISTICS, limits=ORDERS_LIMITS),
    ),
    Route(
        "/statistics-api/api/v1/supplier/sales",
        guarded("supplier-sales", supplier_sales, bit=STATISTICS, limits=SALES_LIMITS),
    ),
    Route(
        "/returns-api/api/v1/claims",
        guarded("claims", claims, bit=RETURNS, limits=CLAIMS_LIMITS),
    ),
    Route(
        "/marketplace-api/api/v3/orders",
        guarded("fbs", fbs_orders, bit=MARKETPLACE, limits=FBS_LIMITS),
    ),
    Route(
        "/marketplace-api/api/v3/orders/status",
        guarded("fbs", fbs_statuses, bit=MARKETPLACE, limits=FBS_LIMITS),
        methods=["POST"],
    ),
    Route(
        "/common-api/api/v1/seller-info",
        guarded("seller-info", seller_info, bit=0, limits=SELLER_LIMITS),
    ),
    *(
        Route(f"/{host}/ping", guarded(f"{host}-ping", ping, bit=0, limits=PING_LIMITS))
        for host in HOSTS
    ),
]
