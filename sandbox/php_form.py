"""Forms as PHP's http_build_query writes them: {"a": {"b": ["x"]}} is a[b][0]=x."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

FORM_TYPE = "application/x-www-form-urlencoded"


def form_bytes(value: dict[str, Any]) -> bytes:
    return urlencode(_pairs(value, "")).encode()


def _pairs(value: Any, name: str) -> list[tuple[str, str]]:
    if not isinstance(value, dict | list):
        return [(name, "" if value is None else str(value))]
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    below = [_pairs(each, f"{name}[{key}]" if name else str(key)) for key, each in parts]
    return [pair for pairs in below for pair in pairs]
