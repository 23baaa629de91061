"""Which top-up invoices have been paid: by a transfer of the very sum, on or after their day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple


class Asked(NamedTuple):
    """An invoice, oldest first."""

    invoice_id: int
    day: date
    amount_minor: int


class Arrived(NamedTuple):
    """A transfer, oldest first."""

    deposit_id: int
    day: date
    amount_minor: int


def invoices_paid(asked: Sequence[Asked], arrived: Sequence[Arrived]) -> dict[int, int]:
    """{invoice: the transfer that paid it}. A transfer pays one invoice, the oldest that fits; a
    transfer of another sum is on the balance all the same, and pays none."""
    left = list(arrived)
    paid = {}
    for invoice in asked:
        found = next((each for each in left if _fits(each, invoice)), None)
        if found is not None:
            left.remove(found)
            paid[invoice.invoice_id] = found.deposit_id
    return paid


def _fits(transfer: Arrived, invoice: Asked) -> bool:
    return transfer.amount_minor == invoice.amount_minor and transfer.day >= invoice.day
