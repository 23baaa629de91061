"""Shapes of facts/marketplaces.md 1.8, 2.8 and 3, and what must never come through."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.destination import DestinationError, DestinationRule, host_of, host_require
from campaigns.domain.marketplace_urls import hosts_of_family, product_link

WB = "https://www.wildberries.ru"
GLOBAL = "https://global.wildberries.ru"
OZON = "https://www.ozon.ru"
KASPI = "https://kaspi.kz/shop/p/serum-30-ml-101234567/"
COUNTRIES = ("ru", "kz", "by", "am", "kg", "ge", "uz")


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        # Wildberries
        (f"{WB}/catalog/310200411/detail.aspx", f"{WB}/catalog/310200411/detail.aspx"),
        (f"{WB}/catalog/31/detail.aspx?targetUrl=GP", f"{WB}/catalog/31/detail.aspx"),
        (
            f"{WB}/catalog/31/detail.aspx?targetUrl=SP&size=44",
            f"{WB}/catalog/31/detail.aspx?size=44",
        ),
        (f"{WB}/catalog/31/detail.aspx?size=44#c77", f"{WB}/catalog/31/detail.aspx?size=44#c77"),
        (f"{WB}/catalog/31/detail.aspx?size=%3Ci%3E", f"{WB}/catalog/31/detail.aspx"),
        (
            f"{WB}/catalog/31/detail.aspx?utm_source=other&cpa_click=1",
            f"{WB}/catalog/31/detail.aspx",
        ),
        (
            "https://wildberries.kz/catalog/31/detail.aspx?x=1",
            "https://wildberries.kz/catalog/31/detail.aspx",
        ),
        (f"{GLOBAL}/product/serum-310200411", f"{GLOBAL}/product/serum-310200411"),
        (f"{GLOBAL}/product/serum-31?option=9&from=share", f"{GLOBAL}/product/serum-31?option=9"),
        (f"{GLOBAL}/product?card=310200411", f"{GLOBAL}/product?card=310200411"),
        (f"{GLOBAL}/product?utm_medium=x&card=31&cpa_click=2", f"{GLOBAL}/product?card=31"),
        (f"{GLOBAL}/catalog/31/detail.aspx?targetUrl=x", f"{GLOBAL}/catalog/31/detail.aspx"),
        (f"{GLOBAL}/seller/4477?sort=new&utm_source=x", f"{GLOBAL}/seller/4477?sort=new"),
        (f"{WB}/catalog/0/search.aspx?search=serum", f"{WB}/catalog/0/search.aspx?search=serum"),
        # Ozon
        (f"{OZON}/product/serum-30-ml-1234567/", f"{OZON}/product/serum-30-ml-1234567/"),
        (f"{OZON}/product/1234567/?at=a1&avtc=1&avte=2", f"{OZON}/product/1234567/"),
        (f"{OZON}/product/s-1234567?keywords=a+b&from=share", f"{OZON}/product/s-1234567"),
        (f"{OZON}/product/1234567/?from=cart&at=1", f"{OZON}/product/1234567/?from=cart"),
        (f"{OZON}/product/1234567/?a%74=1&utm_campaign=z", f"{OZON}/product/1234567/"),
        ("https://ozon.kz/product/1234567/?at=1", "https://ozon.kz/product/1234567/"),
        ("https://ozon.by/product/1234567/?at=1", "https://ozon.by/product/1234567/"),
        # Kaspi: the city decides the price
        (f"{KASPI}?c=750000000", f"{KASPI}?c=750000000"),
        (f"{KASPI}?utm_source=x&c=710000000", f"{KASPI}?c=710000000"),
        (f"{KASPI}?c=511010000&cpa_click=3", f"{KASPI}?c=511010000"),
        # Any other shop knows best what its address means
        (
            "https://alma.kz/p?at=1&utm_source=me&ref=7",
            "https://alma.kz/p?at=1&utm_source=me&ref=7",
        ),
        ("https://alma.kz/p?a=1&&b=%20+", "https://alma.kz/p?a=1&&b=%20+"),
        ("https://alma.kz/p?cpa_click=1&a=1", "https://alma.kz/p?a=1"),
        ("https://alma.kz/p?CPA_CLICK=1", "https://alma.kz/p"),
        ("https://alma.kz/p?cpa%5Fclick=1#top", "https://alma.kz/p#top"),
    ],
)
def test_a_pasted_address_keeps_the_product_and_drops_the_session(pasted, kept):
    assert product_link(pasted) == kept
    assert product_link(kept) == kept


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("www", ["", "www."])
def test_wildberries_is_one_shop_in_every_country(country, www):
    url = f"https://{www}wildberries.{country}/catalog/31/detail.aspx"
    assert product_link(f"{url}?targetUrl=x") == url
    assert f"www.wildberries.{country}" in hosts_of_family(host_of(url))


@pytest.mark.parametrize(
    "short",
    [
        "https://wb.ru/abc",
        "https://www.wb.ru/abc",
        "https://WB.ru/",
        "https://ozon.ru/t/AbC12",
        "https://www.ozon.kz/t/AbC12",
        "https://l.kaspi.kz/x",
    ],
)
def test_a_short_link_is_refused_because_it_hides_its_product(short):
    with pytest.raises(DestinationError) as refused:
        product_link(short)
    assert refused.value.rule == DestinationRule.SHORT_LINK
    assert refused.value.found == host_of(short).removeprefix("www.").lower()


R = DestinationRule


@pytest.mark.parametrize(
    ("_case", "pasted", "rule"),
    [
        ("the page's own scheme", "//evil.example", R.SCHEME),
        ("a backslash", "\\evil.example", R.CHARACTERS),
        (
            "a backslash that browsers read as a slash",
            "https://evil.example\\@kaspi.kz/",
            R.CHARACTERS,
        ),
        ("line breaks", "https://kaspi.kz/\r\nlocation: https://evil.example", R.CHARACTERS),
        ("userinfo", "https://kaspi.kz@evil.example/shop/p/x-1/", R.USER_NAME),
        ("an encoded host", "https://kaspi%2ekz/shop", R.HOST),
        ("an encoded slash in the host", "https://evil.example%2f.kaspi.kz/", R.HOST),
        ("an encoded @", "https://kaspi.kz%40evil.example/", R.HOST),
        ("10 kB", "https://kaspi.kz/?c=" + "7" * 10_000, R.LENGTH),
        ("a script", "javascript:alert(1)", R.SCHEME),
        ("data", "data:text/html,x", R.SCHEME),
    ],
)
def test_nothing_that_could_lead_elsewhere_comes_through(_case, pasted, rule):
    with pytest.raises(DestinationError) as refused:
        product_link(pasted)
    assert refused.value.rule == rule


@pytest.mark.parametrize(
    "twin",
    [
        "https://kаspi.kz/",
        "https://wildberrіes.kz/",
        "https://ozоn.kz/",
        "https://kaspi.kz.evil.kz/",
    ],
)
def test_a_twin_of_a_marketplace_is_another_host(twin):
    url = product_link(twin)
    assert hosts_of_family(host_of(url)) == ()
    with pytest.raises(DestinationError):
        host_require(url, ["kaspi.kz", "www.wildberries.kz", "www.ozon.kz"])


def test_a_family_lists_its_hosts_and_a_shop_has_none():
    assert hosts_of_family("wildberries.kz")[-1] == "global.wildberries.ru"
    assert len(hosts_of_family("global.wildberries.ru")) == 8
    assert hosts_of_family("ozon.by") == ("www.ozon.ru", "www.ozon.kz", "www.ozon.by")
    assert hosts_of_family("kaspi.kz") == ("kaspi.kz",)
    assert hosts_of_family("alma.kz") == hosts_of_family("evil-ozon.ru") == ()


KEYS = st.sampled_from(
    [
        "at",
        "avtc",
        "keywords",
        "from",
        "utm_source",
        "cpa_click",
        "c",
        "size",
        "card",
        "x",
        "%61t",
        "",
    ]
)
VALUES = st.sampled_from(["", "share", "1", "%26at=1", "a+b", "=", "%"])
QUERIES = st.lists(st.tuples(KEYS, VALUES).map("=".join), max_size=6).map("&".join)
PAGES = st.sampled_from(
    [
        f"{WB}/catalog/31/detail.aspx",
        f"{GLOBAL}/product",
        f"{OZON}/product/1234567/",
        KASPI,
        "https://alma.kz/",
    ]
)


@given(PAGES, QUERIES, st.sampled_from(["", "#top", "#?at=1"]))
def test_cleaning_twice_changes_nothing_and_never_the_host(page, query, fragment):
    once = product_link(f"{page}?{query}{fragment}")
    assert product_link(once) == once
    assert once.split("?")[0].split("#")[0] == page
    kept = urlsplit(once).query.split("&")
    assert set(kept) <= {*query.split("&"), ""}
    assert not any(part.startswith("cpa_click=") for part in kept)


@given(st.text(max_size=80))
def test_whatever_is_pasted_is_refused_or_kept_in_a_form_that_stays(text):
    for pasted in (text, f"https://www.ozon.kz/product/1?{text}", f"{KASPI}{text}"):
        try:
            kept = product_link(pasted)
        except DestinationError:
            continue
        assert product_link(kept) == kept
