from __future__ import annotations

import os
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path

from attribution.clickpath.robots import flags_of
from attribution.clickpath.visit import VISITOR_COOKIE, ip_network_of, subs_of, visitor_of
from attribution.domain.click_flags import ClickFlag
from campaigns.domain.deeplink import append_click
from core.ids import uuid7, uuid7_time
from tools.benches.orm_reference.models import Link, Visit

COOKIE_SECONDS = 90 * 86_400


def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Look the link up, insert the click, redirect."""
    link = get_object_or_404(Link, token=token)
    click_id = uuid7(int(datetime.now(UTC).timestamp() * 1000))
    known = visitor_of([request.headers.get("cookie", "")])
    visitor = known or os.urandom(16).hex()
    user_agent = request.headers.get("user-agent")
    flags = flags_of(str(request.method), user_agent, request.headers.get)
    if known is None:
        flags |= ClickFlag.NEW_VISITOR
    names = ("sub1", "sub2", "sub3", "sub4", "sub5")
    Visit.objects.create(
        click_id=click_id,
        at=uuid7_time(click_id),
        link=link,
        visitor=visitor,
        ip_network=(ip_network_of(f"{request.META['REMOTE_ADDR']}:0", "", ()) or "").partition("/")[0],
        user_agent=user_agent or "",
        referer=request.headers.get("referer", ""),
        flags=int(flags),
        **dict(zip(names, subs_of(request.META["QUERY_STRING"]), strict=True)),
    )
    answer = HttpResponseRedirect(append_click(link.destination_url, click_id.hex))
    answer["cache-control"] = "no-store"
    if known is None:
        answer.set_cookie(
            VISITOR_COOKIE, visitor, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax"
        )
    return answer


urlpatterns = [path("c/<str:token>", follow)]
