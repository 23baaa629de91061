"""Every code of payouts has a word, and what recognises a payee is all that is shown of them."""

from enum import StrEnum

import pytest
from django.utils.translation import override

from compliance.domain.withholding import HoldReason, TaxKind, TaxStatus
from payouts import words
from payouts.admin.tables import fingerprint, hold_text, name_masked, percent
from payouts.domain.batching import PayeeHold
from payouts.domain.states import PayoutState
from payouts.rails.bank_file.match import MatchReason
from payouts.rails.bank_file.payment_file import FieldRule
from payouts.rails.bank_file.statement import StatementReason
from payouts.words import numbers_masked, row_note


@pytest.mark.parametrize(
    ("table", "enums"),
    [
        (words.HOLDS, [PayeeHold, HoldReason]),
        (words.TAX_KINDS, [TaxKind]),
        (words.TAX_STATUSES, [TaxStatus]),
        (words.PAYOUT_STATES, [PayoutState]),
        (words.MATCH_REASONS, [MatchReason]),
        (words.STATEMENT_REASONS, [StatementReason]),
        (words.FIELD_RULES, [FieldRule]),
    ],
)
def test_every_code_has_a_word_and_no_word_is_left_over(table, enums: list[type[StrEnum]]):
    assert set(table) == {code for enum in enums for code in enum}


# What compliance.domain.withholding puts into PayoutHeld.detail
DETAILS: dict[str, dict[str, int | str]] = {
    HoldReason.REGISTER_CHECK_EXPIRED: {"checked_on": "2026-11-18"},
    HoldReason.SELF_EMPLOYED_MONTH_LIMIT: {"key": "x", "total_minor": 2, "limit_minor": 1},
    HoldReason.SELF_EMPLOYED_YEAR_LIMIT: {"key": "x", "total_minor": 2, "limit_minor": 1},
    HoldReason.IP_REGISTRATION_LIMIT: {"key": "x", "total_minor": 2, "limit_minor": 1},
    HoldReason.WITHHOLDING_EXCEEDS_GROSS: {"missing_minor": 5_00},
    HoldReason.RULE_MISSING: {"key": "mzp", "day": "2027-01-05"},
}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("reason", words.HOLDS)
def test_a_hold_is_said_with_its_figures_in_every_language(language, reason):
    with override(language):
        said = hold_text(reason, DETAILS.get(reason, {}))
    assert said
    assert "%" not in said


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (HoldReason.RULE_MISSING, "No tax rule mzp is in force on Jan. 5, 2027."),
        (HoldReason.WITHHOLDING_EXCEEDS_GROSS,
         "More has to be withheld than there is. Missing: 5,00 ₸."),
        (HoldReason.REGISTER_CHECK_EXPIRED,
         "The state register's answer is too old: Nov. 18, 2026. It is asked again."),
    ],
)  # fmt: skip
def test_figures_are_readable(reason, said):
    with override("en"):
        assert hold_text(reason, DETAILS[reason]).replace("\N{NO-BREAK SPACE}", " ") == said


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Сериков Айбек Маратович", "Сериков А. М."),
        ("ИП Сериков Айбек", "ИП Сериков А."),
        ("ЖК Серікова Әлия", "ЖК Серікова Ә."),
        ("Сериков", "Сериков"),
        ("", ""),
    ],
)
def test_of_a_name_the_surname_is_shown(name, shown):
    assert name_masked(name) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ПолучательИИК=KZ41722C000000000001", "ПолучательИИК=••••0001"),
        ("ИИН 010203500018, счёт KZ41722C000000000001.", "ИИН ••••0018, счёт ••••0001."),
        ("21.11.2026", "21.11.2026"),
        ("1CClientBankExchange", "1CClientBankExchange"),
        ("75150.00", "75150.00"),
    ],
)
def test_of_a_number_the_end_is_shown(text, shown):
    assert numbers_masked(text) == shown


@pytest.mark.parametrize(
    ("language", "bps", "shown"),
    [("en", 1000, "10%"), ("kk", 350, "3,5%"), ("ru", 350, "3,5 %"), ("en", 205, "2.05%"),
     ("ru", 0, "0 %"), ("kk", 1000, "10%")],
)  # fmt: skip
def test_percents_follow_the_language(language, bps, shown):
    with override(language):
        assert percent(bps).replace("\N{NO-BREAK SPACE}", " ") == shown


def test_a_row_says_what_does_not_fit():
    with override("en"):
        assert row_note("mismatch", "amount_differs, account_differs") == (
            "another sum, another account"
        )
        assert row_note("mismatch", "") == "not what the state of its payout lets happen"
        assert row_note("paid", "") == ""


def test_a_fingerprint_comes_in_groups():
    assert fingerprint("ab" * 32) == " ".join(["ab" * 8] * 4)
