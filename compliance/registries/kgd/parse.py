"""What the answers of the KGD portal mean. Pure: bytes and a day in, an answer out.

Source: facts/kazakhstan.md 3.4 (b). "No" is said only where the register says it in the
documented way; every other shape is unknown.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from compliance.registries.base import Answer

NAME_MAX = 255
REASON_MAX = 200


class UnknownShape(Exception):
    """Not the documented answer. The message names the field."""


@dataclass(frozen=True, slots=True)
class Reading:
    answer: Answer
    name: str | None = None
    registered_on: date | None = None
    ended_on: date | None = None
    reason: str = ""


def taxpayer_read(body: bytes, *, code: str, kind: str, on: date) -> Reading:
    """Whether `code` is registered as a taxpayer of `kind` (IP is an entrepreneur) on `on`.

    An entry without an end is a yes; only ended ones, or an empty list, are a no. An entry that
    is no SUCCESS makes the whole unknown unless another one says yes.
    """
    try:
        entries = _entries(body)
        readings = [_entry_read(entry, code=code, kind=kind, on=on) for entry in entries]
    except UnknownShape as error:
        return _unknown(str(error))
    for answer in ("yes", "unknown"):
        for reading in readings:
            if reading.answer == answer:
                return reading
    return _latest_ended(readings)


def vat_read(body: bytes, *, code: str, on: date) -> Reading:
    """Whether `code` is registered for VAT on `on`. An empty body is the register's no."""
    if not body.strip():
        return Reading("no")
    try:
        payer = _object(_json(body), "body")
        _require_same(payer, "iinBin", code)
        registered_on = _day_or_none(payer, "ndsRegistrationDate")
        if registered_on is None:
            raise UnknownShape("ndsRegistrationDate: missing")
        ended_on = _day_or_none(payer, "ndsDeregistrationDate")
        name = _text_or_none(payer, "nameRu") or _text_or_none(payer, "nameKz")
    except UnknownShape as error:
        return _unknown(str(error))
    return Reading(_in_force(registered_on, ended_on, on), name, registered_on, ended_on)


def _entries(body: bytes) -> list[dict[str, Any]]:
    entries = _object(_json(body), "body").get("taxpayerPortalSearchResponses")
    if not isinstance(entries, list):
        raise UnknownShape("taxpayerPortalSearchResponses: not a list")
    return [_object(entry, "taxpayerPortalSearchResponses[]") for entry in entries]


def _entry_read(entry: dict[str, Any], *, code: str, kind: str, on: date) -> Reading:
    result = _text_or_none(entry, "messageResult")
    if result != "SUCCESS":
        message = _text_or_none(entry, "errorMessage") or "no message"
        return _unknown(f"messageResult {result}: {message}")
    _require_same(entry, "code", code)
    _require_same(entry, "taxpayerType", kind)
    registered_on, ended_on = _day_or_none(entry, "beginDate"), _day_or_none(entry, "endDate")
    return Reading(
        _in_force(registered_on, ended_on, on), _person_name(entry), registered_on, ended_on
    )


def _in_force(registered_on: date | None, ended_on: date | None, on: date) -> Answer:
    has_begun = registered_on is None or registered_on <= on
    has_ended = ended_on is not None and ended_on <= on
    return "yes" if has_begun and not has_ended else "no"


def _latest_ended(readings: list[Reading]) -> Reading:
    ended = [reading for reading in readings if reading.ended_on is not None]
    return max(ended, key=lambda reading: reading.ended_on or date.min, default=Reading("no"))


def _person_name(entry: dict[str, Any]) -> str | None:
    """`fullName` is text or three parts; the business's own `name` where it is neither."""
    full = entry.get("fullName")
    if isinstance(full, dict):
        parts = [_text_or_none(full, part) for part in ("lastName", "firstName", "middleName")]
        return " ".join(filter(None, parts))[:NAME_MAX] or _text_or_none(entry, "name")
    return _text_or_none(entry, "fullName") or _text_or_none(entry, "name")


def _unknown(reason: str) -> Reading:
    return Reading("unknown", reason=reason[:REASON_MAX])


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise UnknownShape("body: not JSON") from None


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnknownShape(f"{where}: not an object")
    return value


def _require_same(value: dict[str, Any], key: str, wanted: str) -> None:
    """An answer about somebody else is no answer."""
    if value.get(key) != wanted:
        raise UnknownShape(f"{key}: not the one asked about")


def _text_or_none(value: dict[str, Any], key: str) -> str | None:
    text = value.get(key)
    if text is None:
        return None
    if not isinstance(text, str):
        raise UnknownShape(f"{key}: not text")
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise UnknownShape(f"{key}: NUL or broken Unicode")
    return text.strip()[:NAME_MAX] or None


def _day_or_none(value: dict[str, Any], key: str) -> date | None:
    text = _text_or_none(value, key)
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])  # some answers carry a time behind the day
    except ValueError:
        raise UnknownShape(f"{key}: not a day") from None
