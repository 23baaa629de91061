from __future__ import annotations

import pytest

from attribution.domain.address_ranges import Range, RangeFileError, ranges_read


def test_networks_are_read_with_what_is_known_of_them():
    lines = ["network,country,city", "198.51.100.7/24,kz,Almaty", "2001:db8::/32,,"]
    assert list(ranges_read(lines)) == [
        Range("198.51.100.0/24", "KZ", "Almaty"),
        Range("2001:db8::/32"),
    ]


def test_first_and_last_addresses_become_networks():
    lines = ["first,last,country,city", "192.0.2.0,192.0.2.130,KZ,Astana"]
    assert [each.network for each in ranges_read(lines)] == [
        "192.0.2.0/25", "192.0.2.128/31", "192.0.2.130/32"
    ]  # fmt: skip
    lines = ["first,last", "2001:db8::,2001:db8::ffff"]
    assert [each.network for each in ranges_read(lines)] == ["2001:db8::/112"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("192.0.2.300/24,KZ", "line 3"),
        ("192.0.2.0/40,KZ", "line 3"),
        (",KZ", "line 3"),
        ("192.0.2.0/24,KAZ", "two letters"),
        ("192.0.2.0/24,К1", "two letters"),
    ],
)
def test_a_row_that_is_none_is_named_by_its_line(row, reason):
    with pytest.raises(RangeFileError, match=reason):
        list(ranges_read(["network,country", "192.0.2.0/24,KZ", row]))


@pytest.mark.parametrize(
    "lines",
    [[], ["ip,country"], ["first,country", "192.0.2.0,KZ"], ["first,last", "192.0.2.0,2001:db8::"]],
)
def test_a_file_of_another_kind_is_refused(lines):
    with pytest.raises(RangeFileError):
        list(ranges_read(lines))
