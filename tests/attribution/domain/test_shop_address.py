from __future__ import annotations

import pytest

from attribution.domain.shop_address import shop_root


@pytest.mark.parametrize(
    ("typed", "root"),
    [
        ("https://toqyma.kz", "https://toqyma.kz"),
        (" Toqyma.KZ/ ", "https://toqyma.kz"),
        ("https://toqyma.kz:443/shop/", "https://toqyma.kz/shop"),
        ("www.my-shop.com/kz/dukon", "https://www.my-shop.com/kz/dukon"),
        ("https://тоқыма.қаз", "https://xn--80axfp0c56a.xn--80ao21a"),
        ("toqyma.xn--80ao21a", "https://toqyma.xn--80ao21a"),
    ],
)
def test_an_address_is_made_into_the_root_of_its_api(typed, root):
    assert shop_root(typed) == root


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "shop",
        "localhost",
        "http://toqyma.kz",
        "ftp://toqyma.kz",
        "file:///etc/passwd",
        "https://127.0.0.1",
        "https://127.1",
        "https://2130706433",
        "https://0x7f.1",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]",
        "https://10.0.0.1.:443",
        "https://toqyma.kz:8443",
        "https://toqyma.kz:x",
        "https://user@toqyma.kz",
        "https://a:b@toqyma.kz",
        "https://toqyma.kz?x=1",
        "https://toqyma.kz/#x",
        "https://toqyma.kz/../admin",
        "https://toqyma.kz/a//b",
        "https://toqyma.kz/a%2e%2e",
        "https://toqyma.kz\\@evil.kz",
        "https://toqyma.local",
        "https://db.internal",
        "https://a.localhost",
        "https://-a.kz",
        "https://toqyma..kz",
        "https://" + "a" * 64 + ".kz",
        "https://" + "a." * 140 + "kz",
        "https://toqyma.kz\r\nHost: x",
        "https://тоқыма",
        "x" * 400,
    ],
)
def test_anything_else_is_refused(typed):
    with pytest.raises(ValueError, match=r"."):
        shop_root(typed)
