"""What a reason is called, for both sides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.domain.reasons import ReasonCode

REASONS: dict[str, Any] = {
    ReasonCode.TOPIC: _("your posts are about other things"),
    ReasonCode.AUDIENCE: _("your audience is not the campaign's"),
    ReasonCode.RULES: _("a requirement of the campaign is not met"),
    ReasonCode.PLACES: _("all places are taken"),
    ReasonCode.PROFILE: _("the profile says too little"),
    ReasonCode.BREACH: _("the terms of the campaign were broken"),
    ReasonCode.LABEL: _("posts without an ad label"),
    ReasonCode.PLACEMENT: _("the link or code stood in a forbidden place"),
    ReasonCode.LEAK: _("the promo code got out to coupon sites"),
    ReasonCode.SILENT: _("no posts for a long time"),
    ReasonCode.OTHER: _("another reason"),
}


def reason_choices(codes: Iterable[ReasonCode]) -> list[tuple[str, Any]]:
    return [(code.value, REASONS[code]) for code in codes]


def reason_text(code: str, note: str) -> str:
    """The reason with the brand's own words; a code of another day is passed over."""
    words = "" if code in ("", ReasonCode.OTHER) else str(REASONS.get(code, ""))
    return ": ".join(part for part in (words, note) if part)
