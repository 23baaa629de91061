"""Which terms a total can be paid by, and what a day of a tag is called as an order."""

from datetime import date

import pytest

from campaigns.domain.commission import CommissionTerms, SkuRate
from campaigns.domain.daily_totals import (
    daily_day,
    daily_id,
    daily_number,
    is_paid_by_totals,
    pays_percent_alone,
)

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("terms", "is_payable"),
    [
        (CommissionTerms(percent_bps=1_000), True),
        (CommissionTerms(fixed_minor=50_000), False),
        (CommissionTerms(percent_bps=1_000, cap_minor=100_000), False),
        (CommissionTerms(percent_bps=1_000, table={"a": SkuRate(bps=500)}), False),
        (CommissionTerms(), False),
    ],
)
def test_only_a_plain_percent_can_be_paid_by_a_total(terms, is_payable):
    assert pays_percent_alone(terms) is is_payable


@pytest.mark.parametrize(
    ("source", "day_on", "is_total"),
    [
        ("ozon", DAY, True),
        ("ozon_traffic", date(2026, 12, 1), True),
        ("ozon", date(2026, 11, 19), False),  # the day before
        ("wildberries", DAY, False),
        ("woocommerce", DAY, False),
    ],
)
def test_from_its_first_day_a_marketplace_counts_by_totals(source, day_on, is_total):
    assert is_paid_by_totals({"ozon": "2026-11-20"}, source, day_on) is is_total


def test_a_day_has_one_name_and_says_its_day():
    tag = "vendor_org_42_birge-k3m9x2ab"
    assert daily_id(tag, DAY) == "daily:2026-11-20:vendor_org_42_birge-k3m9x2ab"
    assert daily_day("ozon_traffic", daily_id(tag, DAY)) == DAY
    assert daily_number(tag, DAY) == "2026-11-20 vendor_org_42_birge-k3m9x2ab"
    assert len(daily_number("x" * 100, DAY)) == 64


@pytest.mark.parametrize(
    ("source", "external_id"),
    [
        ("ozon", "48120033-0018-1"),
        ("ozon", "daily:tomorrow:x"),
        ("woocommerce", "daily:2026-11-20:x"),  # a shop may call an order as it likes
    ],
)
def test_a_buyers_order_is_no_day(source, external_id):
    assert daily_day(source, external_id) is None
