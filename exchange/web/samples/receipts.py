"""Receipts: the follower's page and the brand's."""

from __future__ import annotations

from datetime import UTC, datetime

from attribution.forms import ReceiptFileForm, ReceiptForm, RegistersForm
from exchange.web.pages.common import Choice, Fact
from exchange.web.pages.files import FileFault
from exchange.web.pages.receipts import (
    Claim,
    Claimed,
    QuestionOption,
    ReceiptFile,
    ReceiptQuestion,
    ReceiptRow,
    Receipts,
    Refused,
    RegisterRow,
    Registers,
)

SOLD_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SHOPS = ["Абай 10", "Достық 5", "Мега, 2-қабат"]
__all__ = ["ReceiptFileForm", "ReceiptForm", "RegistersForm"]


def claim() -> Claim:
    return Claim("#", "Айгерім Сапарова", "Tulpar", "Қысқы аяқ киім", SHOPS, shop_more=3)


def claim_refused() -> Claim:
    said = Refused(
        104,
        "This link does not hold the receipt's numbers",
        "Open “Type the numbers” below and copy them from the paper.",
    )
    return Claim("#", "Айгерім", "Tulpar", "Қысқы аяқ киім", SHOPS[:1], refused=said, is_paper=True)


def claimed() -> Claimed:
    return Claimed("waiting", SHOPS[0], 1_230_000, SOLD_AT, "#", "Айгерім Сапарова")


def claimed_returned() -> Claimed:
    return Claimed("returned", SHOPS[0], 1_230_000, SOLD_AT, "#", "Айгерім Сапарова")


def _row(
    status: str,
    *,
    is_open: bool = False,
    file_minor: int | None = None,
    joined: str = "",
) -> ReceiptRow:
    return ReceiptRow(
        status=status,
        shop=SHOPS[0],
        sign="0123456789",
        register="010101234567",
        influencer_name="Айгерім Сапарова",
        sold_at=SOLD_AT,
        minor=1_230_000,
        file_minor=file_minor,
        note="Staff purchase" if status == "refused" else "",
        accept_url="#" if is_open else "",
        refuse_url="#" if is_open else "",
        joined_text=joined,
        joined_url="#" if joined else "",
        part_url="#" if joined else "",
    )


def _question() -> ReceiptQuestion:
    options = [
        QuestionOption("1", "Order 812345678, Kaspi", "Дана Әлімова, 19 Nov, 11:02", "#"),
        QuestionOption("2", "Order 812345901, Kaspi", "Айгерім Сапарова, 18 Nov, 20:41", "#"),
    ]
    name, sign = "Айгерім Сапарова", "0123456790"
    return ReceiptQuestion(SHOPS[0], sign, name, SOLD_AT, 1_230_000, options, "#")


def receipts() -> Receipts:
    return Receipts(
        name="Tulpar",
        rows=[
            _row("differs", is_open=True, file_minor=1_130_000),
            _row("waiting", is_open=True),
            _row("confirmed", joined="One purchase with order 812345555 of Kaspi: paid once."),
            _row("refused"),
        ],
        choices=[Choice("All", "?", True, 4), Choice("Waiting", "?", False, 1)],
        back_url="#",
        csv_url="#",
        registers_url="#",
        file_url="#",
        waiting_text="What your list does not show in time is refused.",
        register_count=2,
        questions=[_question()],
    )


def receipts_none() -> Receipts:
    return Receipts("Tulpar", [], [], "#", "#", "#")


def registers() -> Registers:
    rows = [RegisterRow(f"01010123456{number}", shop) for number, shop in enumerate(SHOPS)]
    return Registers("Tulpar", rows, "#", "#", "#", "#", may_edit=False)


def file_answer() -> ReceiptFile:
    return ReceiptFile(
        action_url="#",
        back_url="#",
        facts=[Fact("Receipts in the list", "1 204"), Fact("Confirmed", "12")],
        faults=[FileFault(7, "ФП", "12", "is no fiscal sign")],
        faults_more=1,
        differ_url="#",
    )
