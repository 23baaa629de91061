"""Strict reading of the environment: a typing error stops the start, with the variable's name."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


class EnvError(RuntimeError):
    """A variable is missing or says something that it must not."""


def env(name: str, default: str | None = None) -> str:
    """The variable, or the content of the file that NAME_FILE points to."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    value = os.environ.get(name, default)
    if value is None:
        raise EnvError(f"{name} is not set; .env.example says what it is for")
    return value


def envbool(name: str, default: bool) -> bool:
    value = os.environ.get(name, "")
    if value in ("", None):
        return default
    if value not in ("0", "1"):
        raise EnvError(f"{name} must be 0 or 1, not {value!r}")
    return value == "1"


def envint(name: str, default: int) -> int:
    value = os.environ.get(name, "")
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise EnvError(f"{name} must be a whole number, not {value!r}") from None


def database(url: str) -> dict[str, Any]:
    """Django's settings of postgres://user:password@host:port/name."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path[1:]:
        raise EnvError("a database URL reads postgres://user:password@host:port/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or 5432),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "NAME": parts.path[1:],
    }


def email(url: str) -> dict[str, Any]:
    """Django's e-mail settings of smtp://, smtps:// or smtp+tls://user:password@host:port."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps", "smtp+tls") or not parts.hostname:
        raise EnvError(
            "EMAIL_URL reads smtp://host:port, smtps:// or smtp+tls://user:password@host"
        )
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or {"smtp": 25, "smtps": 465, "smtp+tls": 587}[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_TIMEOUT": 10,
    }


def proof_key(text: str) -> bytes:
    """The 32 bytes of an ed25519 key."""
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise EnvError("PROOF_KEY is 32 bytes, written as 64 lower-case hex digits")
    return bytes.fromhex(text)


def field_keys(text: str) -> dict[int, str]:
    """{1: key, 2: key} of "1:key,2:key"; the highest number encrypts, all of them decrypt."""
    keys: dict[int, str] = {}
    for part in filter(None, text.split(",")):
        number, _, key = part.partition(":")
        if not (number.isdigit() and 0 < int(number) < 256 and key):
            raise EnvError('FIELD_KEYS reads "1:<32 bytes, urlsafe base64>,2:..."')
        keys[int(number)] = key
    if not keys:
        raise EnvError("FIELD_KEYS has no key")
    return keys
