"""A campaign's orders under the rules of now."""

from __future__ import annotations

from datetime import UTC, datetime

from attribution.rerun_forms import RerunForm as RerunForm
from exchange.web.pages.common import Fact
from exchange.web.pages.reruns import ChangedLine, PastRun, PersonRow, Rerun, Run

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
AIGERIM, DANA = "Айгерім Сапарова", "Дана"
TITLE, WHY = "Қысқы аяқ киім", "Сілтеме бірінші саналатын болды"


def _line(number: str, change: str, before: str, after: str, outcome: str = "") -> ChangedLine:
    return ChangedLine(
        number=number,
        url="#",
        at=AT,
        change=change,
        before=before,
        after=after,
        before_minor=255_000 if before else 0,
        after_minor=255_000 if after else 0,
        outcome=outcome,
    )


def _past(is_shown: bool = True) -> list[PastRun]:
    return [
        PastRun(AT, WHY, "waits for your word", 12_480, "#", is_shown),
        PastRun(AT, "Қате терілген код", "corrected", 3, "#"),
    ]


def _facts() -> list[Fact]:
    return [
        Fact("Started", "20 Nov, 14:30"),
        Fact("Orders looked at", "1 204 817"),
        Fact("Changes hands", "12 300"),
        Fact("Approved, stays", "180"),
    ]


def checked() -> Rerun:
    lines = [
        _line("104233", "Changes hands", AIGERIM, DANA),
        _line("104250", "Was nobody's", "", DANA),
        _line("104251", "Approved, stays", AIGERIM, DANA),
    ]
    people = [PersonRow(DANA, 0, 51_000_000), PersonRow(AIGERIM, 76_500_000, 25_500_000)]
    run = Run(
        why=WHY,
        state="waits for your word",
        started_at=AT,
        facts=_facts(),
        people=people,
        rows=lines,
        rows_count=12_480,
        csv_url="#",
        stands_count=180,
        missing_minor=5_100_000,
        is_checked=True,
        apply_url="#",
        drop_url="#",
    )
    return Rerun(TITLE, "#", "#", run, "#", _past())


def working() -> Rerun:
    run = Run(
        why=WHY,
        state="is compared",
        started_at=AT,
        facts=_facts()[:2],
        work_text="Comparing: 412 000 of 1 204 817",
        percent=34,
        self_url="#",
        stop_url="#",
    )
    return Rerun(TITLE, "#", "#", run, "", _past())


def stopped() -> Rerun:
    run = Run(
        why=WHY,
        state="stopped",
        started_at=AT,
        facts=_facts(),
        error="ZeroDivisionError: a bug",
        resume_url="#",
        drop_url="#",
    )
    return Rerun(TITLE, "#", "#", run, "", _past())


def nothing_to_do() -> Rerun:
    run = Run(WHY, "waits for your word", AT, _facts()[:2], is_checked=True, drop_url="#")
    return Rerun(TITLE, "#", "#", run, "#", _past())


def none() -> Rerun:
    return Rerun(TITLE, "#", "#", None, "#")
