"""Production: refuses what is only fit for a demo."""

from exchange.env import EnvError
from exchange.settings.base import *  # noqa: F403
from exchange.settings.base import (
    DEMO,
    IS_HTTPS,
    PLATFORM_BIN,
    PLATFORM_IBAN,
    PLATFORM_NAME,
    SANDBOX_URL,
)

if DEMO or SANDBOX_URL:
    raise EnvError("DEMO and SANDBOX_URL are for the demo; production has neither")
if not IS_HTTPS:
    raise EnvError("BASE_URL must begin with https:// in production")

if not (PLATFORM_NAME and PLATFORM_BIN and PLATFORM_IBAN):
    raise EnvError("PLATFORM_NAME, PLATFORM_BIN and PLATFORM_IBAN name the payer of every payout")

SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
