"""Comparisons of days with and without a campaign: reported, never paid."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods

from attribution.domain.lift import DAYS_MIN, LiftImpossible
from attribution.lift_forms import LiftForm
from attribution.selectors.lift import lift_access_for_brand
from attribution.selectors.orders import order_sources
from attribution.services.lift import lift_report_make
from brands.selectors import member_require_write
from campaigns.selectors import campaign_access_for_brand
from core import clock
from exchange.web.brand.builders import lift as build
from exchange.web.brand.desk import FORM_REFUSED, desk_of, member_of, page_show
from exchange.web.words import word_of


@require_http_methods(["GET", "POST"])
def lifts(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Those there are, and a new one."""
    member = member_of(request)
    campaign = campaign_access_for_brand(member.brand, public_id)
    if request.method == "POST":
        member_require_write(member)
    form = _form(request, member.brand_id)
    if form.is_valid():
        try:
            made = lift_report_make(campaign=campaign, asked=form.asked())
        except LiftImpossible as impossible:
            form.refuse(impossible)
        else:
            return redirect("brand:lift", member.brand.slug, made.public_id)
    desk = desk_of(request)
    status = FORM_REFUSED if form.errors else 200
    page = build.lifts(desk, campaign)
    return page_show(request, desk, "brand/lifts.html", page, form=form, status=status)


def _form(request: HttpRequest, brand_id: int) -> LiftForm:
    sources = sorted(order_sources(brand_id), key=lambda source: source != "kaspi")
    choices = [(source, str(word_of("source", source))) for source in sources]
    if request.method == "POST":
        return LiftForm(choices, request.POST)
    yesterday = clock.today() - timedelta(days=1)
    days = {"first_on": yesterday - timedelta(days=DAYS_MIN - 1), "last_on": yesterday}
    return LiftForm(choices, initial=days)


@require_GET
def lift(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = lift_access_for_brand(member_of(request).brand_id, public_id)
    desk = desk_of(request)
    return page_show(request, desk, "brand/lift.html", build.lift(desk, found))


@require_GET
def lift_csv(request: HttpRequest, public_id: UUID) -> FileResponse:
    """What was compared, day by day."""
    found = lift_access_for_brand(member_of(request).brand_id, public_id)
    return build.lift_csv(found)
