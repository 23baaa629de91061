"""Admitad's postback: unsigned, by GET or POST, in parameters that we name. A hint and a bell.

The names are those of Admitad's macros, so that the address to paste explains itself.
facts/marketplaces.md 4.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qsl

from attribution.connectors import base
from attribution.connectors.admitad.orders import click_of, line_of, status_of
from attribution.connectors.base import CallRefused, OrderSnapshot, UnknownPayload
from attribution.connectors.payload import Fields, is_storable

PARAMETERS = (
    "admitad_id",
    "action_id",
    "subid",
    "payment_status",
    "reward_ready",
    "order_id",
    "order_sum",
    "payment_sum",
    "currency",
    "time",
    "type",
    "offer_name",
)
QUERY = "&".join(f"{name}=[[[{name}]]]" for name in PARAMETERS)  # to paste behind our address
FIELDS_MAX = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECONDS_MIN, SECONDS_MAX = 946_684_800, 7_258_118_399  # 2000 to 2199
_MACRO = re.compile(r"\[\[\[.*\]\]\]|\{[^{}]*\}", re.DOTALL)


class Refusal(NamedTuple):
    """Why a postback is not taken. The numbers are stable: a brand may search for them."""

    number: int
    code: str


NO_FORM = Refusal(1, "not_a_form")
MACRO = Refusal(2, "macro_not_replaced")
MISSING = Refusal(3, "parameter_missing")


def caller_check(body: bytes) -> None:
    """Refuse what the network would not send from a rightly pasted address.

    Raises:
        CallRefused: 400, with a number, the parameter and what is wrong with it.
    """
    try:
        said = read(body)
    except UnknownPayload as error:
        raise _refused(NO_FORM, error.reason) from None
    for name, value in said.plain().items():
        if _MACRO.fullmatch(value.strip()):
            raise _refused(MACRO, f"{_shown(name)} came as the macro itself")
    if not action_id_of(said):
        raise _refused(MISSING, "admitad_id or action_id")
    if said.text_or_none("payment_status") is None:
        raise _refused(MISSING, "payment_status")


def read(body: bytes) -> Fields:
    """The parameters, each once.

    Raises:
        UnknownPayload: not a form, or not text that can be stored.
    """
    try:
        text = body.decode()
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=FIELDS_MAX,
        )
    except ValueError:
        raise UnknownPayload("body: not a form in UTF-8") from None
    said = dict(pairs)
    if len(said) < len(pairs):
        raise UnknownPayload("body: a parameter comes twice")
    if not all(is_storable(value) for pair in pairs for value in pair):
        raise UnknownPayload("body: NUL or broken Unicode")
    return Fields(said)


def action_id_of(said: Fields) -> str:
    """The network's own id of the action, which the statistics name too; "" when there is none."""
    return said.text_or_none("admitad_id") or said.text_or_none("action_id") or ""


def event_key(body: bytes) -> str:
    """Action, status and readiness: Admitad says the same again and again. Never raises."""
    try:
        said = read(body)
    except UnknownPayload:
        return "postback:" + hashlib.sha256(body).hexdigest()
    parts = (action_id_of(said), *map(said.text_or_none, ("payment_status", "reward_ready")))
    news = "\0".join(part or "" for part in parts).encode()
    return "postback:" + hashlib.sha256(news).hexdigest()


def parse(body: bytes) -> OrderSnapshot:
    """The order as the postback tells it. When a hold begins is not its to say: `fulfilled_at`
    stays open until the statistics have shown the action."""
    said = read(body)
    action_id = _id(said)
    raw_status = said.text("payment_status", length_max=base.RAW_STATUS_MAX)
    currency = said.currency("currency")
    at = _moment(said)
    line = line_of(
        said,
        action_id=action_id,
        currency=currency,
        value="order_sum",
        reward="payment_sum",
        name="offer_name",
    )
    return OrderSnapshot(
        external_id=action_id,
        number=said.text_cut("order_id", length_max=base.NUMBER_MAX) or action_id,
        status=status_of(raw_status),
        raw_status=raw_status,
        currency=currency,
        placed_at=at,
        source_updated_at=at,
        lines=(line,),
        click_id=click_of(said),
    )


def _id(said: Fields) -> str:
    name = "admitad_id" if said.text_or_none("admitad_id") else "action_id"
    return said.text(name, length_max=base.EXTERNAL_ID_MAX)


def _moment(said: Fields) -> datetime:
    """`time`, unix seconds."""
    text = said.text("time", length_max=10)
    if not (text.isascii() and text.isdecimal() and SECONDS_MIN <= int(text) <= SECONDS_MAX):
        raise said.wrong("time", "not unix seconds")
    return EPOCH + timedelta(seconds=int(text))


def _refused(why: Refusal, detail: str) -> CallRefused:
    return CallRefused(400, f"{why.number} {why.code}: {detail}", why.code)


def _shown(name: str) -> str:
    return name[:40] if name.isascii() and name.isprintable() else "a parameter"
