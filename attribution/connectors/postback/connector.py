"""Postbacks of a brand's own tracker, CRM or shop: a sale told by one GET or POST.

`take` judges a call while its sender waits, and gives what is stored of it; `parse` turns that
into an order later. What is promised to whom is told in the README beside this file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import (
    OrderLineSnapshot,
    OrderRemoval,
    OrderSnapshot,
    OrderStatus,
    Snapshot,
    Trust,
    UnknownPayload,
)
from attribution.connectors.payload import Fields, json_bytes, json_read
from attribution.connectors.postback import reasons
from attribution.connectors.postback.presets import PENDING, PRESETS, SECRETS, Preset
from attribution.connectors.postback.reading import Call, parameters, signature_check
from attribution.connectors.postback.reasons import Reason, Rejected
from core.money import MINOR_DIGITS

CLOCK_SKEW = timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECONDS_MIN = 946_684_800  # the year 2000
DIGEST_CHARS = 32
# A template that nobody filled in, or only half: {clickid}, ${sum}, [[[subid]]], <click>, %click%,
# %7Bclickid%7D, #tid#. A number like "#1042" is an order of many shops.
_MACRO = re.compile(r"[{}]|^\s*[%\[<]|\[\[|\]\]|%7[bBdD]|%5[bBdD]|^\s*#.*#\s*$|>\s*$", re.DOTALL)
_CLICK_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}")
_NOTHING = frozenset({"", "null", "undefined", "none", "nan"})  # a variable that was never set
_WORD_PARAMETERS: Mapping[str, OrderStatus] = {
    "sale_status": "fulfilled",
    "lead_status": "created",
    "rejected_status": "cancelled",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A call that may be stored. `digest` is equal for equal news; `external_id` is its order."""

    external_id: str
    digest: str
    trust: Trust
    said: Mapping[str, str]
    status: OrderStatus
    at: datetime

    def body(self, preset: str, *, fulfilled_at: datetime | None) -> bytes:
        """What is stored. `fulfilled_at` is when the buyer had it, by what we know."""
        return json_bytes(
            {
                "preset": preset,
                "status": self.status,
                "at": self.at.isoformat(),
                "fulfilled_at": fulfilled_at.isoformat() if fulfilled_at else None,
                "said": dict(self.said),
            }
        )


class Postback:
    """Its calls have a door of their own: attribution/postbacks.py."""

    source = "postback"

    def parse(self, body: bytes, settings: Mapping[str, Any]) -> list[Snapshot]:
        stored = Fields(json_read(body))
        preset = PRESETS.get(stored.text("preset", length_max=20))
        if preset is None:
            raise stored.wrong("preset", "unknown")
        return [_order(stored, preset, settings)]


def take(
    call: Call, preset: Preset, *, secrets: Sequence[str], currency: str, now: datetime
) -> Taken:
    """Judge a call.

    `currency` is that of a call which names none.

    Raises:
        Rejected: with the first reason there is.
    """
    said = parameters(call)
    if preset.signature:
        signature_check(said, preset, secrets)
    _macros_refuse(said, preset)
    said = {name: value.strip() for name, value in said.items() if name not in SECRETS}
    said = {name: value for name, value in said.items() if value.lower() not in _NOTHING}
    external_id = _external_id(said, preset)
    at = _moment(said, preset, now)
    _click_check(said, preset)
    for name in (preset.promo, preset.status):
        _length_check(said, name, min(base.PROMO_CODE_MAX, base.RAW_STATUS_MAX))
    said.setdefault(preset.currency, currency)
    if said[preset.currency].upper() not in MINOR_DIGITS:
        raise Rejected(reasons.CURRENCY_UNKNOWN, preset.currency)
    status = status_of(said, preset)
    _amount_check(said, preset, status)
    return Taken(external_id, _digest(said, preset), preset.trust, said, status, at)


def refused_body(call: Call, reason: Reason) -> bytes:
    """What is kept of a call that was not taken, for who looks for the mistake. It cannot be read
    as an order."""
    try:
        said = parameters(call)
    except Rejected:
        return json_bytes({"refused": reason.code})
    kept = {name: value for name, value in said.items() if name not in SECRETS}
    return json_bytes({"refused": reason.code, "said": kept})


def status_of(said: Mapping[str, str], preset: Preset) -> OrderStatus:
    """What the sender's word means; its own map, sent along, wins over ours."""
    word = said.get(preset.status, PENDING).lower()
    if preset.maps_words:
        for name, status in _WORD_PARAMETERS.items():
            if word in [each.strip() for each in said.get(name, "").lower().split(",")]:
                return status
    return preset.words.get(word, "unmapped")


def is_macro(text: str) -> bool:
    return bool(_MACRO.search(text))


def _macros_refuse(said: Mapping[str, str], preset: Preset) -> None:
    for name in preset.read():
        if is_macro(said.get(name, "")):
            raise Rejected(reasons.UNEXPANDED_MACRO, name)


def _external_id(said: Mapping[str, str], preset: Preset) -> str:
    order = said.get(preset.order)
    if order is None:
        raise Rejected(reasons.PARAMETER_MISSING, preset.order)
    if said.get(preset.position_count, "1") != "1":
        if preset.position not in said:
            raise Rejected(reasons.PARAMETER_MISSING, preset.position)
        order = f"{order}#{said[preset.position]}"
    if len(order) > base.EXTERNAL_ID_MAX:
        raise Rejected(reasons.VALUE_TOO_LONG, preset.order)
    return order


def _moment(said: Mapping[str, str], preset: Preset, now: datetime) -> datetime:
    """When the order became so: as signed, or now. A future would outdo all later news."""
    if not preset.time:
        return now
    text = said.get(preset.time)
    if text is None:
        raise Rejected(reasons.PARAMETER_MISSING, preset.time)
    if not (len(text) <= 10 and text.isascii() and text.isdecimal() and int(text) >= SECONDS_MIN):
        raise Rejected(reasons.TIME_INVALID, preset.time)
    at = EPOCH + timedelta(seconds=int(text))
    if at > now + CLOCK_SKEW:
        raise Rejected(reasons.TIME_INVALID, preset.time)
    return at


def _click_check(said: Mapping[str, str], preset: Preset) -> None:
    """A visitor can put anything into the click of their own address: beside a promo code it is
    passed over, alone it leaves nothing that could be anybody's."""
    click = said.get(preset.click)
    if click is not None and not _CLICK_ID.fullmatch(click.lower()) and preset.promo not in said:
        raise Rejected(reasons.CLICK_NOT_OURS, preset.click)


def _length_check(said: Mapping[str, str], name: str, most: int) -> None:
    if len(said.get(name, "")) > most:
        raise Rejected(reasons.VALUE_TOO_LONG, name)


def _amount_check(said: Mapping[str, str], preset: Preset, status: OrderStatus) -> None:
    """Only a decline may go without: it takes an order back as a whole."""
    name = _amount_name(said, preset)
    if name is None:
        if status == "cancelled":
            return
        raise Rejected(reasons.PARAMETER_MISSING, preset.amounts[0])
    try:
        minor = Fields(said).money_minor(name, said[preset.currency].upper())
    except UnknownPayload:
        raise Rejected(reasons.AMOUNT_INVALID, name) from None
    if minor < 0 or said[name].startswith("-"):
        raise Rejected(reasons.AMOUNT_INVALID, name)


def _amount_name(said: Mapping[str, str], preset: Preset) -> str | None:
    return next((name for name in preset.amounts if name in said), None)


def _digest(said: Mapping[str, str], preset: Preset) -> str:
    news = {name: said.get(name) for name in preset.read()}
    news |= {name: said.get(name) for name in _WORD_PARAMETERS if preset.maps_words}
    return hashlib.sha256(json_bytes(news)).hexdigest()[:DIGEST_CHARS]


# --- The order ------------------------------------------------------------------------------


def _order(stored: Fields, preset: Preset, settings: Mapping[str, Any]) -> Snapshot:
    fields = stored.child("said")
    said = {name: fields.text(name, length_max=10**6) for name in fields.keys()}  # noqa: SIM118
    try:
        external_id = _external_id(said, preset)
    except Rejected as rejected:
        raise fields.wrong(rejected.parameter, rejected.reason.code) from None
    raw_status = said.get(preset.status, PENDING)[: base.RAW_STATUS_MAX]
    status = _status(stored.text("status", length_max=10))
    at = stored.moment("at", zone=UTC)
    amount = _amount_name(said, preset)
    if amount is None:
        return OrderRemoval(external_id=external_id, raw_status=raw_status)
    currency = fields.currency(preset.currency)
    amount_minor = fields.money_minor(amount, currency)
    if amount_minor < 0:
        raise fields.wrong(amount, "negative")
    is_back = status == "returned"
    line = OrderLineSnapshot(
        line_id=said.get(preset.position, "1")[: base.EXTERNAL_ID_MAX],
        sku="",
        name=said[preset.order][: base.NAME_MAX],
        quantity=1,
        amount_minor=amount_minor,
        returned_quantity=int(is_back),
        returned_minor=amount_minor if is_back else 0,
    )
    return OrderSnapshot(
        external_id=external_id,
        number=said[preset.order][: base.NUMBER_MAX],
        status=status,
        raw_status=raw_status,
        currency=currency,
        placed_at=at,
        source_updated_at=at,
        fulfilled_at=stored.moment_or_none("fulfilled_at", zone=UTC),
        lines=(line,),
        click_id=_click(said.get(preset.click)),
        promo_codes=(said[preset.promo][: base.PROMO_CODE_MAX],) if preset.promo in said else (),
    )


def _status(word: str) -> OrderStatus:
    return next((status for status in base.ORDER_STATUSES if status == word), "unmapped")


def _click(text: str | None) -> str | None:
    return text.lower() if text and _CLICK_ID.fullmatch(text.lower()) else None
