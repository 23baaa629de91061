"""Basis points: 1250 bps is 12.5 %. The only rate arithmetic on money."""

from __future__ import annotations

BPS_WHOLE = 10_000


def share_minor(amount_minor: int, rate_bps: int) -> int:
    """`rate_bps` of an amount, half a unit rounded away from zero.

    Rounding is symmetric, so that a reversal of an amount is the exact opposite of it.
    """
    return round_half_up(amount_minor * rate_bps, BPS_WHOLE)


def round_half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` to the nearest integer, a half away from zero. Integers only."""
    assert denominator > 0, denominator
    magnitude = (2 * abs(numerator) + denominator) // (2 * denominator)
    return magnitude if numerator >= 0 else -magnitude
