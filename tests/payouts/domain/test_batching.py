from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from payouts.domain.batching import Part, PayeeHold, name_fold, payee_hold

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
PAYABLE = {
    "has_payee": True,
    "holder_names": ["Әлия Ғабитова", "ҒАБИТОВА ӘЛИЯ"],
    "account_usable_from": NOW - timedelta(days=30),
    "has_open_payout": False,
    "payable_minor": 6_000_00,
    "parts": [Part(7, 4_000_00, conversion_id=101), Part(8, 2_000_00, period_reward_id=102)],
    "now": NOW,
}


@pytest.mark.parametrize(
    ("_case", "changes", "hold"),
    [
        ("everything is known", {}, None),
        ("usable from this moment", {"account_usable_from": NOW}, None),
        ("no IIN yet", {"has_payee": False, "holder_names": []}, PayeeHold.NO_PAYEE),
        (
            "no account",
            {"account_usable_from": None, "holder_names": ["Әлия"]},
            PayeeHold.NO_ACCOUNT,
        ),
        ("a payout on its way", {"has_open_payout": True}, PayeeHold.OPEN_PAYOUT),
        (
            "an account changed yesterday",
            {"account_usable_from": NOW + timedelta(hours=48)},
            PayeeHold.ACCOUNT_ON_HOLD,
        ),
        (
            "an account of somebody else",
            {"holder_names": ["Әлия Ғабитова", "Дана Ғабитова"]},
            PayeeHold.HOLDER_IS_ANOTHER,
        ),
        (
            "the register knows another name",
            {"holder_names": ["Әлия Ғабитова", "Әлия Ғабитова", "Дана Оспан"]},
            PayeeHold.HOLDER_IS_ANOTHER,
        ),
        (
            "money whose brand nobody can name",
            {"payable_minor": 6_000_01},
            PayeeHold.LEDGER_DIFFERS,
        ),
        ("more parts than money", {"payable_minor": 5_999_99}, PayeeHold.LEDGER_DIFFERS),
    ],
)
def test_who_is_not_paid_now_is_told_why(_case, changes, hold):
    assert payee_hold(**(PAYABLE | changes)) is hold


def test_of_several_reasons_the_one_to_mend_first_is_told():
    assert (
        payee_hold(
            **(PAYABLE | {"has_payee": False, "account_usable_from": None, "has_open_payout": True})
        )
        is PayeeHold.NO_PAYEE
    )


@pytest.mark.parametrize(
    ("_case", "one", "other", "same"),
    [
        ("capitals", "Әлия Ғабитова", "ӘЛИЯ ҒАБИТОВА", True),
        ("order", "Ғабитова Әлия", "Әлия Ғабитова", True),
        ("blanks", " Әлия   Ғабитова ", "Әлия Ғабитова", True),
        ("an entrepreneur in Russian", "ИП Иванов И.И.", "Иванов И И", True),
        ("an entrepreneur in Kazakh", 'ЖК "Әлия Ғабитова"', "Әлия Ғабитова", True),
        ("ё and е", "Алёна Ким", "Алена Ким", True),
        ("another given name", "Әлия Ғабитова", "Дана Ғабитова", False),
        ("a name more", "Әлия Ғабитова", "Әлия Ғабитова Қайратқызы", False),
        ("a Russian spelling of a Kazakh name", "Әлия Ғабитова", "Алия Габитова", False),
    ],
)
def test_a_holders_name_is_compared_without_what_forms_add(_case, one, other, same):
    assert (name_fold(one) == name_fold(other)) is same
