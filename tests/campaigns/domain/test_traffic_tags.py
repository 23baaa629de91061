from __future__ import annotations

import pytest

from campaigns.domain.traffic_tags import (
    platform_of,
    start_is_valid,
    tag_of,
    tagged,
    token_of,
)

OZON = "https://www.ozon.kz/product/1602044871/"
WB = "https://www.wildberries.ru/catalog/310200411/detail.aspx"
STARTS = {"ozon": "vendor_org_42_", "wildberries": "77-id-"}
OURS = "utm_source=birge&utm_medium=cpa&utm_campaign="


@pytest.mark.parametrize(
    ("url", "with_tag"),
    [
        (OZON, f"{OZON}?{OURS}vendor_org_42_birge-k3m9x2ab"),
        (f"{OZON}?a=1#top", f"{OZON}?a=1&{OURS}vendor_org_42_birge-k3m9x2ab#top"),
        (f"{OZON}?utm_campaign=x&%75tm_source=y", f"{OZON}?{OURS}vendor_org_42_birge-k3m9x2ab"),
        (f"{WB}?size=1", f"{WB}?size=1&{OURS}77-id-birge-k3m9x2ab"),
        (
            "https://ozon.ru/product/1/",
            f"https://ozon.ru/product/1/?{OURS}vendor_org_42_birge-k3m9x2ab",
        ),
        ("https://kaspi.kz/shop/p/x-1/", "https://kaspi.kz/shop/p/x-1/"),
        ("https://shop.kz/?utm_campaign=x", "https://shop.kz/?utm_campaign=x"),
        ("", ""),
    ],
)
def test_a_link_to_a_marketplace_carries_a_tag_and_any_other_stays_as_it_is(url, with_tag):
    assert tagged(url, "k3m9x2ab", STARTS) == with_tag


def test_without_the_beginning_that_a_platform_counts_nothing_is_added():
    assert tagged(OZON, "k3m9x2ab", {}) == OZON
    assert tagged(OZON, "k3m9x2ab", {"wildberries": "77-id-"}) == OZON


@pytest.mark.parametrize("start", ["vendor_org_42_", "77-id-", ""])
def test_what_a_report_shows_gives_back_the_token(start):
    assert token_of(tag_of(start, "aigerim-birge-koilek")) == "aigerim-birge-koilek"


@pytest.mark.parametrize("tag", ["VENDOR_ORG_42_Birge-K3M9X2AB", " vendor_org_42_birge-k3m9x2ab "])
def test_capitals_and_blanks_of_a_report_do_not_matter(tag):
    assert token_of(tag) == "k3m9x2ab"


@pytest.mark.parametrize(
    "tag",
    ["", "summer", "k3m9x2ab", "vendor_org_42_k3m9x2ab", "x_birge-k3m9x2ab", "birge-", "birge-a b"],
)
def test_a_campaign_of_the_brands_own_is_never_ours(tag):
    assert token_of(tag) is None


@pytest.mark.parametrize(
    ("platform", "start", "is_valid"),
    [
        ("ozon", "vendor_org_42_", True),
        ("ozon", "vendor_org_42", False),
        ("ozon", "vendor_org_x_", False),
        ("ozon", "77-id-", False),
        ("wildberries", "77-id-", True),
        ("wildberries", "٧٧-id-", False),
        ("wildberries", "77&a=1-id-", False),
    ],
)
def test_a_beginning_has_the_platforms_own_shape(platform, start, is_valid):
    assert start_is_valid(platform, start) is is_valid


def test_a_platform_is_known_by_its_hosts():
    assert platform_of(OZON) == "ozon"
    assert platform_of(WB) == "wildberries"
    assert platform_of("https://ozon.ru.example/product/1/") is None
