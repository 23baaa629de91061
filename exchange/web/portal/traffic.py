"""What marketplaces count by the tags in an influencer's own links. Runs as the influencer."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from campaigns.selectors import campaign_access_for_influencer
from exchange.web.portal.views import influencer_of
from exchange.web.traffic.csv import traffic_csv as csv_of
from exchange.web.traffic.report import TrafficReader, days_asked
from exchange.web.traffic.report import traffic as report_of


@require_GET
def traffic(request: HttpRequest) -> HttpResponse:
    page = report_of(_reader_of(request), days_asked(request.GET.get("days", "")))
    return TemplateResponse(request, "portal/traffic.html", {"page": page})


@require_GET
def traffic_csv(request: HttpRequest) -> FileResponse:
    """The page as a table, to take away."""
    days = days_asked(request.GET.get("days", ""))
    return csv_of("birge-traffic", _reader_of(request), days)


def _reader_of(request: HttpRequest) -> TrafficReader:
    """Raises: NotFound for what is not the influencer's."""
    influencer_id = influencer_of(request).pk
    public_id = None
    with suppress(ValueError):
        public_id = UUID(request.GET.get("campaign", ""))
    campaign = campaign_access_for_influencer(influencer_id, public_id) if public_id else None
    return TrafficReader(
        action_url=reverse("portal:traffic"),
        csv_url=reverse("portal:traffic_csv"),
        influencer_id=influencer_id,
        campaign=campaign,
    )
