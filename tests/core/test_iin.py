"""The vectors of the facts about Kazakhstan, section 3.3, all synthetic."""

from __future__ import annotations

from datetime import date

import pytest

from core.iin import IdNumberError, IdRule, bin_parse, check_digit, iin_birth_date, iin_parse

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("_case", "number", "born_on"),
    [
        ("first pass", "010203500018", date(2001, 2, 3)),
        ("second pass", "010203500906", date(2001, 2, 3)),
        ("born in the last century", "901231400013", date(1990, 12, 31)),
        ("last century, second pass", "901231400403", date(1990, 12, 31)),
        ("a leap day", "000229500018", date(2000, 2, 29)),
    ],
)
def test_a_persons_number_is_accepted_and_tells_the_birth_date(_case, number, born_on):
    assert iin_parse(number, today=TODAY) == number
    assert iin_birth_date(number) == born_on


@pytest.mark.parametrize(
    ("_case", "number"),
    [
        ("first pass", "240540000016"),
        ("second pass", "240540000711"),
        ("company of a non-resident, first pass", "260150000109"),
        ("company of a non-resident, second pass", "260150000017"),
        ("joint entrepreneurs, first pass", "230360000016"),
        ("joint entrepreneurs, second pass", "230360000708"),
        ("a branch", "240541000071"),
        ("a representation", "240542000057"),
        ("a farm", "240543000032"),
    ],
)
def test_a_companys_number_is_accepted(_case, number):
    assert bin_parse(number) == number


@pytest.mark.parametrize(
    ("_case", "number", "rule"),
    [
        ("wrong check digit", "010203500017", IdRule.CHECK_DIGIT),
        ("no check digit exists", "010203500920", IdRule.CHECK_DIGIT),
        ("no check digit exists, woman", "901231400490", IdRule.CHECK_DIGIT),
        ("29 February of a common year", "010229500016", IdRule.DATE),
        ("month 13", "991301350006", IdRule.DATE),
        ("born tomorrow", "261122500011", IdRule.DATE),
        ("century 7", "010203700018", IdRule.CENTURY),
        ("a company's number", "240540000016", IdRule.KIND),
        ("a kind that is never issued", "010273500018", IdRule.KIND),
        ("too short", "01020350001", IdRule.LENGTH),
        ("too long", "0102035000188", IdRule.LENGTH),
        ("a letter", "01020350001O", IdRule.DIGITS),
        ("foreign digits", "٠١٠٢٠٣٥٠٠٠١٨", IdRule.DIGITS),
        ("empty", "", IdRule.DIGITS),
    ],
)
def test_a_wrong_person_number_says_which_rule_it_breaks(_case, number, rule):
    with pytest.raises(IdNumberError) as refused:
        iin_parse(number, today=TODAY)
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    ("_case", "number", "rule"),
    [
        ("wrong check digit", "240540000015", IdRule.CHECK_DIGIT),
        ("no check digit exists", "240540000700", IdRule.CHECK_DIGIT),
        ("a person's number", "010203500018", IdRule.KIND),
        ("month 13", "241340000016", IdRule.DATE),
        ("month 0", "240040000016", IdRule.DATE),
        ("sixth digit 4", "240544000016", IdRule.KIND),
        ("too short", "24054000001", IdRule.LENGTH),
    ],
)
def test_a_wrong_company_number_says_which_rule_it_breaks(_case, number, rule):
    with pytest.raises(IdNumberError) as refused:
        bin_parse(number)
    assert refused.value.rule == rule


def test_no_last_digit_makes_a_number_valid_that_was_never_issued():
    assert check_digit("01020350092") is None
    assert check_digit("90123140049") is None
    assert check_digit("24054000070") is None


def test_a_foreigners_number_without_a_century_is_accepted_by_its_check_digit():
    eleven = "01020300001"
    number = f"{eleven}{check_digit(eleven)}"
    assert iin_parse(number, today=TODAY) == number
    with pytest.raises(KeyError):
        iin_birth_date(number)


def test_spaces_and_dashes_are_forgiven_and_the_count_of_digits_is_told():
    assert iin_parse(" 010203-500018 ", today=TODAY) == "010203500018"
    with pytest.raises(IdNumberError) as refused:
        iin_parse("0102", today=TODAY)
    assert refused.value.digits == 4
