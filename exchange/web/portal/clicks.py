"""Clicks on an influencer's own links. Runs as the influencer."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from campaigns.selectors import (
    campaign_access_for_influencer,
    link_access_for_influencer,
    link_list_of_influencer,
)
from exchange.web.clicks import csv, report
from exchange.web.clicks.asked import Asked, public_id_of
from exchange.web.clicks.report import Narrowing, Reader
from exchange.web.portal.views import influencer_of

PERIOD_REFUSED = 422


@require_GET
def clicks(request: HttpRequest) -> HttpResponse:
    asked = Asked.of(request.GET.dict())
    reader, narrowing = _reader_of(request, asked)
    page = report.clicks(reader, asked, narrowing)
    status = PERIOD_REFUSED if page.state == "refused" else 200
    return TemplateResponse(request, "portal/clicks.html", {"page": page}, status=status)


@require_GET
def clicks_csv(request: HttpRequest) -> FileResponse:
    """The page as a table, to take away."""
    asked = Asked.of(request.GET.dict())
    reader, narrowing = _reader_of(request, asked)
    return csv.clicks_csv("birge-clicks", reader, asked, narrowing)


def _reader_of(request: HttpRequest, asked: Asked) -> tuple[Reader, Narrowing]:
    """Raises: NotFound for what is not the influencer's."""
    influencer_id = influencer_of(request).pk
    campaign, link = map(public_id_of, (asked.campaign, asked.link))
    links = link_list_of_influencer(influencer_id)
    campaigns = {each.campaign_id: each.campaign for each in links}
    reader = Reader(
        action_url=reverse("portal:clicks"),
        csv_url=reverse("portal:clicks_csv"),
        influencer_id=influencer_id,
        campaigns=list(campaigns.values()),
        links=links,
    )
    narrowing = Narrowing(
        campaign=campaign_access_for_influencer(influencer_id, campaign) if campaign else None,
        link=link_access_for_influencer(influencer_id, link) if link else None,
    )
    return reader, narrowing
