"""Codes that look leaked: both sides' pages."""

from __future__ import annotations

from datetime import UTC, datetime

from exchange.web.pages.common import Choice
from exchange.web.pages.leaks import (
    CampaignMode,
    Leak,
    LeakRow,
    Leaks,
    ModeChoice,
    Seen,
    UseRow,
)

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PERSON = "Айгерім Сапарова"
CAMPAIGN = "Қысқы аяқ киім"


def _seen(status: str = "open", note: str = "") -> Seen:
    return Seen(
        title="Orders without clicks",
        text="Orders with the code when nobody had opened the link in the 6 hours before:"
        " 24 of 30. Earlier: 3 of 40.",
        meaning="The code may be on a coupon site or in a chat."
        " Or it was said in a video without a link.",
        status=status,
        found_at=AT,
        note=note,
        closed_at=None if status == "open" else AT,
    )


def _rows(name: str) -> list[LeakRow]:
    return [
        LeakRow("#", "DANA25", name, CAMPAIGN, _seen()),
        LeakRow("#", "AQTAS", name, CAMPAIGN, _seen("cleared", "A video without a link")),
        LeakRow("#", "DANAH", name, CAMPAIGN, _seen("lapsed")),
    ]


def _list(name: str) -> Leaks:
    return Leaks(
        rows=_rows(name),
        choices=[Choice("All", "?", True, 3), Choice("To look at", "?", False, 1)],
        here_url="#",
        back_url="#",
        csv_url="#",
        campaigns=[CampaignMode(CAMPAIGN, "hold the rewards", "#")] if name else [],
    )


def brand() -> Leaks:
    return _list(PERSON)


def own() -> Leaks:
    return _list("")


def campaign() -> Leaks:
    return Leaks(
        rows=_rows(PERSON)[:1],
        choices=[Choice("All", "?", True, 1)],
        here_url="#",
        back_url="#",
        csv_url="#",
        campaign=CAMPAIGN,
        campaign_id="1",
        modes=[
            ModeChoice("flag", "only tell", "You and the influencer see it here.", True),
            ModeChoice("enforce", "hold the rewards", "Rewards wait until you decide."),
            ModeChoice("rotate", "give a new code", "The old one counts no more."),
        ],
        mode_url="#",
    )


def none() -> Leaks:
    return Leaks([], [], "#", "#")


def brand_leak() -> Leak:
    return Leak(
        code="DANA25",
        code_status="active",
        name=PERSON,
        campaign=CAMPAIGN,
        seen=_seen(),
        others=[_seen("cleared", "A video without a link")],
        uses=[UseRow(AT, "KZ-1204", had, "#") for had in ("none", "near", "own", "unknown")],
        back_url="#",
        mode_text="Rewards of these orders wait for the brand's decision.",
        reply="I told of the code in a podcast on Friday.",
        held_minor=1_230_000,
        held_count=7,
        is_holding=True,
        clear_url="#",
        reject_url="#",
        rotate_url="#",
        code_url="#",
    )


def own_leak() -> Leak:
    return Leak(
        code="DANA25",
        code_status="active",
        name="",
        campaign=CAMPAIGN,
        seen=_seen(),
        others=[],
        uses=[UseRow(AT, "", had) for had in ("none", "near")],
        back_url="#",
        mode_text="Nothing waits: rewards of these orders go on as usual.",
        reply_url="#",
        code_url="#",
    )
