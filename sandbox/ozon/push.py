"""Ozon's push: unsigned, repeated on its own schedule, suspended where nobody answers in time."""

from __future__ import annotations

import json
import time
import uuid
from datetime import datetime, timedelta
from typing import Any

import httpx

from sandbox.ozon.postings import moment_text
from sandbox.world import State

# Some seconds, growing to ten minutes, then five more times, then never again.
RETRY_SECONDS = (5, 15, 45, 120, 300, 600, 600, 600, 600, 600, 600)
TIMEOUT_SECONDS = 5.0
DAY = timedelta(days=1)
JUDGED_FROM = 4  # answers within a day, before a share of good ones says anything
STATES = {
    "delivered": "posting_delivered",
    "delivering": "posting_in_pickup_point",
    "cancelled": "posting_canceled",
    "not_accepted": "posting_not_in_sort_center",
    "awaiting_deliver": "posting_transferring_to_delivery",
    "awaiting_packaging": "posting_created",
}


def new_posting(posting: State) -> dict[str, Any]:
    """What is said of a posting that has come. FBS types have no id of their own."""
    products = [{"sku": sku, "quantity": pieces} for sku, pieces, _price in posting["items"]]
    common = {
        "posting_number": posting["number"],
        "products": products,
        "warehouse_id": 1020000123456000,
        "seller_id": int(posting["client_id"]),
    }
    if posting["scheme"] == "fbo":
        return {
            "message_type": "TYPE_FBO_POSTING_NEW",
            **common,
            **_order_and_id(posting),
            "creation_date": moment_text(datetime.fromisoformat(posting["created_at"])),
        }
    paid_at = posting["paid_at"]
    return {
        "message_type": "TYPE_NEW_POSTING",
        **common,
        "in_process_at": moment_text(datetime.fromisoformat(paid_at)) if paid_at else "",
        "tpl_integration_type": "ozon",
        "is_express": False,
    }


def changed_posting(posting: State) -> dict[str, Any]:
    """What is said of its next state."""
    is_fbo = posting["scheme"] == "fbo"
    is_cancelled = posting["status"] == "cancelled"
    kind = "POSTING_CANCELLED" if is_cancelled else "STATE_CHANGED"
    if is_fbo and not is_cancelled:
        kind = "POSTING_STATE_CHANGED"
    return {
        "message_type": f"TYPE_{'FBO_' if is_fbo else ''}{kind}",
        "posting_number": posting["number"],
        "new_state": STATES.get(posting["status"], f"posting_{posting['status']}"),
        "changed_state_date": moment_text(datetime.fromisoformat(posting["changed_at"])),
        "warehouse_id": 1020000123456000,
        "seller_id": int(posting["client_id"]),
        **(_order_and_id(posting) if is_fbo else {}),
    }


def _order_and_id(posting: State) -> dict[str, str]:
    return {"order_number": posting["number"].rpartition("-")[0], "uuid": str(uuid.uuid4())}


async def push(state: State, body: dict[str, Any], now: datetime, *, times: int = 1) -> State:
    """Say it now, `times` times over; what is not taken is said again later."""
    said: State = {"body": body, "attempts": 0, "next_at": now.isoformat(), "log": []}
    state["pushes"].append(said)
    for _ in range(times):
        await _attempt(state, said, now)
    return said


async def due_send(state: State, now: datetime) -> int:
    """Everything whose time to be said again has come."""
    due = [
        one
        for one in state["pushes"]
        if one["next_at"] and datetime.fromisoformat(one["next_at"]) <= now
    ]
    for one in due:
        await _attempt(state, one, now)
    return len(due)


async def ping(state: State, now: datetime) -> State:
    """The button "Check" of the cabinet: the receiver must answer in its strict format."""
    body = {"message_type": "TYPE_PING", "time": moment_text(now)}
    status, text, content_type = await _post(state["push"]["url"], body)
    return {"result": _ping_fault(status, text, content_type) or "OK", "answer": text}


def _ping_fault(status: int | None, text: str, content_type: str) -> str:
    if status is None:
        return "REQUEST_ERROR"
    if status != 200:
        return "STATUS_CODE_NOT_OK"
    if not text:
        return "EMPTY_BODY"
    if content_type.partition(";")[0] != "application/json":
        return "INVALID_BODY"
    try:
        answer = json.loads(text)
    except ValueError:
        return "INVALID_JSON"
    if set(answer) != {"version", "name", "time"}:
        return "WRONG_RESULT_FIELD"
    try:
        is_right = answer["time"].endswith("Z")
        datetime.fromisoformat(answer["time"])
    except (AttributeError, ValueError):
        is_right = False
    return "" if is_right else "WRONG_RESULT_TIME_FIELD"


async def _attempt(state: State, said: State, now: datetime) -> None:
    if state["push"]["is_suspended"] or not state["push"]["url"]:
        said["next_at"] = ""
        return
    began = time.monotonic()
    status, text, _type = await _post(state["push"]["url"], said["body"])
    is_taken = status == 200 and time.monotonic() - began <= TIMEOUT_SECONDS
    said["log"].append({"at": now.isoformat(), "status": status, "answer": text[:200]})
    attempts = said["attempts"]
    said["attempts"] += 1
    is_over = is_taken or attempts >= len(RETRY_SECONDS)
    wait = 0 if is_over else RETRY_SECONDS[attempts]
    said["next_at"] = "" if is_over else (now + timedelta(seconds=wait)).isoformat()
    _judge(state["push"], is_taken, now)


def _judge(own: State, is_taken: bool, now: datetime) -> None:
    """All notifications stop when less than half of a day's answers are right."""
    answers = [one for one in own["answers"] if datetime.fromisoformat(one[0]) > now - DAY]
    own["answers"] = [*answers, [now.isoformat(), is_taken]]
    good = sum(taken for _at, taken in own["answers"])
    own["is_suspended"] = len(own["answers"]) >= JUDGED_FROM and good * 2 < len(own["answers"])


async def _post(url: str, body: dict[str, Any]) -> tuple[int | None, str, str]:
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            response = await client.post(url, json=body)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return None, type(error).__name__, ""
    return response.status_code, response.text, response.headers.get("content-type", "")
