"""Our payment file goes to the stand-in bank over HTTP, and its statement comes back to us."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from payouts.rails.bank_file.payment_file import (
    FileEncoding,
    Party,
    PaymentFile,
    PaymentOrder,
    payment_file_build,
)
from payouts.rails.bank_file.statement import Direction, statement_parse

PAYER = Party("ТОО Birge", "240540000016", "17", "KZ41722C000000000001", "Kaspi", "CASPKZKA")
ALIYA = Party("ИП САПАРОВА Ә.", "901231400013", "19", "KZ31601A000000000001", "Halyk", "HSBKKZKX")
DANA = Party("АХМЕТ Д.", "010203500018", "19", "KZ8596511F0000000001", "Forte", "IRTYKZKA")


def payments(encoding: FileEncoding) -> bytes:
    day = date(2026, 11, 21)
    orders = (
        PaymentOrder("101", day, 9_600_000, ALIYA, "Вознаграждение, № 101", "859"),
        PaymentOrder("102", day, 7_515_050, DANA, "Вознаграждение, № 102", "859"),
    )
    made_at = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    return payment_file_build(PaymentFile(made_at, PAYER, orders), encoding=encoding)


@pytest.mark.parametrize("encoding", list(FileEncoding))
@pytest.mark.parametrize(
    ("outcome", "rows"),
    [
        ("executed", [("101", Direction.OUT, 9_600_000), ("102", Direction.OUT, 7_515_050)]),
        (
            "returned",
            [
                ("101", Direction.OUT, 9_600_000),
                ("102", Direction.OUT, 7_515_050),
                ("102", Direction.IN, 7_515_050),
            ],
        ),
        ("rejected", [("101", Direction.OUT, 9_600_000)]),
    ],
)
def test_what_the_bank_did_is_what_we_read(sandbox, encoding, outcome, rows):
    file_id = sandbox.control("bank/files", payments(encoding))["id"]
    sandbox.control(f"bank/files/{file_id}/outcome", {"number": "102", "outcome": outcome})
    statement = statement_parse(sandbox.get(f"/bank/files/{file_id}/statement").body)
    assert [(row.number, row.direction, row.amount_minor) for row in statement.rows] == rows
    assert statement.account_iban == PAYER.iban
    assert statement.is_complete
    names = {row.number: row.counterparty_iban for row in statement.rows}
    assert names["101"] == ALIYA.iban
    assert names.get("102", DANA.iban) == DANA.iban
