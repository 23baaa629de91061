"""The actions of the stand-in Admitad: how its statistics show them, and how postbacks tell."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

import httpx

from sandbox.world import State

NAME = "admitad"
ZONE = timezone(timedelta(hours=3))  # the network's own time
TIMEOUT_SECONDS = 5.0
_MACRO = re.compile(r"\[\[\[([a-z0-9_]+)\]\]\]")


def action_create(state: State, values: dict[str, Any], at: datetime) -> dict[str, Any]:
    """`values` has subid, order_id, cart, payment, currency, type and program."""
    action_id = state["next_id"]
    state["next_id"] += 1
    action = {
        **values,
        "id": action_id,
        "order_id": values["order_id"] or str(8_190_000_000_000_000 + action_id),
        "status": "pending",
        "made_at": at.isoformat(),
        "changed_at": at.isoformat(),
        "is_ready": False,
    }
    state["actions"][str(action_id)] = action
    return action


def shown(action: dict[str, Any]) -> dict[str, Any]:
    """A row of the statistics. The cart may be null."""
    return {
        "status": action["status"],
        "comment": None,
        "conversion_time": 88_100,
        "keyword": None,
        "advcampaign_id": 6115,
        "advcampaign_name": action["program"],
        "cart": action["cart"],
        "subid": action["subid"] or None,
        "subid1": None,
        "subid2": None,
        "subid3": None,
        "subid4": None,
        "click_user_referer": "https://instagram.example/aigerim",
        "currency": action["currency"],
        "action_date": _text(action["made_at"]),
        "click_date": _text(action["made_at"]),
        "website_name": "Sandbox channel",
        "action": "Оплаченный заказ",
        "action_id": action["id"],
        "action_type": action["type"],
        "payment": action["payment"],
        "order_id": action["order_id"],
        "processed": 0,
        "paid": 1 if action["is_ready"] else 0,
        "positions": [],
    }


def changed_at(action: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(action["changed_at"])


def made_at(action: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(action["made_at"])


def _text(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")


def expanded(template: str, action: dict[str, Any]) -> str:
    """The publisher's address with the action's values; a macro that nobody knows stays."""
    values = {
        "offer_id": "6115",
        "offer_name": action["program"],
        "subid": action["subid"],
        "action_id": str(action["id"]),
        "admitad_id": str(action["id"]),
        "payment_sum": action["payment"],
        "payment_status": action["status"],
        "reward_ready": "1" if action["is_ready"] else "0",
        "currency": action["currency"],
        "order_id": action["order_id"],
        "order_sum": action["cart"] or "",
        "time": str(int(made_at(action).timestamp())),
        "type": action["type"],
    }
    return _MACRO.sub(lambda one: quote(values.get(one[1], one[0]), safe=""), template)


async def tell(state: State, action: dict[str, Any], times: int) -> list[State]:
    """Send the postback of an action, `times` times over. Nothing is sent without an address."""
    own = state["postback"]
    if not own["url"]:
        return []
    address = expanded(own["url"], action)
    said = [await _send(own["method"], address) for _ in range(times)]
    state["said"] += said
    return said


async def _send(method: str, address: str) -> State:
    path, _, query = address.partition("?")
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            if method == "GET":
                answer = await client.get(address)
            else:
                form = {"content-type": "application/x-www-form-urlencoded"}
                answer = await client.post(path, content=query.encode(), headers=form)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return {"address": address, "status": None, "answer": type(error).__name__}
    return {"address": address, "status": answer.status_code, "answer": answer.text[:200]}
