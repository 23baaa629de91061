from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from payouts.rails.bank_file.match import MatchReason, Outcome, SentPayout, statement_match
from payouts.rails.bank_file.statement import Direction, StatementRow

ALIYA = SentPayout(11, "PO-000001", 160_000_00, "KZ41722C000000000001")
DANA = SentPayout(12, "PO-000002", 75_150_00, "KZ8596511F0000000001")
OUT = StatementRow(
    line=20,
    direction=Direction.OUT,
    amount_minor=160_000_00,
    number="PO-000001",
    booked_on=date(2026, 11, 21),
    counterparty_name="Әлия Ғабитова",
    counterparty_tax_id="901231400013",
    counterparty_iban="KZ41722C000000000001",
    purpose="Сыйақы",
    knp="859",
)
BACK = replace(OUT, direction=Direction.IN)


def outcomes(*rows):
    return [
        (match.outcome, match.payout_id, match.reasons)
        for match in statement_match(rows, [ALIYA, DANA])
    ]


@pytest.mark.parametrize(
    ("_case", "row", "outcome", "payout_id", "reasons"),
    [
        ("our number, sum and account", OUT, Outcome.PAID, 11, ()),
        ("the bank changed capitals", replace(OUT, number=" po-000001 "), Outcome.PAID, 11, ()),
        ("the money came back", BACK, Outcome.RETURNED, 11, ()),
        (
            "it came back under the bank's number",
            replace(BACK, number="884", purpose="Возврат п/п PO-000001: счёт закрыт"),
            Outcome.RETURNED,
            11,
            (MatchReason.NUMBER_IN_PURPOSE,),
        ),
        (
            "another sum",
            replace(OUT, amount_minor=160_000_01),
            Outcome.MISMATCH,
            11,
            (MatchReason.AMOUNT_DIFFERS,),
        ),
        (
            "another account",
            replace(OUT, counterparty_iban="KZ31601A000000000001"),
            Outcome.MISMATCH,
            11,
            (MatchReason.ACCOUNT_DIFFERS,),
        ),
        (
            "both",
            replace(OUT, amount_minor=1, counterparty_iban=""),
            Outcome.MISMATCH,
            11,
            (MatchReason.AMOUNT_DIFFERS, MatchReason.ACCOUNT_DIFFERS),
        ),
        (
            "a return of a part",
            replace(BACK, amount_minor=1),
            Outcome.MISMATCH,
            11,
            (MatchReason.AMOUNT_DIFFERS,),
        ),
        (
            "a return with our number in its purpose and another sum",
            replace(BACK, number="884", purpose="PO-000001", amount_minor=1),
            Outcome.MISMATCH,
            11,
            (MatchReason.NUMBER_IN_PURPOSE, MatchReason.AMOUNT_DIFFERS),
        ),
        ("a number that is not ours", replace(OUT, number="17"), Outcome.UNMATCHED, None, ()),
        (
            "money out that only mentions our number",
            replace(OUT, number="17", purpose="PO-000001"),
            Outcome.UNMATCHED,
            None,
            (),
        ),
        (
            "our number inside a longer one",
            replace(BACK, number="", purpose="XPO-0000011"),
            Outcome.UNMATCHED,
            None,
            (),
        ),
        ("no number", replace(OUT, number=""), Outcome.UNMATCHED, None, ()),
    ],
)
def test_a_row_is_a_payout_by_number_sum_and_account(_case, row, outcome, payout_id, reasons):
    assert outcomes(row) == [(outcome, payout_id, reasons)]


def test_paid_and_then_returned_are_two_rows():
    assert outcomes(OUT, BACK) == [(Outcome.PAID, 11, ()), (Outcome.RETURNED, 11, ())]


def test_the_same_payout_out_twice_is_for_a_person():
    assert outcomes(OUT, OUT) == [
        (Outcome.PAID, 11, ()),
        (Outcome.MISMATCH, 11, (MatchReason.REPEATED,)),
    ]


def test_a_wrong_row_before_does_not_make_the_right_one_a_repetition():
    wrong = replace(OUT, amount_minor=1)
    assert [each[0] for each in outcomes(wrong, OUT)] == [Outcome.MISMATCH, Outcome.PAID]


def test_banks_drop_leading_zeros():
    payout = replace(ALIYA, number="000123")
    (match,) = statement_match([replace(OUT, number="123")], [payout])
    assert match.outcome is Outcome.PAID


def test_a_short_number_is_not_looked_for_in_a_purpose():
    payout = replace(ALIYA, number="17")
    (match,) = statement_match([replace(BACK, number="9", purpose="Возврат по сч 17")], [payout])
    assert match.outcome is Outcome.UNMATCHED


def test_two_payouts_of_one_number_are_a_bug_of_the_caller():
    with pytest.raises(ValueError, match="two payouts"):
        statement_match([], [ALIYA, replace(DANA, number="po-000001")])
