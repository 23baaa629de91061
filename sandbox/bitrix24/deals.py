"""What the stand-in Bitrix24 keeps: pipelines with stages, deals, goods and contacts."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from sandbox.world import State

ZONE = timezone(timedelta(hours=5))  # the portal's own
CLICK_FIELD, CODE_FIELD, NUMBER_FIELD = "UF_CRM_CLICK", "UF_CRM_PROMO", "UF_CRM_ORDER"
FIELDS = {CLICK_FIELD: "cpa_click", CODE_FIELD: "Промокод", NUMBER_FIELD: "Номер заказа"}
_OWN = {"click": CLICK_FIELD, "code": CODE_FIELD, "number": NUMBER_FIELD}


def blank() -> State:
    return {
        "pipelines": {
            "0": {
                "name": "Общая",
                "stages": {
                    "NEW": ["Новая", None],
                    "EXECUTING": ["В работе", None],
                    "WON": ["Сделка успешна", "S"],
                    "LOSE": ["Сделка провалена", "F"],
                    "APOLOGY": ["Анализ причины провала", "F"],
                },
            },
            "1": {
                "name": "Опт",
                "stages": {
                    "C1:NEW": ["Новая", None],
                    "C1:WON": ["Успех", "S"],
                    "C1:LOSE": ["Провал", "F"],
                },
            },
        },
        "codes": {},
        "deals": {},
        "rows": {},
        "contacts": {},
        "next_id": 7_401,
        "outgoing": {"url": "", "application_token": "", "member_id": "", "domain": ""},
        "said": [],
        "bucket": {"level": 0.0, "at": 0.0},
    }


def semantics_of(state: State, deal: dict[str, Any]) -> str:
    """S, F or P."""
    pipeline = state["pipelines"].get(deal["CATEGORY_ID"], {"stages": {}})
    _name, said = pipeline["stages"].get(deal["STAGE_ID"], ["", deal.get("SEMANTICS")])
    return said or "P"


def deal_create(state: State, given: dict[str, Any], at: datetime) -> dict[str, Any]:
    """`given` has fields of a deal, and phone, click, code, number and goods: [[name, price, n]]"""
    deal_id = state["next_id"]
    state["next_id"] += 2
    contact_id = str(deal_id + 1)
    state["contacts"][contact_id] = given.pop("phone", "")
    deal: dict[str, Any] = {
        "ID": str(deal_id),
        "TITLE": "Айгерім, тапсырыс",
        "CATEGORY_ID": "0",
        "STAGE_ID": "NEW",
        "OPPORTUNITY": "25500.00",
        "CURRENCY_ID": "KZT",
        "CONTACT_ID": contact_id if state["contacts"][contact_id] else None,
        "ORIGIN_ID": None,
        "UTM_CONTENT": None,
        "DATE_CREATE": text_of(at),
        "MOVED_TIME": text_of(at),
    }
    state["deals"][str(deal_id)] = deal
    deal_change(state, deal, given, at)
    return deal


def deal_change(state: State, deal: dict[str, Any], given: dict[str, Any], at: datetime) -> None:
    if "goods" in given:
        state["rows"][deal["ID"]] = given.pop("goods")
    for name, field in _OWN.items():
        if name in given:
            deal[field] = given.pop(name)
    if given.get("STAGE_ID", deal["STAGE_ID"]) != deal["STAGE_ID"]:
        deal["MOVED_TIME"] = text_of(at)
    deal |= given
    deal["DATE_MODIFY"] = given.get("DATE_MODIFY", text_of(at))


def text_of(at: datetime) -> str:
    return at.astimezone(ZONE).isoformat(timespec="seconds")
