"""Taplink: a signed webhook that tells of payments on a page of links.

What is sure and what is not is told in the README beside this file.
Source: facts/merchants.md 4, https://taplink.ru/dev/webhooks.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import (
    BadSignature,
    OrderLineSnapshot,
    OrderSnapshot,
    Snapshot,
    Trust,
    UnknownPayload,
)
from attribution.connectors.buyers import email_or_none, phone_or_none
from attribution.connectors.click_ids import CLICK_PARAMETER, click_or_none
from attribution.connectors.doors import Calls
from attribution.connectors.payload import Fields, json_read

SOURCE = "taplink"
SIGNATURE = "taplink-signature"
PAYMENT = "payments.created"
LINE_ID = "1"
RECORDS_MAX = 200
PHONE_RECORD, EMAIL_RECORD = "1", "2"


class Taplink(Calls):
    source = SOURCE
    trust: Trust = "signed"

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
        given = headers.get(SIGNATURE, "").encode(errors="replace")
        # A list, so that every key is tried: the time tells nothing about which one matched.
        matches = [hmac.compare_digest(signature(key, body), given) for key in secrets if key]
        if not any(matches):
            raise BadSignature(self.source)

    def event_key(self, headers: Mapping[str, str], body: bytes) -> str:
        return f"{_subject(body)}:{hashlib.sha256(body).hexdigest()}"

    def parse(self, body: bytes, settings: Mapping[str, Any]) -> list[Snapshot]:
        """Whatever is no payment (a form that was filled in) says nothing of an order."""
        event = Fields(json_read(body))
        if event.text("action", length_max=64) != PAYMENT:
            return []
        return [_payment(event.child("data"), settings)]


def signature(key: str, body: bytes) -> bytes:
    """HMAC-SHA1 in hexadecimal digits, as Taplink makes it."""
    return hmac.new(key.encode(), body, hashlib.sha1).hexdigest().encode()


def _subject(body: bytes) -> str:
    try:
        return Fields(json_read(body)).child("data").text("order_id", length_max=40)
    except UnknownPayload:
        return "other"


def _payment(data: Fields, settings: Mapping[str, Any]) -> OrderSnapshot:
    """One payment is one order of one line: Taplink names no goods."""
    order_id = data.text("order_id", length_max=base.EXTERNAL_ID_MAX)
    currency = data.currency("currency_code")
    amount_minor = data.money_minor("budget", currency)
    if amount_minor < 0:
        raise data.wrong("budget", "negative")
    paid_at = data.moment("tms_modify", zone=UTC)
    records = data.items_or_empty("records", most=RECORDS_MAX)
    name = data.text_cut("purpose", length_max=base.NAME_MAX)
    line = OrderLineSnapshot(
        line_id=LINE_ID, sku="", name=name, quantity=1, amount_minor=amount_minor
    )
    return OrderSnapshot(
        external_id=order_id,
        number=data.text_cut("order_number", length_max=base.NUMBER_MAX) or order_id,
        status="paid",
        raw_status=PAYMENT,
        currency=currency,
        placed_at=paid_at,
        source_updated_at=paid_at,
        lines=(line,),
        click_id=click_or_none(_answer(records, CLICK_PARAMETER)),
        promo_codes=_promo_codes(records, settings),
        customer_phone=phone_or_none(_of_type(records, PHONE_RECORD)),
        customer_email=email_or_none(_of_type(records, EMAIL_RECORD)),
    )


def _answer(records: Iterable[Fields], title: str) -> str:
    """What the buyer typed into the field of this title, whatever its case; "" if nothing."""
    wanted = title.strip().casefold()
    for record in records:
        if record.text_cut("title", length_max=base.NAME_MAX).casefold() == wanted:
            return record.text_cut("value", length_max=base.NAME_MAX)
    return ""


def _promo_codes(records: Sequence[Fields], settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Of the field that the brand has named in the connection."""
    title = str(settings.get("code_field") or "")
    code = _answer(records, title)[: base.PROMO_CODE_MAX] if title else ""
    return (code,) if code else ()


def _of_type(records: Iterable[Fields], kind: str) -> str:
    for record in records:
        if record.text_cut("type", length_max=8) == kind:
            return record.text_cut("value", length_max=base.NAME_MAX)
    return ""
