from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.domain.commission import base_minor, commission_minor

amounts = st.integers(min_value=0, max_value=10**13)
rates = st.integers(min_value=0, max_value=10_000)


@pytest.mark.parametrize(
    ("_case", "amount_minor", "returned_minor", "base", "commission"),
    [
        ("nothing came back", 18_990_00, 0, 18_990_00, 1_899_00),
        ("a part came back: in proportion", 18_990_00, 6_330_00, 12_660_00, 1_266_00),
        ("all came back", 18_990_00, 18_990_00, 0, 0),
        ("more came back than was paid", 18_990_00, 20_000_00, 0, 0),
        ("a free gift", 0, 0, 0, 0),
        ("half a tiyn goes up", 5, 0, 5, 1),
    ],
)
def test_ten_per_cent_of_what_the_buyer_kept(_case, amount_minor, returned_minor, base, commission):
    kept = base_minor(amount_minor=amount_minor, returned_minor=returned_minor)
    assert kept == base
    assert commission_minor(base_minor=kept, commission_bps=1_000) == commission


@pytest.mark.parametrize(("amount_minor", "returned_minor"), [(-1, 0), (0, -1)])
def test_negative_amounts_are_a_bug_of_the_caller(amount_minor, returned_minor):
    with pytest.raises(AssertionError):
        base_minor(amount_minor=amount_minor, returned_minor=returned_minor)


@given(amounts, amounts, rates)
def test_a_return_and_its_opposite_end_where_they_began(amount, returned, rate_bps):
    def commission(returned_minor):
        base = base_minor(amount_minor=amount, returned_minor=returned_minor)
        return commission_minor(base_minor=base, commission_bps=rate_bps)

    there = commission(returned) - commission(0)
    back = commission(0) - commission(returned)
    assert there + back == 0
    assert 0 <= commission(returned) <= commission(0) <= amount


@given(amounts, rates, st.integers(min_value=0, max_value=10**6))
def test_a_larger_return_never_earns_more(amount, rate_bps, more):
    def commission(returned_minor):
        base = base_minor(amount_minor=amount, returned_minor=returned_minor)
        return commission_minor(base_minor=base, commission_bps=rate_bps)

    assert commission(more + 1) <= commission(more)
