"""GET /c/{token}: look the link up, insert the click, redirect."""

from __future__ import annotations

import os

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path

from attribution.clickpath.app import COOKIE_SECONDS
from attribution.clickpath.robots import flags_of
from attribution.clickpath.visit import VISITOR_COOKIE, origin_of, subs_of, visitor_of
from attribution.domain.click_flags import ClickFlag
from attribution.models import Click
from campaigns.domain.deeplink import append_click
from campaigns.models import TrackingLink
from core.ids import uuid7, uuid7_time
from core.tenancy.context import acting_as


def follow(request: HttpRequest, token: str) -> HttpResponse:
    known = visitor_of([request.headers.get("cookie", "")])
    visitor = known or os.urandom(16).hex()
    with acting_as(system="click reference"):
        link = get_object_or_404(TrackingLink.objects.select_related("campaign"), token=token)
        click = _click_create(request, link, visitor, is_new=known is None)
    answer = HttpResponseRedirect(append_click(link.destination_url, click.click_id.hex))
    answer["cache-control"] = "no-store"
    if known is None:
        answer.set_cookie(
            VISITOR_COOKIE, visitor, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax"
        )
    return answer


def _click_create(request: HttpRequest, link: TrackingLink, visitor: str, *, is_new: bool) -> Click:
    click_id = uuid7()
    user_agent = request.headers.get("user-agent")
    flags = flags_of(str(request.method), user_agent, request.headers.get)
    network = origin_of(f"{request.META['REMOTE_ADDR']}:0", "", ()).network
    subs = subs_of(request.META["QUERY_STRING"])
    return Click.objects.create(
        click_id=click_id,
        at=uuid7_time(click_id),
        link_id=link.pk,
        participation_id=link.participation_id,
        campaign_id=link.campaign_id,
        brand_id=link.brand_id,
        influencer_id=link.influencer_id,
        visitor=visitor,
        ip_network=network.partition("/")[0] if network else None,
        user_agent=user_agent or "",
        referer=request.headers.get("referer", ""),
        flags=flags | (ClickFlag.NEW_VISITOR if is_new else 0),
        **{f"sub{n}": sub for n, sub in enumerate(subs, 1)},
    )


urlpatterns = [path("c/<str:token>", follow)]
