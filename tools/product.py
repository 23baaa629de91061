"""The product as a set of processes: what `make demo` and `make e2e` start, in which order."""

from __future__ import annotations

import base64
import json
import os
import secrets
from pathlib import Path

from tools.services import secret_write


def secrets_for_tests() -> dict[str, str]:
    """New ones each time: nothing that a test stores is read by another run."""
    made = secrets_make()
    return {name: os.environ.get(name) or value for name, value in made.items()}


def secrets_make() -> dict[str, str]:
    field_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return {"SECRET_KEY": secrets.token_urlsafe(48), "FIELD_KEYS": f"1:{field_key}"}


def secrets_load(path: Path) -> dict[str, str]:
    """Made once: with other field keys the demo's encrypted columns could not be read again."""
    if path.exists():
        kept: dict[str, str] = json.loads(path.read_text())
        return kept
    made = secrets_make()
    secret_write(path, json.dumps(made))
    return made
