"""The reference of a brand's transfers: read in any spelling, and never taken for another's."""

import pytest

from brands.domain.payment_reference import brands_named, payment_reference


@pytest.mark.parametrize(
    ("brand_id", "reference"),
    # 98 - 1700 % 97 = 98 - 51; 98 - 100 % 97 = 98 - 3; 98 - 123456700 % 97 = 98 - 47
    [(17, "BRG-000017-47"), (1, "BRG-000001-95"), (1_234_567, "BRG-1234567-51")],
)
def test_a_reference_is_the_brands_number_and_two_check_digits(brand_id, reference):
    assert payment_reference(brand_id) == reference
    assert brands_named(reference) == (brand_id,)


@pytest.mark.parametrize(
    "purpose",
    [
        "Пополнение баланса Birge, BRG-000017-47",
        "brg 000017 47",
        "BRG00001747 без НДС",
        "ВRG-000017-47",  # the first letter is Cyrillic
        "БРГ—000017—47",
        "BRG-000017-47; BRG-000017-47",
        "(BRG_000017_47)",
    ],
)
def test_it_is_read_however_a_bank_or_a_clerk_writes_it(purpose):
    assert brands_named(purpose) == (17,)


@pytest.mark.parametrize(
    "purpose",
    ["", "BRG-000018-47", "BRG-000071-47", "BRG-000017-74", "BRG-00017-47", "XBRG-000017-47",
     "BRG-000017-471", "000017-47", "BRG-000000-98"],
)  # fmt: skip
def test_a_mistyped_one_is_nobodys(purpose):
    assert brands_named(purpose) == ()


def test_every_single_wrong_digit_and_every_swap_is_seen():
    digits = "00001747"
    wrong = [
        digits[:at] + other + digits[at + 1 :]
        for at in range(8)
        for other in "0123456789"
        if other != digits[at]
    ] + [
        digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        for at in range(7)
        if digits[at] != digits[at + 1]
    ]
    assert len(wrong) == 72 + 4
    assert [text for text in wrong if brands_named(f"BRG{text}")] == []


def test_two_brands_in_one_purpose_are_both_named():
    assert brands_named(f"{payment_reference(5)} и {payment_reference(9)}") == (5, 9)
