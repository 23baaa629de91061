"""What an order line earns. Source: design/domain.md section 3."""

from __future__ import annotations

from core.bps import share_minor


def base_minor(*, amount_minor: int, returned_minor: int) -> int:
    """The base of the commission: goods net of discounts, without delivery, less what came back.

    Never negative, and 0 once everything came back.
    """
    assert amount_minor >= 0 <= returned_minor, (amount_minor, returned_minor)
    return max(0, amount_minor - returned_minor)


def commission_minor(*, base_minor: int, commission_bps: int) -> int:
    """`commission_bps` of the base, half a tiyn rounded up. After a partial return it is computed
    anew from the smaller base, so that a return and its opposite end where they began."""
    return share_minor(base_minor, commission_bps)
