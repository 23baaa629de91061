"""By what a campaign pays the sales at a marketplace: chosen, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from attribution.services.totals_choice import totals_choose, totals_drop
from campaigns.domain.daily_totals import SOURCES_OF
from campaigns.selectors import campaign_access_for_writer
from core.errors import DomainError, NotFound
from exchange.web.brand.desk import member_of


def _change(
    request: HttpRequest, public_id: UUID, platform: str, change: Callable[..., Any]
) -> HttpResponse:
    member = member_of(request)
    campaign = campaign_access_for_writer(member, public_id)
    if platform not in SOURCES_OF:
        raise NotFound(_("There is no such marketplace."))
    try:
        change(campaign_id=campaign.pk, platform=platform)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved"))
    return redirect("brand:campaign", member.brand.slug, public_id)


@require_POST
def campaign_totals(request: HttpRequest, public_id: UUID, platform: str) -> HttpResponse:
    return _change(request, public_id, platform, totals_choose)


@require_POST
def campaign_totals_drop(request: HttpRequest, public_id: UUID, platform: str) -> HttpResponse:
    return _change(request, public_id, platform, totals_drop)
