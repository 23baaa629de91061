from __future__ import annotations

import phonenumbers
import pytest

from core.phone import PhoneError, phone_mask, phone_parse


@pytest.mark.parametrize(
    ("_case", "typed", "e164"),
    [
        ("as it is dialled at home", "87771234567", "+77771234567"),
        ("with the country", "+7 701 000 00 01", "+77010000001"),
        ("with brackets and dashes", "8 (701) 000-00-01", "+77010000001"),
        ("without the eight", "7010000001", "+77010000001"),
        ("a Russian number", "+79161234567", "+79161234567"),
    ],
)
def test_a_number_as_people_type_it_becomes_e164(_case, typed, e164):
    assert phone_parse(typed) == e164


@pytest.mark.parametrize("typed", ["", "abc", "123", "+7 701", "8777123456789", "+999123456789"])
def test_what_cannot_be_dialled_is_refused(typed):
    with pytest.raises(PhoneError):
        phone_parse(typed)


def test_a_mask_shows_the_ends_only():
    assert phone_mask("+77010000001") == "+7 701 *** ** 01"


def test_the_short_way_and_the_library_know_the_same_mobile_numbers():
    for prefix in range(700, 800):
        text = f"+7 ({prefix}) 123-45-67"
        number = phonenumbers.parse(text, "KZ")
        if phonenumbers.is_valid_number(number):
            assert phone_parse(text) == f"+7{prefix}1234567"
        else:
            with pytest.raises(PhoneError):
                phone_parse(text)
