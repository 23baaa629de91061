"""Numbers as they are typed, their HMAC, and the words that people agree to."""

import hashlib

import pytest

from attribution.domain import consents
from attribution.domain.phone_claims import (
    PhoneRefusal,
    PhoneRefused,
    claim_phone,
    phone_hmac,
)

# Of each version that was ever shown: it never changes
SHOWN = {
    (1, "kk"): "3614c9f1c6ef724048acc7e0a80e454b2ebcb3e972fe794550cdc3eca3cb32fe",
    (1, "ru"): "00cc8314957ad89bc9a024524e5438ef659d98e2a2ed72f3e72f14fd75db81c5",
    (1, "en"): "f781d464072a6eb38918a2fda4786c3025cfa601938014cfd044740be2f8c2df",
}


@pytest.mark.parametrize(
    "typed",
    ["+77011234567", "8 701 123 45 67", "7011234567", "7 (701) 123-45-67", " 87011234567 "],
)
def test_a_number_is_one_however_it_is_typed(typed):
    assert claim_phone(typed) == "+77011234567"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12345",
        "+79161234567",  # Russia's
        "8 701 123 45",
        "x" * 41,
        "7" * 1000,
        "+7 701 123 45 67 ext. 5 and more text than fits",
        "٨٧٠١١٢٣٤",
    ],
)
def test_what_is_no_mobile_number_of_kazakhstan_is_refused(typed):
    with pytest.raises(PhoneRefused) as refused:
        claim_phone(typed)
    assert refused.value.refusal is PhoneRefusal.NOT_A_PHONE


def test_the_hmac_is_the_vector_of_the_facts_and_another_shops_key_gives_another():
    # facts/merchants.md 6.2, under a key of zeros
    vector = "02ef74adf4f23bd2e4076d0a1aff71df77b74799fb5f5cc6e27ffce9d62e486d"
    assert phone_hmac(bytes(32), "+77011234567") == vector
    assert phone_hmac(b"\x01" * 32, "+77011234567") != vector


def test_a_text_that_was_shown_never_changes():
    published = {
        (version, language): hashlib.sha256(text.encode()).hexdigest()
        for version, texts in consents.PHONE.items()
        for language, text in texts.items()
    }
    assert published == SHOWN
    assert max(consents.PHONE) == consents.PHONE_VERSION


def test_a_consent_names_the_shop_the_influencer_and_the_day():
    shown = consents.phone_consent("ru", brand="Tulpar", influencer="Алия", until="20.01.2027")
    assert "Tulpar" in shown.text
    assert "Блогер: Алия" in shown.text
    assert "20.01.2027" in shown.text
    assert (shown.version, shown.language) == (1, "ru")
    assert shown.sha256 == hashlib.sha256(shown.text.encode()).hexdigest()
    assert consents.phone_consent("de", brand="T", influencer="A", until="1").language == "kk"
