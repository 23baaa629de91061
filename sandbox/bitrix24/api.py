"""The REST of a Bitrix24 portal, through the address of an inbound webhook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.bitrix24.deals import FIELDS, semantics_of
from sandbox.service import json_of, world_of
from sandbox.world import State

NAME = "bitrix24"
PAGE_ROWS = 50
BUCKET_MAX, BUCKET_LEAK = 50, 2  # questions, and how many of them a second are forgotten

Params = Mapping[str, Any]


async def method(request: Request) -> Response:
    world = world_of(request)
    state = world.state(NAME)
    known = state["codes"].get(f"{request.path_params['user']}/{request.path_params['code']}")
    if known is None:
        return problem(401, "INVALID_CREDENTIALS", "Invalid request credentials")
    if not known["may_read"]:
        return problem(403, "insufficient_scope", "The request requires higher privileges")
    if not _may_ask(state["bucket"], world.now().timestamp()):
        return problem(503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
    answer = METHODS.get(request.path_params["method"])
    if answer is None:
        return problem(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
    return JSONResponse(answer(state, await json_of(request)))


def _may_ask(bucket: State, now: float) -> bool:
    """The leaky bucket of a portal."""
    level = max(0.0, bucket["level"] - (now - bucket["at"]) * BUCKET_LEAK)
    bucket["at"] = now
    is_full = level + 1 > BUCKET_MAX
    bucket["level"] = level if is_full else level + 1
    return not is_full


def _deals(state: State, params: Params) -> State:
    found = [_deal(state, one) for one in state["deals"].values()]
    wanted = params.get("filter", {})
    if "@ID" in wanted:
        found = [one for one in found if one["ID"] in {str(each) for each in wanted["@ID"]}]
    if ">=DATE_MODIFY" in wanted:
        since = datetime.fromisoformat(wanted[">=DATE_MODIFY"])
        found = [one for one in found if datetime.fromisoformat(one["DATE_MODIFY"]) >= since]
    if params.get("order"):
        found.sort(key=lambda one: (datetime.fromisoformat(one["DATE_MODIFY"]), int(one["ID"])))
    names = params["select"]
    return _paged([{name: one.get(name) for name in names} for one in found], params, list)


def _deal(state: State, deal: dict[str, Any]) -> dict[str, Any]:
    return {**deal, "STAGE_SEMANTIC_ID": semantics_of(state, deal)}


def _rows(state: State, params: Params) -> State:
    owners = {str(each) for each in params["filter"]["=ownerId"]}
    rows = [
        {
            "id": int(deal_id) * 100 + n,
            "ownerId": int(deal_id),
            "ownerType": "D",
            "productId": 9_600 + n,
            "productName": name,
            "price": price,
            "quantity": quantity,
            "taxRate": None,
            "taxIncluded": "Y",
        }
        for deal_id, goods in state["rows"].items()
        if deal_id in owners
        for n, (name, price, quantity) in enumerate(goods, 1)
    ]
    return _paged(rows, params, lambda page: {"productRows": page})


def _contacts(state: State, params: Params) -> State:
    ids = {str(each) for each in params["filter"]["@ID"]}
    rows = [
        {"ID": contact, "PHONE": [{"ID": "1", "VALUE": phone, "VALUE_TYPE": "WORK"}]}
        for contact, phone in state["contacts"].items()
        if contact in ids
    ]
    return _paged(rows, params, list)


def _categories(state: State, params: Params) -> State:
    rows = [
        {"id": int(pipeline), "name": kept["name"], "isDefault": "Y" if pipeline == "0" else "N"}
        for pipeline, kept in state["pipelines"].items()
    ]
    return {"result": {"categories": rows}, "total": len(rows)}


def _statuses(state: State, params: Params) -> State:
    directory = params["filter"]["ENTITY_ID"]
    pipeline = state["pipelines"][directory.removeprefix("DEAL_STAGE").lstrip("_") or "0"]
    rows = [
        {"ENTITY_ID": directory, "STATUS_ID": stage, "NAME": name, "SEMANTICS": semantics}
        for stage, (name, semantics) in pipeline["stages"].items()
    ]
    return {"result": rows, "total": len(rows)}


def _fields(state: State, params: Params) -> State:
    own = {name: {"type": "string", "title": name, "listLabel": FIELDS[name]} for name in FIELDS}
    return {"result": {"ID": {"type": "integer", "title": "ID"}, **own}}


def _paged(rows: list[Any], params: Params, result: Callable[[list[Any]], Any]) -> State:
    start = int(params.get("start", 0))
    answer: State = {"result": result(rows[start : start + PAGE_ROWS]), "total": len(rows)}
    if start + PAGE_ROWS < len(rows):
        answer["next"] = start + PAGE_ROWS
    return answer


def problem(status: int, code: str, words: str) -> Response:
    return JSONResponse({"error": code, "error_description": words}, status)


METHODS: Mapping[str, Callable[[State, Params], State]] = {
    "crm.deal.list": _deals,
    "crm.item.productrow.list": _rows,
    "crm.contact.list": _contacts,
    "crm.category.list": _categories,
    "crm.status.list": _statuses,
    "crm.deal.fields": _fields,
}
ROUTES = [Route("/rest/{user}/{code}/{method}.json", method, methods=["POST"])]
