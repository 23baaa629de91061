"""What is kept of an order of Kaspi, and when it is news.

An answer of Kaspi carries names, addresses and coordinates that we have no use for: what is kept
is a list of fields, so that they reach no disk of ours. Numbers with a fraction become text, so
that they stay exact.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from attribution.connectors.base import NUMBER_MAX, PollRecord
from attribution.connectors.payload import Fields, is_storable

ATTRIBUTES = (
    "code",
    "state",
    "status",
    "creationDate",
    "approvedByBankDate",
    "totalPrice",
    "deliveryCost",
    "paymentMode",
    "deliveryMode",
    "isKaspiDelivery",
    "cancellationReason",
)
ENTRY_ATTRIBUTES = ("entryNumber", "unitType", "quantity", "basePrice", "totalPrice")
OFFER = ("code", "name")
KEY_PART_MAX = 40
DIGEST_CHARS = 12
WHOLE_DIGITS_MAX = 18


@dataclass(frozen=True, slots=True)
class Kept:
    """An order as we keep it, without the time of the reading; `code` is None when it is odd."""

    code: str | None
    order: Mapping[str, Any]
    entries: Sequence[Mapping[str, Any]]

    def news(self) -> str:
        """What makes this state of the order news: its code, status, and what it consists of.

        Not the phone, for one: it is masked some day, and that is no news.
        """
        lines = [[entry.get("id"), *_amounts(entry)] for entry in self.entries]
        subject = self.order.get("creationDate") if self.code else self.order
        told = json_bytes([subject, sorted(lines, key=json_bytes)])
        digest = hashlib.sha256(told).hexdigest()[:DIGEST_CHARS]
        status = str(self.order.get("status"))[:KEY_PART_MAX]
        return f"kaspi:{_printable(self.code)}:{_printable(status)}:{_quantity(lines)}:{digest}"

    def record(self, last_key: str | None, read_at: datetime) -> PollRecord | None:
        """The event that this reading is, or None when it says what the last one said.

        An order may come back to a state that it had (a return that was asked for and withdrawn),
        and Kaspi numbers nothing: the key ends with how many states came before.
        """
        news, count = self.news(), _count(last_key)
        if last_key is not None and last_key.rpartition(":")[0] == news:
            return None
        body = {"read_at": read_at.isoformat(), "order": self.order, "entries": self.entries}
        return PollRecord(f"{news}:{count}", json_bytes(body))


def kept_of(order: Fields, entries: Mapping[str, Fields]) -> Kept:
    """Never raises: what is odd is kept as it is, and refused where records are parsed."""
    attributes = _object(order.raw("attributes"))
    own = {name: attributes[name] for name in ATTRIBUTES if name in attributes}
    own["customer"] = _part(attributes.get("customer"), ("cellPhone",))
    code = own.get("code")
    is_plain = isinstance(code, str | int) and not isinstance(code, bool)
    text = str(code).strip() if is_plain and len(str(code)) <= NUMBER_MAX else ""
    return Kept(
        code=text if text and is_storable(text) else None,
        order=own,
        entries=[_entry(entry_id, entries.get(entry_id)) for entry_id in _entry_ids(order)],
    )


def json_bytes(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=_exact)
    return text.encode()


def _entry_ids(order: Fields) -> list[str]:
    data = _object(_object(order.raw("relationships")).get("entries")).get("data")
    found = [_object(each).get("id") for each in data] if isinstance(data, list) else []
    return [entry_id for entry_id in found if isinstance(entry_id, str)]


def _entry(entry_id: str, entry: Fields | None) -> dict[str, Any]:
    """A line; only its id when the answer did not include it."""
    if entry is None:
        return {"id": entry_id}
    attributes = _object(entry.raw("attributes"))
    own = {name: attributes[name] for name in ENTRY_ATTRIBUTES if name in attributes}
    return {"id": entry_id, "offer": _part(attributes.get("offer"), OFFER), **own}


def _part(value: Any, names: Sequence[str]) -> dict[str, Any]:
    own = _object(value)
    return {name: own[name] for name in names if name in own}


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _amounts(entry: Mapping[str, Any]) -> list[Any]:
    return [entry.get(name) for name in ("quantity", "totalPrice", "basePrice")]


def _quantity(lines: Sequence[Sequence[Any]]) -> int:
    """The pieces of an order, for whoever reads the key; odd quantities count nothing."""
    counts = [line[1] for line in lines]
    return sum(n for n in counts if isinstance(n, int) and not isinstance(n, bool) and n < 10**6)


def _count(last_key: str | None) -> int:
    """How many states this order had before, by the key of the last; one from a file has none."""
    number = (last_key or "").rpartition(":")[2]
    is_ours = (last_key or "").startswith("kaspi:") and number.isascii() and number.isdecimal()
    return int(number) + 1 if is_ours else 0


def _printable(text: str | None) -> str:
    return text if text and text.isascii() and text.isprintable() else "?"


def _exact(value: Any) -> int | str:
    """1.0 as 1, anything else with a fraction as its own text."""
    assert isinstance(value, Decimal), type(value)
    is_short = value.is_finite() and abs(value.adjusted()) < WHOLE_DIGITS_MAX
    return int(value) if is_short and value == value.to_integral_value() else str(value)
