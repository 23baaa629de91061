"""Public pages."""

from __future__ import annotations

from exchange.web.pages.public import Landing, ProofDayRow, Proofs
from exchange.web.samples import common, portal


def landing() -> Landing:
    return Landing(fee_bps=1500, vat_bps=1600, cards=portal.cards()[:3])


def proofs() -> Proofs:
    hashes = ("77b01c9e", "c2d4908a", "09fe4471")
    rows = [
        ProofDayRow(common.day_ago(n), 14_206 - 300 * n, (start * 8))
        for n, start in enumerate(hashes, 1)
    ]
    return Proofs(rows, days_total=412, keys=["5e" * 32])


def proofs_none() -> Proofs:
    return Proofs([], days_total=0, keys=["5e" * 32])
