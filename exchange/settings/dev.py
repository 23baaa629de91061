"""The demo and a developer's machine: what base says, served over plain HTTP on loopback."""

import os
import shlex
from pathlib import Path

# `manage.py demo_advance 22d`, typed beside a running demo, means that demo.
_DEMO_ENV = Path(__file__).resolve().parents[2] / ".dev/demo/env"
if "DATABASE_URL" not in os.environ and _DEMO_ENV.exists():
    for _line in shlex.split(_DEMO_ENV.read_text()):
        os.environ.setdefault(*_line.split("=", 1))

from exchange.settings.base import *  # noqa: E402, F403
from exchange.settings.base import (  # noqa: E402
    PLATFORM_ADDRESS,
    PLATFORM_BIN,
    PLATFORM_IBAN,
    PLATFORM_NAME,
    PLATFORM_VAT_NUMBER,
    PLATFORM_VAT_SERIES,
)

# An invented company with valid check digits; production must name its own.
PLATFORM_NAME = PLATFORM_NAME or "ТОО Birge"
PLATFORM_BIN = PLATFORM_BIN or "251140000313"
PLATFORM_IBAN = PLATFORM_IBAN or "KZ31601A000000000001"
PLATFORM_ADDRESS = PLATFORM_ADDRESS or "Алматы қ., Абай даңғ., 150"
PLATFORM_VAT_SERIES = PLATFORM_VAT_SERIES or "60001"
PLATFORM_VAT_NUMBER = PLATFORM_VAT_NUMBER or "0000001"
