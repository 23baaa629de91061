"""What marketplaces count themselves as one table to take away."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import FileResponse
from django.utils.translation import gettext as _

from attribution.selectors.traffic import tag_sums
from core import clock
from exchange.web.spreadsheet import csv_answer, tenge_cell
from exchange.web.traffic.report import Names, TrafficReader


def traffic_csv(name: str, reader: TrafficReader, days: str) -> FileResponse:
    """`name` goes into the file's."""
    header = [
        _("Day"),
        _("Influencer") if reader.is_brand else _("Brand"),
        _("Campaign"),
        _("Marketplace"),
        _("Visits"),
        _("Ordered, pieces"),
        _("Ordered for"),
        _("Currency"),
        _("Evidence grade"),
    ]
    return csv_answer(f"{name}-{clock.today():%Y-%m-%d}.csv", header, _rows(reader, days))


def _rows(reader: TrafficReader, days: str) -> Iterator[list[str]]:
    found = tag_sums(reader.scope(days))
    names = Names.of(reader, found)
    for one in found:
        row = names.row(one)
        yield [
            one.day_on.isoformat(),
            row.name,
            row.title,
            row.source,
            _cell(one.visits),
            _cell(one.ordered),
            tenge_cell(one.amount_minor),
            one.currency,
            "C",
        ]


def _cell(count: int | None) -> str:
    return "" if count is None else str(count)
