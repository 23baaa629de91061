"""Why a brand refuses an application or ends a participation: a closed list, read by the
influencer in their own language. The words are kept in the database: they never change."""

from __future__ import annotations

from enum import StrEnum


class ReasonCode(StrEnum):
    TOPIC = "topic"
    AUDIENCE = "audience"
    RULES = "rules"
    PLACES = "places"
    PROFILE = "profile"
    BREACH = "breach"
    LABEL = "label"
    PLACEMENT = "placement"
    LEAK = "leak"
    SILENT = "silent"
    OTHER = "other"


REJECT_CODES = (
    ReasonCode.TOPIC,
    ReasonCode.AUDIENCE,
    ReasonCode.RULES,
    ReasonCode.PLACES,
    ReasonCode.PROFILE,
    ReasonCode.OTHER,
)
REMOVE_CODES = (
    ReasonCode.BREACH,
    ReasonCode.LABEL,
    ReasonCode.PLACEMENT,
    ReasonCode.LEAK,
    ReasonCode.SILENT,
    ReasonCode.OTHER,
)


def needs_note(code: ReasonCode) -> bool:
    """What no word of the list says, the brand says itself."""
    return code is ReasonCode.OTHER
