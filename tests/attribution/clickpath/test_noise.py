from __future__ import annotations

from attribution.clickpath.noise import FETCHED_BYTES, Noise


def test_no_byte_is_given_twice(monkeypatch):
    fetched = []

    def urandom(count: int) -> bytes:
        fetched.append(count)
        return bytes([len(fetched)]) * count

    monkeypatch.setattr("attribution.clickpath.noise.os.urandom", urandom)
    noise = Noise()
    taken = b"".join(noise.take(10) for _ in range(FETCHED_BYTES // 10))
    assert taken == b"\x01" * len(taken)
    assert noise.take(16) == b"\x02" * 16, "what is left is too short, so it is left alone"
    assert fetched == [FETCHED_BYTES] * 2


def test_more_than_is_fetched_at_once_can_be_had():
    assert len(Noise().take(FETCHED_BYTES + 1)) == FETCHED_BYTES + 1


def test_two_do_not_give_the_same():
    assert Noise().take(16) != Noise().take(16)
