"""The parameters of a call, from a query, a form or a JSON object; and who signed them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl, quote

from attribution.connectors.base import UnknownPayload
from attribution.connectors.payload import is_storable, json_read
from attribution.connectors.postback import reasons
from attribution.connectors.postback.presets import Preset
from attribution.connectors.postback.reasons import Rejected

PARAMETERS_MAX = 100
VALUE_CHARS_MAX = 1_000
SHOWN_CHARS_MAX = 40


class Call(NamedTuple):
    """A request as it came: its query and its body, in bytes."""

    query: bytes
    body: bytes = b""


def parameters(call: Call) -> dict[str, str]:
    """Of the query and of the body together, each once.

    Raises:
        Rejected: not a form or a flat JSON object in UTF-8, or a name comes twice.
    """
    pairs = [*_form(call.query), *_body(call.body)]
    said = dict(pairs)
    if len(pairs) > PARAMETERS_MAX:
        raise Rejected(reasons.NOT_READABLE)
    if len(said) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Rejected(reasons.PARAMETER_REPEATED, shown(twice))
    for name, value in pairs:
        if not (is_storable(name) and is_storable(value)):
            raise Rejected(reasons.NOT_READABLE, shown(name))
        if len(name) > VALUE_CHARS_MAX or len(value) > VALUE_CHARS_MAX:
            raise Rejected(reasons.VALUE_TOO_LONG, shown(name))
    return said


def _form(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS_MAX
        )
    except ValueError:  # not UTF-8, or too many
        raise Rejected(reasons.NOT_READABLE) from None


def _body(raw: bytes) -> Iterable[tuple[str, str]]:
    """What it looks like counts and not what it is called: senders name any type."""
    return _json(raw) if raw.lstrip().startswith((b"{", b"[")) else _form(raw.strip())


def _json(raw: bytes) -> list[tuple[str, str]]:
    """A flat object. An amount is text, or a whole number: a fraction may have been a float once,
    and nobody knows any more what it was before."""
    try:
        value = json_read(raw)
    except UnknownPayload:
        raise Rejected(reasons.NOT_READABLE) from None
    if not isinstance(value, dict):
        raise Rejected(reasons.NOT_READABLE)
    said = {name: each for name, each in value.items() if each is not None}
    for name, each in said.items():
        if isinstance(each, bool) or not isinstance(each, str | int):
            raise Rejected(reasons.VALUE_NOT_TEXT, shown(name))
    return [(name, str(each)) for name, each in said.items()]


def shown(name: str) -> str:
    """A name that somebody typed, as it may stand in an answer."""
    return name[:SHOWN_CHARS_MAX] if name.isascii() and name.isprintable() else ""


# --- Who signed -----------------------------------------------------------------------------


def signed_text(said: Mapping[str, str], signature: str) -> str:
    """What is signed: all parameters but the signature, sorted by name, in RFC 3986's encoding."""
    return "&".join(
        f"{quote(name, safe='')}={quote(said[name], safe='')}"
        for name in sorted(said)
        if name != signature
    )


def sign(said: Mapping[str, str], secret: str, *, signature: str = "sig") -> str:
    """HMAC-SHA256 in lower-case hex."""
    text = signed_text(said, signature).encode()
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def signature_check(said: Mapping[str, str], preset: Preset, secrets: Sequence[str]) -> None:
    """Against every active secret, in constant time.

    Raises:
        Rejected: no signature, or none of `secrets` made it.
    """
    given = said.get(preset.signature, "").encode()
    if not given:
        raise Rejected(reasons.SIGNATURE_MISSING, preset.signature)
    made = [sign(said, secret, signature=preset.signature).encode() for secret in secrets]
    # A list, so that every secret is tried: the time tells nothing about which one matched.
    matches = [hmac.compare_digest(each, given) for each in made]
    if not any(matches):
        raise Rejected(reasons.SIGNATURE_WRONG, preset.signature)
