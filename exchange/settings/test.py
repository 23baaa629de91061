"""Tests: real PostgreSQL and Redis (tools/stack.py), cheap passwords, no static manifest.

The fallbacks let tools that only import the code (mypy, lint-imports) run without a stack.
"""

import os
import re
import sys

os.environ.setdefault("SECRET_KEY", "only for tests")
os.environ.setdefault("FIELD_KEYS", "1:dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3QtMzI=")
os.environ.setdefault("PROOF_KEY", "5e" * 32)
os.environ.setdefault("DATABASE_URL", "postgres://x_app@127.0.0.1:1/birge")
os.environ.setdefault("DATABASE_OWNER_URL", "postgres://x_owner@127.0.0.1:1/birge")
os.environ.setdefault("REDIS_URL", "redis://127.0.0.1:1/0")
# A Redis database for each worker of xdist (gw0, gw1 ...): no worker takes another's jobs. Not for
# the processes that a test starts: it tells them their Redis.
os.environ["REDIS_URL"] = re.sub(
    "[0-9]+$",
    os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:] if "pytest" in sys.modules else r"\g<0>",
    os.environ["REDIS_URL"],
)

from exchange.settings.base import *  # noqa: F403
from exchange.settings.base import MIDDLEWARE, STORAGES

PLATFORM_NAME, PLATFORM_BIN = "TOO Birge", "251140000313"
PLATFORM_IBAN = "KZ31601A000000000001"
PLATFORM_ADDRESS = "Almaty, Abay 150"
PLATFORM_VAT_SERIES, PLATFORM_VAT_NUMBER = "60001", "0000001"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
ALLOWED_HOSTS = ["*"]
# Nothing is collected for tests: Django serves no static files there.
MIDDLEWARE = [name for name in MIDDLEWARE if not name.startswith("whitenoise.")]
POLL_HANDS = POLL_HANDS_SLOW = 1  # a test's own thread: its transaction is nobody else's
