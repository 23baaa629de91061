"""What an influencer can take away as a table. Runs as the influencer."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from attribution.models import Conversion
from attribution.selectors.conversions import conversions_of_influencer
from core import clock
from exchange.web.portal.builders.earnings import FILTERS
from exchange.web.sale_words import reason_name
from exchange.web.spreadsheet import csv_answer, tenge_cell
from exchange.web.words import status_of
from influencers.models import Influencer

ROWS_MAX = 50_000


@require_GET
def earnings_csv(request: HttpRequest) -> HttpResponseBase:
    """Every order of the filter, newest first, as one file."""
    influencer: Influencer = request.influencer  # type: ignore[attr-defined]
    rows = conversions_of_influencer(influencer.pk)
    statuses = FILTERS.get(request.GET.get("status", ""), ())
    if statuses:
        rows = rows.filter(status__in=statuses)
    newest = rows.order_by("-ordered_at", "-pk")[:ROWS_MAX]
    header = [
        _("Date"),
        _("Order"),
        _("Goods"),
        _("Brand"),
        _("Campaign"),
        _("Status"),
        _("Goods, ₸"),
        _("Reward, ₸"),
        _("Reason"),
    ]
    name = f"birge-earnings-{clock.today().isoformat()}.csv"
    return csv_answer(name, header, _cells(newest.iterator(chunk_size=1000)))


def _cells(conversions: Iterator[Conversion]) -> Iterator[list[str]]:
    for row in conversions:
        yield [
            clock.day_of(row.ordered_at).isoformat(),
            row.order_number,
            row.product_name,
            row.campaign.brand_name,
            row.campaign.title,
            str(status_of(row.status).word),
            tenge_cell(row.base_minor),
            tenge_cell(row.commission_minor),
            reason_name(row.reason_code) if row.reason_code else "",
        ]
