"""Proofs of a brand's own sales: of an order, and day by day. Runs as the brand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from attribution.models import Conversion
from exchange.web.brand.desk import Desk
from exchange.web.pages import proofs as pages
from exchange.web.paging import pager
from ledger.proofs import days_of_brand, leaves_of_versions

PAGE_ROWS = 30


def proof_rows(desk: Desk, conversions: Sequence[Conversion]) -> list[pages.ProofRow]:
    """Of an order's sales, newest first. One query: their versions are read."""
    versions = [(each, version) for each in conversions for version in each.versions.all()]
    leaves = leaves_of_versions([version.pk for _sale, version in versions])
    rows = [
        pages.ProofRow(
            title=sale.product_name if len(conversions) > 1 else "",
            on=leaves[version.pk].day_on,
            status=version.status,
            minor=version.commission_minor,
            url=desk.url("sale_proof", sale.public_id, version.number),
            day_url=desk.url("proofs_day", leaves[version.pk].day_on),
        )
        for sale, version in versions
        if version.pk in leaves
    ]
    return rows[::-1]


def proofs(desk: Desk, *, after: str) -> pages.Proofs:
    """Days on which something of theirs was published, newest first."""
    before = day_of_address(after)
    days = days_of_brand(desk.brand.pk, before=before, rows=PAGE_ROWS + 1)
    shown = days[:PAGE_ROWS]
    next_after = shown[-1][0].isoformat() if len(days) > PAGE_ROWS else ""
    return pages.Proofs(
        rows=[pages.DayRow(on, records, desk.url("proofs_day", on)) for on, records in shown],
        orders_url=desk.url("orders"),
        back_url=desk.url("orders"),
        pager=pager(len(shown), after if before else "", next_after, {}),
    )


def day_of_address(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
