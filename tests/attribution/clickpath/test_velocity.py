from __future__ import annotations

from attribution.clickpath import velocity
from attribution.clickpath.velocity import MINUTE_MILLISECONDS, Velocity
from attribution.domain.click_flags import ClickFlag

NONE = ClickFlag(0)


def test_what_comes_after_the_limit_of_an_address_is_flagged_until_the_minute_ends():
    speed = Velocity(address_max=2, link_max=100)
    now = [speed.flags_of(0, "192.0.2.1", link) for link in (1, 2, 3, 4)]
    assert now == [NONE, NONE, ClickFlag.FAST_ADDRESS, ClickFlag.FAST_ADDRESS]
    assert speed.flags_of(59_999, "192.0.2.2", 1) == NONE, "a neighbour has done nothing"
    assert speed.flags_of(MINUTE_MILLISECONDS, "192.0.2.1", 1) == NONE


def test_what_comes_after_the_limit_of_a_link_is_flagged_whoever_it_is():
    speed = Velocity(address_max=100, link_max=2)
    now = [speed.flags_of(0, f"192.0.2.{n}", 1) for n in range(3)]
    assert now == [NONE, NONE, ClickFlag.FAST_LINK]
    assert speed.flags_of(0, "192.0.2.1", 2) == NONE


def test_an_unknown_address_is_nobodys():
    speed = Velocity(address_max=1, link_max=100)
    assert [speed.flags_of(0, None, 1) for _ in range(3)] == [NONE, NONE, NONE]


def test_a_flood_of_addresses_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(velocity, "KEYS_MAX", 2)
    speed = Velocity(address_max=1, link_max=100)
    for number in range(5):
        speed.flags_of(0, f"192.0.2.{number}", 1)
    assert speed.flags_of(0, "192.0.2.0", 1) == ClickFlag.FAST_ADDRESS, "who was known stays so"
    assert speed.flags_of(0, "192.0.2.4", 1) == NONE
    assert len(speed._addresses) == 2
