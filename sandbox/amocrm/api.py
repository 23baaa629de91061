"""The API of amoCRM, version 4: account, pipelines, fields, leads and contacts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.amocrm.leads import FIELDS, shown, stages_of
from sandbox.service import world_of
from sandbox.world import State

NAME = "amocrm"
LIMIT_MAX = 250
CALLS_MAX, CALLS_SECONDS = 7, 1  # of an account's integrations together


class Refused(Exception):
    """This answer, and nothing else."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


async def account(request: Request) -> Response:
    try:
        own = _state(request)["account"]
    except Refused as refused:
        return refused.response
    return JSONResponse({**own, "country": "KZ", "is_unsorted_on": True})


async def pipelines(request: Request) -> Response:
    try:
        state = _state(request)
    except Refused as refused:
        return refused.response
    rows = [
        {
            "id": int(pipeline_id),
            "name": pipeline["name"],
            "is_archive": False,
            "_embedded": {
                "statuses": [
                    {"id": stage, "name": name, "pipeline_id": int(pipeline_id)}
                    for stage, name in stages_of(pipeline).items()
                ]
            },
        }
        for pipeline_id, pipeline in state["pipelines"].items()
    ]
    return JSONResponse({"_total_items": len(rows), "_embedded": {"pipelines": rows}})


async def custom_fields(request: Request) -> Response:
    rows = [{"id": field, "name": name, "type": kind} for field, (name, kind) in FIELDS.items()]
    return _listed(request, "custom_fields", lambda _state: rows)


async def leads(request: Request) -> Response:
    return _listed(request, "leads", lambda state: _leads(request, state))


async def contacts(request: Request) -> Response:
    def found(state: State) -> list[dict[str, Any]]:
        ids = _ids(request)
        return [_contact(one) for one in state["contacts"].values() if one["id"] in ids]

    return _listed(request, "contacts", found)


def _leads(request: Request, state: State) -> list[dict[str, Any]]:
    """Without those that were deleted."""
    found = [one for one in state["leads"].values() if not one["is_deleted"]]
    if ids := _ids(request):
        found = [one for one in found if one["id"] in ids]
    since = int(request.query_params.get("filter[updated_at][from]", "0"))
    found = [one for one in found if one["updated_at"] >= since]
    if request.query_params.get("order[updated_at]") == "asc":
        found.sort(key=lambda one: (one["updated_at"], one["id"]))
    return [shown(one, state["account"]["id"]) for one in found]


def _contact(contact: State) -> dict[str, Any]:
    values = [{"value": contact["phone"], "enum_code": "WORK"}]
    phone = {"field_id": 1, "field_name": "Телефон", "field_code": "PHONE", "values": values}
    return {
        "id": contact["id"],
        "name": "Айгерім С.",
        "custom_fields_values": [phone] if contact["phone"] else None,
    }


def _ids(request: Request) -> set[int]:
    return {
        int(value)
        for name, value in request.query_params.multi_items()
        if name.startswith("filter[id][")
    }


def _listed(request: Request, name: str, rows_of: Any) -> Response:
    """A page of rows; one without any is 204."""
    try:
        state = _state(request)
        limit = int(request.query_params.get("limit", "50"))
        page = int(request.query_params.get("page", "1"))
        if not 1 <= limit <= LIMIT_MAX:
            raise Refused(problem(400, "Bad Request", "limit is too large"))
    except Refused as refused:
        return refused.response
    rows = rows_of(state)[(page - 1) * limit : page * limit]
    if not rows:
        return Response(status_code=204)
    return JSONResponse({"_page": page, "_embedded": {name: rows}})


def _state(request: Request) -> State:
    """Raises: Refused: an unknown or ended token, a missing right, too often."""
    world = world_of(request)
    state = world.state(NAME)
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    known = state["tokens"].get(token)
    if known is None or datetime.fromisoformat(known["ends_at"]) <= world.now():
        raise Refused(problem(401, "Unauthorized", "Token is invalid or has expired"))
    if not known["may_read"]:
        raise Refused(problem(403, "Forbidden", "No access to this entity"))
    now = world.now().timestamp()
    state["calls"] = [one for one in state["calls"] if one > now - CALLS_SECONDS]
    if len(state["calls"]) >= CALLS_MAX:
        raise Refused(problem(429, "Too Many Requests", "Too many requests"))
    state["calls"].append(now)
    return state


def problem(status: int, title: str, detail: str) -> Response:
    return JSONResponse(
        {"title": title, "status": status, "detail": detail},
        status,
        media_type="application/problem+json",
    )


ROUTES = [
    Route("/api/v4/account", account),
    Route("/api/v4/leads/pipelines", pipelines),
    Route("/api/v4/leads/custom_fields", custom_fields),
    Route("/api/v4/leads", leads),
    Route("/api/v4/contacts", contacts),
]
