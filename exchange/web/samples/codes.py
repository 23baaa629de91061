"""Promo codes: the brand's pages."""

from __future__ import annotations

from datetime import UTC, datetime

from exchange.web.pages.codes import (
    CodeRow,
    Codes,
    FileFault,
    Meant,
    NewPool,
    PoolRow,
    QuestionRow,
    Questions,
)
from exchange.web.pages.common import Choice

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
PERSON = "Айгерім Сапарова"


def _row(code: str, status: str, when: str = "") -> CodeRow:
    return CodeRow(
        code=code,
        name=PERSON,
        status=status,
        when=when,
        aliases=("ДАНА25", "ВФТФ25") if status == "active" else (),
        skus=("BLANKET-1", "BLANKET-2") if status == "active" else (),
        rotate_url="#" if status == "active" else "",
        schedule_url="#" if status == "active" else "",
    )


def codes() -> Codes:
    return Codes(
        title="Қысқы аяқ киім",
        rows=[
            _row("DANA25", "active"),
            _row("DANAH", "replaced", "Counts until: 5 Dec"),
            _row("DANAX7", "void"),
        ],
        pools=[
            PoolRow("Stories", "", AT, 99_998, 1, 1, 0, 99_000, "#", "#", "#"),
            PoolRow("Instagram", PERSON, AT, 0, 0, 12, 88, 0, "#"),
        ],
        choices=[Choice("All", "?", True, 3), Choice("Works", "?", False, 1)],
        back_url="#",
        here_url="#",
        csv_url="#",
        questions_url="#",
        leaks_url="#",
        grace_days=14,
        grace_days_max=30,
        people=[("1", PERSON)],
        new_url="#",
    )


def codes_none() -> Codes:
    return Codes("Қысқы аяқ киім", [], [], [], "#", "#", "#", "#", "#", 14, 30)


def new_pool_refused() -> NewPool:
    faults = [
        FileFault(3, "good-77", "The same code stands in the file twice. Row: 2"),
        FileFault(7, "1E10", "A spreadsheet takes this for a number and changes it. Add letters."),
    ]
    return NewPool("#", "#", faults, 1_204, 100_000, "#")


def questions() -> Questions:
    meant = [Meant(1, "DANA25", "Дана", "Қысқы аяқ киім"), Meant(2, "DAMA25", PERSON, "Көрпе")]
    return Questions(
        [
            QuestionRow("DANNA25", "DANNA25", 12, AT, False, meant[:1]),
            QuestionRow("ДАВА22", "ДABA22", 1, AT, True, meant),
        ],
        "#",
        60,
        "#",
    )


def questions_none() -> Questions:
    return Questions([], "#", 60)
