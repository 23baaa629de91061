"""When an invitation counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

USES_MAX, USES_DEFAULT = 1_000, 10
DAYS_MAX, DAYS_DEFAULT = 90, 14


class InviteState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    USED_UP = "used_up"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class InviteLife:
    """What is known of an invitation; `answer` is an influencer's, "" of a link."""

    expires_at: datetime
    uses_max: int
    uses_count: int
    answer: str = ""
    is_revoked: bool = False


def invite_state(life: InviteLife, now: datetime) -> InviteState:
    """What was answered stays answered; then what the brand did; then uses; then time."""
    if life.answer:
        return InviteState(life.answer)
    if life.is_revoked:
        return InviteState.REVOKED
    if life.uses_count >= life.uses_max:
        return InviteState.USED_UP
    return InviteState.OPEN if now < life.expires_at else InviteState.EXPIRED
