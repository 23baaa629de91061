"""A brand's proofs, day by day."""

from __future__ import annotations

from exchange.web.pages.proofs import DayRow, ProofRow, Proofs
from exchange.web.samples import common


def rows() -> list[ProofRow]:
    return [
        ProofRow("", common.day_ago(1), "on_hold", 157_437, "#", "#"),
        ProofRow("", common.day_ago(3), "pending", 157_437, "#", "#"),
    ]


def proofs() -> Proofs:
    days = [
        DayRow(common.day_ago(day), records, "#") for day, records in ((1, 214), (2, 1), (3, 96))
    ]
    return Proofs(days, "#", "#", common.pager("1–3"))


def none() -> Proofs:
    return Proofs([], "#", "#")
