import pytest

from brands.domain.api_keys import key_digest, key_make
from brands.domain.slug import slug_make


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Ақтас сүт", "aqtas-sut"),
        ("Алма Дүкені", "alma-dukeni"),
        ("Ёлки & Щука", "elki-shuka"),
        ("Құлан, ЖШС", "qulan-zhshs"),
        ("  Tulpar -- 2 ", "tulpar-2"),
        ("Café Zürich", "cafe-zurich"),
        ("北京", "brand"),
        ("!!!", "brand"),
        ("a" * 80, "a" * 50),
        ("й" * 3, "iii"),
    ],
)
def test_a_name_becomes_an_address(name, slug):
    assert slug_make(name) == slug


def test_a_taken_address_gets_a_number():
    assert slug_make("Tulpar", taken={"sauran"}) == "tulpar"
    assert slug_make("Tulpar", taken={"tulpar"}) == "tulpar-2"
    assert slug_make("Tulpar", taken={"tulpar", "tulpar-2", "tulpar-3"}) == "tulpar-4"


def test_keys_differ_and_say_whose_they_are():
    first, second = key_make(), key_make()
    assert first != second
    assert first.startswith("birge_")
    assert len(key_digest(first)) == 64
    assert key_digest(first) != key_digest(second)
