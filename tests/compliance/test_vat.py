from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.vat import VatParts, vat_compute, vat_included


def test_vat_on_top_of_a_sum():
    assert vat_compute(10_000_000, vat_bps=1_600) == 1_600_000
    assert vat_compute(3, vat_bps=1_600) == 0
    assert vat_compute(0, vat_bps=1_600) == 0


def test_vat_inside_a_price_is_the_one_of_table_1_4():
    assert vat_included(10_000_000, vat_bps=1_600) == VatParts(8_620_690, 1_379_310)


@given(st.integers(min_value=0, max_value=10**14), st.integers(min_value=0, max_value=5_000))
def test_the_parts_of_a_price_sum_to_it_and_agree_with_vat_on_top(price_minor, vat_bps):
    parts = vat_included(price_minor, vat_bps=vat_bps)
    assert parts.net_minor + parts.vat_minor == price_minor
    assert abs(vat_compute(parts.net_minor, vat_bps=vat_bps) - parts.vat_minor) <= 1
