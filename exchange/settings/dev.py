"""The demo and a developer's machine: what base says, served over plain HTTP on loopback."""

from exchange.settings.base import *  # noqa: F403
from exchange.settings.base import PLATFORM_BIN, PLATFORM_IBAN, PLATFORM_NAME

# An invented company with valid check digits; production must name its own.
PLATFORM_NAME = PLATFORM_NAME or "ТОО Birge"
PLATFORM_BIN = PLATFORM_BIN or "251140000313"
PLATFORM_IBAN = PLATFORM_IBAN or "KZ31601A000000000001"
