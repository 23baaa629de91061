"""What of our fee's VAT is on an invoice already. One function, so that invoices have one place to
answer in."""

from __future__ import annotations

from attribution.models import Conversion


def is_vat_invoiced(conversion: Conversion) -> bool:
    """Whether the VAT of this sale's fee has left `vat_funded` by an invoice: then its return is a
    credit note's, and comes out of what we owe the state. Fees are not invoiced yet."""
    return False
