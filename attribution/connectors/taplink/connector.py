"""Taplink: a signed webhook that tells of payments on a page of links.

What is sure and what is not is told in the README beside this file.
Source: facts/merchants.md 4, https://taplink.ru/dev/webhooks.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import (
    BadSignature,
    IPAddress,
    OrderLineSnapshot,
    OrderSnapshot,
    Snapshot,
    Trust,
    UnknownPayload,
    WebhookAnswer,
)
from attribution.connectors.click_ids import CLICK_PARAMETER, click_or_none
from attribution.connectors.payload import Fields, json_read
from core.phone import PhoneError, phone_parse

SOURCE = "taplink"
SIGNATURE = "taplink-signature"
PAYMENT = "payments.created"
LINE_ID = "1"
RECORDS_MAX = 200
PHONE_RECORD, EMAIL_RECORD = "1", "2"


class Taplink:
    source = SOURCE
    trust: Trust = "signed"

    def caller_check(
        self, address: IPAddress | None, body: bytes, settings: Mapping[str, Any]
    ) -> None:
        """The signature says who calls."""

    def is_ping(self, headers: Mapping[str, str], body: bytes) -> bool:
        return False

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
        given = headers.get(SIGNATURE, "").encode(errors="replace")
        # A list, so that every key is tried: the time tells nothing about which one matched.
        matches = [hmac.compare_digest(signature(key, body), given) for key in secrets if key]
        if not any(matches):
            raise BadSignature(self.source)

    def event_key(self, headers: Mapping[str, str], body: bytes) -> str:
        return f"{_subject(body)}:{hashlib.sha256(body).hexdigest()}"

    def answer(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> WebhookAnswer:
        return WebhookAnswer()

    def refusal(self, status: int, reason: str, code: str = "") -> WebhookAnswer:
        return WebhookAnswer(status, body=reason.encode())

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
        customer_phone=_phone(records),
        customer_email=_email(records),
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


def _phone(records: Iterable[Fields]) -> str | None:
    text = _of_type(records, PHONE_RECORD)[: base.PHONE_MAX]
    try:
        return phone_parse(text, region="KZ")
    except PhoneError:
        return None


def _email(records: Iterable[Fields]) -> str | None:
    text = _of_type(records, EMAIL_RECORD).lower()
    return text if "@" in text and len(text) <= base.EMAIL_MAX else None


def _of_type(records: Iterable[Fields], kind: str) -> str:
    for record in records:
        if record.text_cut("type", length_max=8) == kind:
            return record.text_cut("value", length_max=base.NAME_MAX)
    return ""
