"""The vectors of the facts about Kazakhstan, section 5.8."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.iban import IbanError, IbanRule, banks, iban_bank, iban_format, iban_mask, iban_parse

GOOD = "KZ41722C000000000001"


@pytest.mark.parametrize(
    ("_case", "number", "bic"),
    [
        ("Kaspi Gold", "KZ41722C000000000001", "CASPKZKA"),
        ("Kaspi Pay", "KZ72722S000000000001", "CASPKZKA"),
        ("Halyk", "KZ31601A000000000001", "HSBKKZKX"),
        ("CenterCredit, digits only", "KZ918562000000000001", "KCJBKZKX"),
        ("Forte", "KZ8596511F0000000001", "IRTYKZKA"),
        ("Freedom", "KZ92551A000000000001", "KSNVKZKA"),
        ("the state's medical insurance", "KZ92009MEDS368609103", "GCVPKZ2A"),
    ],
)
def test_an_account_is_accepted_and_names_its_bank(_case, number, bic):
    assert iban_parse(number) == number
    assert iban_bank(number).bic == bic


@pytest.mark.parametrize(
    ("_case", "number", "rule", "found"),
    [
        ("wrong check digits", "KZ42722C000000000001", IbanRule.CHECK_DIGITS, "42"),
        ("19 characters", "KZ41722C00000000001", IbanRule.LENGTH, "19"),
        ("21 characters", "KZ41722C0000000000010", IbanRule.LENGTH, "21"),
        ("a German account", "DE89370400440532013000", IbanRule.COUNTRY, "DE"),
        ("a card number", "4400430212345678", IbanRule.COUNTRY, "44"),
        ("a Cyrillic С", "KZ41722С000000000001", IbanRule.CHARACTERS, "С"),
        ("a letter in the bank's code", "KZ4172AC000000000001", IbanRule.CHARACTERS, "4172A"),
        ("letters for check digits", "KZXX722C000000000001", IbanRule.CHARACTERS, "XX722"),
        ("a sign", "KZ41722C00000000000*", IbanRule.CHARACTERS, "*"),
        ("the country alone", "KZ", IbanRule.LENGTH, "2"),
        ("nothing", "", IbanRule.COUNTRY, ""),
    ],
)
def test_a_wrong_account_says_which_rule_it_breaks(_case, number, rule, found):
    with pytest.raises(IbanError) as refused:
        iban_parse(number)
    assert (refused.value.rule, refused.value.found) == (rule, found)


def test_spaces_and_small_letters_are_forgiven():
    assert iban_parse(" kz41 722c 0000-0000 0001 ") == GOOD


def test_an_unknown_bank_is_an_error_that_names_it():
    with pytest.raises(IbanError) as refused:
        iban_bank("KZ00777A000000000001")
    assert (refused.value.rule, refused.value.found) == (IbanRule.BANK, "777")


def test_an_error_does_not_repeat_the_account():
    with pytest.raises(IbanError) as refused:
        iban_parse("KZ42722C000000000001")
    assert "722C" not in str(refused.value)


def test_an_account_is_printed_in_groups_and_masked():
    assert iban_format(GOOD) == "KZ41 722C 0000 0000 0001"
    assert iban_mask("KZ8596511F0000000456") == "KZ** **** **** **** 0456"


def test_only_pairs_with_a_seen_source_are_confirmed():
    confirmed = {code for code, bank in banks().items() if bank.confidence == "confirmed"}
    assert confirmed == {"722", "832"}
    assert len(banks()) == 13


@given(st.text(max_size=40))
def test_any_text_is_an_account_or_an_iban_error(text):
    try:
        number = iban_parse(text)
    except IbanError:
        return
    assert len(number) == 20


@given(st.sampled_from([2, 3, 4, 5, 6, *range(8, 20)]), st.sampled_from("0123456789"))
def test_a_single_wrong_digit_never_passes(place, digit):
    changed = GOOD[:place] + digit + GOOD[place + 1 :]
    if changed == GOOD:
        return
    with pytest.raises(IbanError):
        iban_parse(changed)
