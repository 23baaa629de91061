"""What the click explorer shows, all of it, as one table to take away."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import FileResponse
from django.utils.translation import gettext as _

from attribution.selectors.click_report import (
    ClickScope,
    ClickSums,
    LinkSums,
    click_days,
    click_hours,
    click_links,
    click_values,
)
from core import clock
from exchange.web.clicks.asked import Asked, period_of
from exchange.web.clicks.report import Narrowing, Reader, is_hourly
from exchange.web.clicks.words import SHOWN, dimension_word, value_word
from exchange.web.spreadsheet import csv_answer

ROWS_MAX = 10_000  # of links, and of the values of one property


def clicks_csv(name: str, reader: Reader, asked: Asked, narrowing: Narrowing) -> FileResponse:
    """`name` goes into the file's. Raises: Invalid when the period is none."""
    scope = reader.scope(period_of(asked), asked, narrowing)
    header = [
        _("Counted by"),
        _("Value"),
        _("Campaign"),
        _("Influencer") if reader.is_brand else _("Brand"),
        _("People"),
        _("Different people"),
        _("Robots and previews"),
        _("Unusual"),
        _("Too late"),
    ]
    return csv_answer(f"{name}-{clock.today():%Y-%m-%d}.csv", header, _rows(reader, scope, asked))


def _rows(reader: Reader, scope: ClickScope, asked: Asked) -> Iterator[list[str]]:
    yield from _moments(scope)
    for row in click_links(scope, rows=ROWS_MAX).rows:
        yield _link_cells(reader, row)
    if not scope.dimension:
        yield from _values(scope, asked)


def _moments(scope: ClickScope) -> Iterator[list[str]]:
    """Hours where the chart has hours, else days; those without a click are left out."""
    if is_hourly(scope):
        since = clock.day_start(scope.first_on)
        until = clock.day_end(scope.last_on)
        for hour, sums in sorted(click_hours(scope, since, until).items()):
            at = f"{hour.astimezone(clock.ALMATY):%Y-%m-%d %H:%M}"
            yield [_("Hour"), at, "", "", *_counts(sums)]
        return
    for day, sums in sorted(click_days(scope).items()):
        yield [_("Day"), day.isoformat(), "", "", *_counts(sums)]


def _link_cells(reader: Reader, row: LinkSums) -> list[str]:
    link = row.link
    whose = reader.whose(link)
    return [_("Link"), link.token, link.campaign.title, whose, *_counts(row.sums)]


def _values(scope: ClickScope, asked: Asked) -> Iterator[list[str]]:
    shown = [*SHOWN, asked.sub]
    found = click_values(scope, shown, rows=ROWS_MAX)
    for dimension in shown:
        for row in found[dimension].rows if dimension in found else ():
            value = value_word(dimension, row.value)
            counts = _counts(ClickSums(row.people, row.bots, None, None, None))
            yield [dimension_word(dimension), value, "", "", *counts]


def _counts(sums: ClickSums) -> list[str]:
    counts = (sums.people, sums.uniques, sums.bots, sums.unusual, sums.inactive)
    return ["" if count is None else str(count) for count in counts]
