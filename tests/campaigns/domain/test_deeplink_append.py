from __future__ import annotations

import pytest

from campaigns.domain.deeplink import admitad_link, admitad_page, append_click

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


ADMITAD = "https://ad.admitad.com/g/1e8d114494abc"


@pytest.mark.parametrize(
    ("url", "with_click"),
    [
        (f"{ADMITAD}/", f"{ADMITAD}/?subid={ID}"),
        (
            f"{ADMITAD}/?ulp=https%3A%2F%2Faliexpress.com%2Fitem%2F1.html%3Fa%3D1%26subid%3D7",
            f"{ADMITAD}/?ulp=https%3A%2F%2Faliexpress.com%2Fitem%2F1.html%3Fa%3D1%26subid%3D7"
            f"&subid={ID}",
        ),
        (f"{ADMITAD}/?subid=mine", f"{ADMITAD}/?subid={ID}"),
        (f"{ADMITAD}/?subid&subid1=a&subid=b", f"{ADMITAD}/?subid1=a&subid={ID}"),
        (f"{ADMITAD}/?%73ubid=mine&a=1", f"{ADMITAD}/?a=1&subid={ID}"),
        (f"{ADMITAD}/#top", f"{ADMITAD}/?subid={ID}#top"),
    ],
)
def test_a_link_of_admitad_carries_the_click_as_its_only_subid(url, with_click):
    assert append_click(url, ID) == with_click
    assert len(ID) <= 50  # what Admitad keeps of a subid


@pytest.mark.parametrize(
    "url",
    [
        "https://ad.admitad.com.shop.kz/g/1/?subid=mine",
        "https://shop.kz/?to=https://ad.admitad.com/",
        "https://ad.admitad.com@shop.kz/?subid=mine",
        "https://www.admitad.com/",
    ],
)
def test_another_host_keeps_its_subid_and_gets_our_own_parameter(url):
    joint = "&" if "?" in url else "?"
    assert append_click(url, ID) == f"{url}{joint}cpa_click={ID}"


# --- To a product through the network -------------------------------------------------------

PRODUCT = "https://aliexpress.com/item/1005.html?sku=7&a=б"


@pytest.mark.parametrize(
    ("start", "page", "link"),
    [
        (
            f"{ADMITAD}/?ulp=https%3A%2F%2Faliexpress.com&subid=x&subid1=y",
            PRODUCT,
            f"{ADMITAD}/?ulp=https%3A%2F%2Faliexpress.com%2Fitem%2F1005.html%3Fsku%3D7%26a%3D%D0%B1",
        ),
        (ADMITAD, "https://aliexpress.com/", f"{ADMITAD}/?ulp=https%3A%2F%2Faliexpress.com%2F"),
        # The network's own link to a product: the same one, without anybody's subids
        (
            f"{ADMITAD}/",
            f"{ADMITAD}/?subid=thief&%75lp=https%3A%2F%2Faliexpress.com%2F1&subid4=x#top",
            f"{ADMITAD}/?ulp=https%3A%2F%2Faliexpress.com%2F1",
        ),
        (f"{ADMITAD}/", f"{ADMITAD}/?subid=thief", f"{ADMITAD}/"),
    ],
)
def test_a_product_is_reached_through_the_network(start, page, link):
    assert admitad_link(start, page) == link


@pytest.mark.parametrize(
    "page", ["https://ad.admitad.com/g/anothers1/?ulp=x", "https://aliexpress.com/a%00b"]
)
def test_another_publishers_link_and_what_the_network_does_not_carry_are_refused(page):
    with pytest.raises(ValueError, match=r"link|page"):
        admitad_link(f"{ADMITAD}/", page)


def test_the_page_behind_a_link_of_the_network_is_read_back_whole():
    assert admitad_page(admitad_link(ADMITAD, PRODUCT)) == PRODUCT
    assert admitad_page(f"{ADMITAD}/") == ""
