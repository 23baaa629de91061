from __future__ import annotations

import pytest

from campaigns.domain.deeplink import append_click

ID = "019de0c5b0007abc8000000000000001"


@pytest.mark.parametrize(
    ("url", "with_click"),
    [
        ("https://shop.kz", f"https://shop.kz?cpa_click={ID}"),
        ("https://shop.kz/p/1", f"https://shop.kz/p/1?cpa_click={ID}"),
        ("https://shop.kz/p?a=1", f"https://shop.kz/p?a=1&cpa_click={ID}"),
        ("https://shop.kz/p?", f"https://shop.kz/p?cpa_click={ID}"),
        ("https://shop.kz/p?a=1&", f"https://shop.kz/p?a=1&cpa_click={ID}"),
        ("https://shop.kz/p&", f"https://shop.kz/p&?cpa_click={ID}"),
        ("https://shop.kz/p#top", f"https://shop.kz/p?cpa_click={ID}#top"),
        ("https://shop.kz/p?a=1#?b=2", f"https://shop.kz/p?a=1&cpa_click={ID}#?b=2"),
        ("https://shop.kz/p#", f"https://shop.kz/p?cpa_click={ID}#"),
        ("https://shop.kz/?q=%D2%9A+b;c", f"https://shop.kz/?q=%D2%9A+b;c&cpa_click={ID}"),
    ],
)
def test_the_click_id_is_the_last_of_the_query_and_the_rest_stays(url, with_click):
    assert append_click(url, ID) == with_click
