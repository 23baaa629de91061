"""What the stand-in amoCRM keeps: an account, its pipelines and fields, leads and contacts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.world import State

WON, LOST = 142, 143
USER = 2_079_718
CLICK_FIELD, CODE_FIELD, NUMBER_FIELD, DATE_FIELD = 66_337, 66_339, 66_341, 72_333
FIELDS = {
    CLICK_FIELD: ("cpa_click", "text"),
    CODE_FIELD: ("Промокод", "multiselect"),
    NUMBER_FIELD: ("Номер заказа", "text"),
    DATE_FIELD: ("Доставить до", "date"),
}
_OWN = {"click": CLICK_FIELD, "code": CODE_FIELD, "number": NUMBER_FIELD}


def blank() -> State:
    return {
        "account": {"id": 17_769_199, "subdomain": "toqyma", "name": "Тоқыма"},
        "pipelines": {
            "9217056": {"name": "Продажи", "stages": {"7039101": "Новая", "7039102": "Оплачено"}},
            "9217099": {"name": "Опт", "stages": {"7040001": "Переговоры"}},
        },
        "tokens": {},
        "leads": {},
        "contacts": {},
        "next_id": 25_399_001,
        "webhook": "",
        "said": [],
        "calls": [],
    }


def stages_of(pipeline: State) -> dict[int, str]:
    own = {int(stage): name for stage, name in pipeline["stages"].items()}
    return {**own, WON: "Успешно реализовано", LOST: "Закрыто и не реализовано"}


def lead_create(state: State, given: dict[str, Any], at: datetime) -> dict[str, Any]:
    """`given` has price, pipeline_id, status_id, phone, click, code, number and name."""
    lead_id = state["next_id"]
    state["next_id"] += 2
    contact_id = lead_id + 1
    state["contacts"][str(contact_id)] = {"id": contact_id, "phone": given.pop("phone", "")}
    lead: dict[str, Any] = {
        "id": lead_id,
        "name": "Айгерім, тапсырыс",
        "price": 25_500,
        "pipeline_id": 9_217_056,
        "status_id": 7_039_101,
        "is_deleted": False,
        "created_at": _seconds(at),
        "closed_at": None,
        "contact_id": contact_id,
        "values": {str(DATE_FIELD): [_seconds(at)]},
    }
    state["leads"][str(lead_id)] = lead
    lead_change(lead, given, at)
    return lead


def lead_change(lead: dict[str, Any], given: dict[str, Any], at: datetime) -> None:
    for name, field in _OWN.items():
        if name in given:
            value = given.pop(name)
            lead["values"][str(field)] = value if isinstance(value, list) else [value]
    lead |= given
    lead["updated_at"] = given.get("updated_at", _seconds(at))
    is_closed = lead["status_id"] in (WON, LOST)
    lead["closed_at"] = (lead["closed_at"] or _seconds(at)) if is_closed else None


def shown(lead: dict[str, Any], account_id: int) -> dict[str, Any]:
    """As API v4 shows it: a value stands in an object."""
    return {
        "id": lead["id"],
        "name": lead["name"],
        "price": lead["price"],
        "responsible_user_id": USER,
        "status_id": lead["status_id"],
        "pipeline_id": lead["pipeline_id"],
        "created_by": 0,
        "updated_by": USER,
        "created_at": lead["created_at"],
        "updated_at": lead["updated_at"],
        "closed_at": lead["closed_at"],
        "is_deleted": lead["is_deleted"],
        "custom_fields_values": [
            {
                "field_id": int(field),
                "field_name": FIELDS[int(field)][0],
                "field_code": None,
                "field_type": FIELDS[int(field)][1],
                "values": [{"value": value} for value in values],
            }
            for field, values in lead["values"].items()
            if values
        ]
        or None,
        "account_id": account_id,
        "_embedded": {
            "tags": [],
            "companies": [],
            "contacts": [{"id": lead["contact_id"], "is_main": True}],
        },
    }


def told(lead: dict[str, Any], account: State, action: str, old_status: int) -> dict[str, Any]:
    """As a webhook tells it, in the words of API v2: a date's value stands by itself."""
    fields = [
        {
            "id": int(field),
            "name": FIELDS[int(field)][0],
            "values": list(values)
            if int(field) == DATE_FIELD
            else [{"value": value} for value in values],
        }
        for field, values in lead["values"].items()
        if values
    ]
    entry = {
        "id": lead["id"],
        "name": lead["name"],
        "status_id": lead["status_id"],
        "old_status_id": old_status,
        "price": lead["price"],
        "last_modified": lead["updated_at"],
        "modified_user_id": USER,
        "pipeline_id": lead["pipeline_id"],
        "account_id": account["id"],
        "custom_fields": fields,
    }
    return {
        "leads": {action: [entry]},
        "account": {
            "id": account["id"],
            "subdomain": account["subdomain"],
            "_links": {"self": f"https://{account['subdomain']}.amocrm.ru"},
        },
    }


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
