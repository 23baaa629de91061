"""The postings and returns of the stand-in Ozon, in the shapes of its methods."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from starlette.exceptions import HTTPException

from sandbox.world import State

SCHEMES = ("fbs", "fbo")
NEW_STATUS = "awaiting_packaging"
SPLIT_STATUS = "cancelled_from_split_pending"


@dataclass(frozen=True)
class NewPosting:
    """`items` are [sku, pieces, price in major units]; `actions` the titles of promotions."""

    client_id: str
    scheme: str
    items: list[tuple[int, int, str]]
    currency: str
    actions: list[str]
    number: str | None = None
    parent: str = ""
    is_paid: bool = True


def moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def posting_create(state: State, new: NewPosting, now: datetime) -> State:
    number = new.number or f"{10_000_000 + secrets.randbelow(89_000_000)}-0001-1"
    if number in state["postings"]:
        raise HTTPException(409, f"posting {number} exists")
    posting: State = {
        "number": number,
        "client_id": new.client_id,
        "scheme": new.scheme,
        "items": [list(item) for item in new.items],
        "currency": new.currency,
        "actions": new.actions,
        "parent": new.parent,
        "created_at": now.isoformat(),
        "paid_at": now.isoformat() if new.is_paid else "",
        "changed_at": now.isoformat(),
        "status": NEW_STATUS,
    }
    state["postings"][number] = posting
    return posting


def posting_of(state: State, number: str) -> State:
    posting: State | None = state["postings"].get(number)
    if posting is None:
        raise HTTPException(404, f"no posting {number}")
    return posting


def status_set(state: State, number: str, status: str, now: datetime) -> State:
    """The next status, also one that Ozon does not have: it may have it tomorrow."""
    posting = posting_of(state, number)
    posting["status"], posting["changed_at"] = status, now.isoformat()
    posting["paid_at"] = posting["paid_at"] or now.isoformat()
    return posting


def pieces_set(state: State, number: str, sku: int, quantity: int, now: datetime) -> State:
    """The seller gives up a part of it: fewer pieces, or the line as a whole."""
    posting = posting_of(state, number)
    for item in posting["items"]:
        if item[0] == sku:
            item[1] = quantity
    posting["items"] = [item for item in posting["items"] if item[1] > 0]
    posting["changed_at"] = now.isoformat()
    return posting


def split(state: State, number: str, parts: list[list[list[int]]], now: datetime) -> list[State]:
    """Ship in parts of [sku, pieces]: children take over, the parent becomes an artefact."""
    parent = posting_of(state, number)
    prices = {item[0]: item[2] for item in parent["items"]}
    stem, _, last = number.rpartition("-")
    children = [
        posting_create(
            state,
            NewPosting(
                client_id=parent["client_id"],
                scheme=parent["scheme"],
                items=[(sku, pieces, prices[sku]) for sku, pieces in part],
                currency=parent["currency"],
                actions=parent["actions"],
                number=f"{stem}-{int(last) + n}",
                parent=number,
            ),
            now,
        )
        for n, part in enumerate(parts, 1)
    ]
    for child in children:
        child["paid_at"] = parent["paid_at"]
    status_set(state, number, SPLIT_STATUS, now)
    return children


def list_rows(state: State, client_id: str, scheme: str, wanted: State) -> list[State]:
    """The postings that a filter asks for, oldest first."""
    changed = wanted.get("last_changed_status_date") or {}
    rows = [
        posting
        for posting in state["postings"].values()
        if posting["client_id"] == client_id
        and posting["scheme"] == scheme
        and _within(posting["created_at"], wanted.get("since"), wanted.get("to"))
        and _within(posting["changed_at"], changed.get("from"), changed.get("to"))
        and posting["status"] in (wanted.get("statuses") or [posting["status"]])
    ]
    return sorted(rows, key=lambda posting: (posting["created_at"], posting["number"]))


def _within(moment: str, first: str | None, last: str | None) -> bool:
    """Filters have whole seconds: the last one counts as a whole."""
    at = datetime.fromisoformat(moment).replace(microsecond=0)
    return (not first or datetime.fromisoformat(first) <= at) and (
        not last or at <= datetime.fromisoformat(last)
    )


def list_row(posting: State) -> dict[str, Any]:
    """As the lists show it: prices are objects, the seller's earnings bare numbers."""
    row = _common(posting)
    row["products"] = [
        {
            "sku": sku,
            "offer_id": f"ART-{sku}",
            "name": f"Тауар {sku}",
            "quantity": pieces,
            "price": {"amount": price, "currency": posting["currency"]},
            "is_marketplace_buyout": False,
            "imei": [],
        }
        for sku, pieces, price in posting["items"]
    ]
    return row


def get_row(posting: State) -> dict[str, Any]:
    """As "get" shows it: prices are text beside a currency code."""
    row = _common(posting)
    row["products"] = [
        {
            "sku": sku,
            "offer_id": f"ART-{sku}",
            "name": f"Тауар {sku}",
            "quantity": pieces,
            "price": f"{Decimal(price):.4f}",
            "currency_code": posting["currency"],
        }
        for sku, pieces, price in posting["items"]
    ]
    return row


def _common(posting: State) -> dict[str, Any]:
    paid_at = posting["paid_at"]
    return {
        "posting_number": posting["number"],
        "order_id": 38394330001,
        "order_number": posting["number"].rpartition("-")[0],
        "parent_posting_number": posting["parent"],
        "status": posting["status"],
        "substatus": "",
        "in_process_at": moment_text(datetime.fromisoformat(paid_at)) if paid_at else "",
        "shipment_date": moment_text(datetime.fromisoformat(posting["created_at"])),
        "delivering_date": None,
        "tracking_number": "",
        "tpl_integration_type": "ozon",
        "is_express": False,
        "cancellation": {"cancel_reason_id": 0, "cancel_reason": "", "cancellation_type": ""},
        "financial_data": {
            "cluster_from": "Алматы",
            "cluster_to": "Алматы",
            "products": [
                {
                    "product_id": sku,
                    "quantity": pieces,
                    "price": float(price),
                    "old_price": float(price),
                    "customer_price": {"amount": price, "currency": posting["currency"]},
                    "payout": 0,
                    "commission": {"amount": 0, "currency": posting["currency"], "percent": 0},
                    "actions": posting["actions"],
                }
                for sku, pieces, price in posting["items"]
            ],
        },
    }


# --- Returns ---------------------------------------------------------------------------------


def return_create(
    state: State, number: str, sku: int, quantity: int, kind: str, word: str, now: datetime
) -> State:
    """A row of the returns list; the posting itself stays as it is."""
    posting = posting_of(state, number)
    state["last_return_id"] += 1
    row: State = {
        "id": state["last_return_id"],
        "client_id": posting["client_id"],
        "number": number,
        "scheme": posting["scheme"],
        "sku": sku,
        "quantity": quantity,
        "type": kind,
        "word": word,
        "currency": posting["currency"],
        "returned_at": now.isoformat(),
        "changed_at": now.isoformat(),
    }
    state["returns"].append(row)
    return row


def return_status_set(state: State, return_id: int, word: str, now: datetime) -> State:
    for row in state["returns"]:
        if row["id"] == return_id:
            row["word"], row["changed_at"] = word, now.isoformat()
            found: State = row
            return found
    raise HTTPException(404, f"no return {return_id}")


def return_rows(state: State, client_id: str, wanted: State, after: int) -> list[State]:
    changed = wanted.get("visual_status_change_moment") or {}
    returned = wanted.get("logistic_return_date") or {}
    return [
        row
        for row in state["returns"]
        if row["client_id"] == client_id
        and row["id"] > after
        and row["number"] in (wanted.get("posting_numbers") or [row["number"]])
        and _within(row["changed_at"], changed.get("time_from"), changed.get("time_to"))
        and _within(row["returned_at"], returned.get("time_from"), returned.get("time_to"))
    ]


def return_row(row: State) -> dict[str, Any]:
    """Ids come as text, as in Ozon's own example."""
    return {
        "id": str(row["id"]),
        "company_id": row["client_id"],
        "order_id": "38394330001",
        "order_number": row["number"].rpartition("-")[0],
        "posting_number": row["number"],
        "type": row["type"],
        "schema": row["scheme"].title(),
        "return_reason_name": "Покупатель передумал",
        "product": {
            "sku": str(row["sku"]),
            "offer_id": f"ART-{row['sku']}",
            "name": f"Тауар {row['sku']}",
            "quantity": row["quantity"],
            "price": {"currency_code": row["currency"], "price": "0"},
        },
        "logistic": {"return_date": row["returned_at"], "barcode": ""},
        "visual": {
            "status": {"id": 1, "display_name": row["word"], "sys_name": row["word"]},
            "change_moment": moment_text(datetime.fromisoformat(row["changed_at"])),
        },
    }
