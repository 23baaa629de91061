"""A deal of a CRM as an event of ours. What is kept of it is said in our words already.

What the brand chose (stages, fields) is applied where the deal is read, as a stored event must
mean the same whenever it is worked on. A changed choice reads the deals anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import (
    ORDER_STATUSES,
    OrderLineSnapshot,
    OrderRemoval,
    OrderSnapshot,
    OrderStatus,
    PollRecord,
    Snapshot,
)
from attribution.connectors.buyers import phone_of
from attribution.connectors.click_ids import click_or_none
from attribution.connectors.crm.stages import stage_known
from attribution.connectors.payload import Fields, is_storable, json_bytes
from core.money import MINOR_DIGITS, allocate

CURRENCY = "KZT"  # of a brand that has said nothing else
DIGEST_CHARS = 32
ID_CHARS_MAX = 40
REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A deal as a CRM shows it, not yet judged. Amounts are the CRM's own text or numbers.

    `own_word` is what the CRM itself says of the stage, where it says it in every pipeline.
    `values` are what stands in the fields that the brand added, by their ids.
    """

    id: str
    pipeline: str
    stage: str
    own_word: str | None
    amount: Any
    currency: str
    placed_at: str
    updated_at: str
    closed_at: str | None
    values: Mapping[str, Sequence[str]]
    number: str = ""
    click: str | None = None
    phone: str = ""
    lines: Sequence[Mapping[str, Any]] = ()


def deal_record(source: str, deal: Deal, settings: Mapping[str, Any]) -> PollRecord | None:
    """What is kept of a deal; None for one that is no order, by the brand's word."""
    status, raw_status = _status(deal, settings)
    if status == "ignored":
        return None
    click_field, code_field, number_field = (
        _values(deal, settings.get(name)) for name in ("click_field", "code_field", "number_field")
    )
    clicks = [*filter(None, map(click_or_none, click_field)), deal.click]
    body = {
        "deal": deal.id,
        "number": next(iter(number_field), "") or deal.number or deal.id,
        "status": status,
        "raw_status": raw_status,
        "amount": deal.amount,
        "currency": deal.currency,
        "placed_at": deal.placed_at,
        "updated_at": deal.updated_at,
        "closed_at": deal.closed_at,
        "click": next(iter(clicks), None),
        "codes": list(code_field)[: base.PROMO_CODES_MAX],
        "phone": deal.phone,
        "lines": [dict(line) for line in deal.lines],
    }
    return _record(source, deal.id[:ID_CHARS_MAX], body)


def removal_record(source: str, deal_id: str, last_key: str) -> PollRecord | None:
    """The CRM no longer has a deal that we know, or the brand says that it is no order. `last_key`
    is the event that its state comes from: a deal may come back, and go again. None when that one
    has said so already."""
    subject = f"{deal_id[:ID_CHARS_MAX]}:{REMOVED}"
    if last_key.startswith(f"{source}:{subject}:"):
        return None
    return _record(source, subject, {"deal": deal_id, REMOVED: True, "after": last_key})


def deal_parse(record: Fields) -> list[Snapshot]:
    """Raises: UnknownPayload."""
    deal_id = record.text("deal", length_max=base.EXTERNAL_ID_MAX)
    if record.flag(REMOVED):
        return [OrderRemoval(external_id=deal_id, raw_status=REMOVED)]
    status = _status_read(record)
    currency = record.currency("currency")
    updated_at = record.moment("updated_at", zone=UTC)
    closed_at = record.moment_or_none("closed_at", zone=UTC) or updated_at
    return [
        OrderSnapshot(
            external_id=deal_id,
            number=record.text_cut("number", length_max=base.NUMBER_MAX) or deal_id,
            status=status,
            raw_status=record.text_cut("raw_status", length_max=base.RAW_STATUS_MAX),
            currency=currency,
            placed_at=record.moment("placed_at", zone=UTC),
            source_updated_at=updated_at,
            fulfilled_at=closed_at if status == "fulfilled" else None,
            lines=_lines(record, deal_id, currency, is_returned=status == "returned"),
            click_id=click_or_none(record.raw("click")),
            promo_codes=_codes(record),
            customer_phone=phone_of(record),
        )
    ]


def moment_of(seconds: object) -> str | None:
    """ISO of unix seconds; None for whatever is no moment of this century."""
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < 7_258_118_400:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def currency_of(settings: Mapping[str, Any]) -> str:
    currency = settings.get("currency")
    return currency if isinstance(currency, str) and currency in MINOR_DIGITS else CURRENCY


def texts_of(values: Iterable[Any]) -> tuple[str, ...]:
    """What is text or a whole number among the values of a field, as text."""
    plain = (
        str(value).strip()
        for value in values
        if isinstance(value, str | int) and not isinstance(value, bool)
    )
    return tuple(text for text in plain if text and is_storable(text))


def _status(deal: Deal, settings: Mapping[str, Any]) -> tuple[str, str]:
    """(our word, the stage as the brand calls it). A pipeline that nobody has mapped says only
    what the CRM says of every pipeline: won, or lost."""
    known = stage_known(settings, deal.pipeline, deal.stage)
    if known is not None:
        return known
    return deal.own_word or "unmapped", f"{deal.pipeline}:{deal.stage}"


def _values(deal: Deal, field: object) -> Sequence[str]:
    return deal.values.get(field, ()) if isinstance(field, str) else ()


def _record(source: str, subject: str, body: Mapping[str, Any]) -> PollRecord:
    raw = json_bytes(body)
    digest = hashlib.sha256(raw).hexdigest()[:DIGEST_CHARS]
    return PollRecord(f"{source}:{subject}:{digest}", raw)


def _status_read(record: Fields) -> OrderStatus:
    said = record.text("status", length_max=base.RAW_STATUS_MAX)
    found = next((status for status in ORDER_STATUSES if status == said), None)
    if found is None:
        raise record.wrong("status", "not a status")
    return found


def _lines(
    record: Fields, deal_id: str, currency: str, *, is_returned: bool
) -> tuple[OrderLineSnapshot, ...]:
    """The goods, together never more than the deal's amount; without goods the deal as one line,
    and none at all while nobody has said what it is worth."""
    amount = _amount(record, "amount", currency)
    goods = record.items_or_empty("lines", most=base.LINES_MAX)
    if amount == 0:
        return ()
    if not goods:
        return (_line(deal_id, "", "", 1, amount, is_returned=is_returned),)
    ids = [line.text("id", length_max=base.EXTERNAL_ID_MAX) for line in goods]
    if len(set(ids)) < len(ids):
        raise record.wrong("lines", "an id comes twice")
    worth = [_amount(line, "amount", currency) for line in goods]
    net = min(sum(worth), amount)
    parts = allocate(net, worth) if net else [0] * len(worth)
    return tuple(
        _line(
            line_id,
            line.text_cut("sku", length_max=base.SKU_MAX),
            line.text_cut("name", length_max=base.NAME_MAX),
            line.integer("quantity", least=1, most=base.QUANTITY_MAX),
            part,
            is_returned=is_returned,
        )
        for line_id, line, part in zip(ids, goods, parts, strict=True)
    )


def _line(
    line_id: str, sku: str, name: str, quantity: int, amount_minor: int, *, is_returned: bool
) -> OrderLineSnapshot:
    return OrderLineSnapshot(
        line_id=line_id,
        sku=sku,
        name=name,
        quantity=quantity,
        amount_minor=amount_minor,
        returned_quantity=quantity if is_returned else 0,
        returned_minor=amount_minor if is_returned else 0,
    )


def _amount(fields: Fields, name: str, currency: str) -> int:
    amount = fields.money_minor(name, currency, default="0")
    if amount < 0:
        raise fields.wrong(name, "negative")
    return amount


def _codes(record: Fields) -> tuple[str, ...]:
    codes = record.raw("codes") or []
    if not isinstance(codes, list) or len(codes) > base.PROMO_CODES_MAX:
        raise record.wrong("codes", "not a list of codes")
    return tuple(code[: base.PROMO_CODE_MAX] for code in texts_of(codes))
