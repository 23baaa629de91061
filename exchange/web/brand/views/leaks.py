"""Codes that look leaked: the list, a code's sheet, and what is decided about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from attribution.models import Rejection
from attribution.selectors.leaks import finding_access_for_brand, finding_access_for_writer
from attribution.services.leak_decisions import (
    finding_clear,
    finding_reject,
    finding_rotate,
    leak_mode_set,
)
from campaigns.selectors import campaign_access_for_brand, campaign_access_for_writer
from core.errors import DomainError
from exchange.web.brand.builders import leaks as build
from exchange.web.brand.desk import desk_of, member_of, page_show
from exchange.web.brand.views.verdicts import speaker_of
from exchange.web.formatting import number_text
from exchange.web.paging import query_url


@require_GET
def leaks(request: HttpRequest) -> HttpResponse:
    desk, asked = desk_of(request), request.GET.dict()
    wanted = build.filter_of(asked).campaign
    campaign = campaign_access_for_brand(desk.brand, wanted) if wanted else None
    return page_show(request, desk, "brand/leaks.html", build.leaks(desk, campaign, asked))


@require_GET
def leaks_csv(request: HttpRequest) -> FileResponse:
    return build.leaks_csv(desk_of(request), request.GET.dict())


@require_GET
def leak(request: HttpRequest, public_id: UUID) -> HttpResponse:
    desk = desk_of(request)
    finding = finding_access_for_brand(desk.brand.pk, public_id)
    return page_show(request, desk, "brand/leak.html", build.leak(desk, finding))


def _decide(
    request: HttpRequest, public_id: UUID, change: Callable[[int], Any], done: Callable[[Any], str]
) -> HttpResponse:
    finding = finding_access_for_writer(member_of(request), public_id)
    try:
        changed = change(finding.pk)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done(changed))
    return redirect("brand:leak", member_of(request).brand.slug, public_id)


@require_POST
def leak_clear(request: HttpRequest, public_id: UUID) -> HttpResponse:
    note = request.POST.get("note", "")
    return _decide(
        request,
        public_id,
        lambda pk: finding_clear(finding_id=pk, note=note),
        lambda _finding: _("Noted: nothing is wrong. What waited goes on."),
    )


@require_POST
def leak_rotate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    said = _("New code: %(code)s. Add it to your shop; the influencer was told.")
    return _decide(
        request,
        public_id,
        lambda pk: finding_rotate(finding_id=pk),
        lambda promo: said % {"code": promo.code},
    )


@require_POST
def leak_reject(request: HttpRequest, public_id: UUID) -> HttpResponse:
    speaker, note = speaker_of(request, Rejection.Door.PAGE), request.POST.get("note", "")

    def said(count: int) -> str:
        text = ngettext(
            "Noted: the code has leaked. %(count)s sale is rejected.",
            "Noted: the code has leaked. %(count)s sales are rejected.",
            count,
        )
        return text % {"count": number_text(count)}

    return _decide(
        request,
        public_id,
        lambda pk: finding_reject(finding_id=pk, speaker=speaker, note=note),
        said,
    )


@require_POST
def leak_mode(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = member_of(request)
    campaign = campaign_access_for_writer(member, public_id)
    try:
        leak_mode_set(campaign_id=campaign.pk, mode=request.POST.get("mode", ""))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved"))
    to = redirect("brand:leaks", member.brand.slug)
    to["Location"] += query_url({"campaign": str(public_id)})
    return to
