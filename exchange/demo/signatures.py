"""The company's key in the demo: the sandbox's certification centre makes one, and the worker finds
it where the settings say, as it would on a server."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from django.conf import settings

from exchange.demo.stage import control


def signing_key_make() -> None:
    """Nothing where the settings name no files. Repeatable: a new key takes the old one's place."""
    if not (settings.NCANODE_KEY_PATH and settings.NCANODE_PASSWORD_PATH):
        return
    password = secrets.token_urlsafe()
    wanted = {"bin": settings.PLATFORM_BIN, "person": "ОСПАНОВА ДИНА", "password": password}
    # The demo's days are counted from far ahead of the machine's, and from far behind.
    made = control("POST", "ncanode/keys", wanted | {"begins_days": -365, "ends_days": 3_650})
    _write(Path(settings.NCANODE_KEY_PATH), base64.b64decode(made["key"]))
    _write(Path(settings.NCANODE_PASSWORD_PATH), password.encode())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
