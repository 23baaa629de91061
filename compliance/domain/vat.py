"""VAT: on top of our fee, and inside a price that includes it."""

from __future__ import annotations

from typing import NamedTuple

from core.bps import BPS_WHOLE, round_half_up, share_minor


class VatParts(NamedTuple):
    """A price and what it is made of; `net_minor + vat_minor` is the price."""

    net_minor: int
    vat_minor: int


def vat_compute(net_minor: int, *, vat_bps: int) -> int:
    """The VAT (tiyn) that comes on top of a sum without VAT, half a tiyn rounded up.

    `vat_bps` is the rule "vat" on the day of the turnover. The platform is an agent: its VAT is
    on its fee, never on the reward (design/domain.md section 6).
    """
    return share_minor(net_minor, vat_bps)


def vat_included(price_minor: int, *, vat_bps: int) -> VatParts:
    """Split a price that includes VAT: 100 000,00 at 16 % is 86 206,90 + 13 793,10.

    The VAT is rounded, the rest is what remains, so that the parts always sum to the price.
    """
    vat_minor = round_half_up(price_minor * vat_bps, BPS_WHOLE + vat_bps)
    return VatParts(price_minor - vat_minor, vat_minor)
