"""A campaign's orders under the rules of now, and clicks that a person vouches for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from attribution.models import RerunJob
from attribution.rerun_forms import RerunForm
from attribution.selectors.reruns import rerun_access_for_brand
from attribution.services.click_words import click_vouch
from attribution.services.rerun import (
    attribution_rerun,
    rerun_drop,
    rerun_resume,
    rerun_stop,
)
from brands.selectors import member_require_write
from campaigns.models import Campaign
from campaigns.selectors import campaign_access_for_brand, campaign_access_for_writer
from core.errors import DomainError, NotFound
from core.forms import form_refuse
from exchange.web.brand.builders import reruns as build
from exchange.web.brand.desk import FORM_REFUSED, desk_of, member_of, page_show
from exchange.web.formatting import number_text


@require_http_methods(["GET", "POST"])
def rerun(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The page; posted to, it starts a comparison."""
    if request.method == "POST":
        found = campaign_access_for_writer(member_of(request), public_id)
        form = RerunForm(request.POST)
        if form.is_valid() and _started(form, found):
            return redirect("brand:rerun", member_of(request).brand.slug, public_id)
    else:
        found, form = campaign_access_for_brand(member_of(request).brand, public_id), RerunForm()
    desk = desk_of(request)
    page = build.rerun(desk, found, _asked(request, found))
    status = FORM_REFUSED if form.is_bound else 200
    return page_show(request, desk, "brand/rerun.html", page, form=form, status=status)


def _started(form: RerunForm, found: Campaign) -> bool:
    try:
        attribution_rerun(campaign_id=found.pk, why=form.cleaned_data["why"])
    except DomainError as error:
        form_refuse(form, error)
        return False
    return True


def _asked(request: HttpRequest, found: Campaign) -> RerunJob | None:
    """The one of `?run=`, if it is this campaign's."""
    try:
        public_id = UUID(request.GET.get("run", ""))
    except ValueError:
        return None
    job = rerun_access_for_brand(found.brand_id, public_id)
    if job.campaign_id != found.pk:
        raise NotFound()
    return job


@require_GET
def rerun_csv(request: HttpRequest, public_id: UUID) -> FileResponse:
    return build.rerun_csv(rerun_access_for_brand(member_of(request).brand_id, public_id))


@require_POST
def rerun_apply(request: HttpRequest, public_id: UUID) -> HttpResponse:
    def change(campaign_id: int) -> RerunJob:
        return attribution_rerun(campaign_id=campaign_id, dry_run=False)

    return _changed(request, public_id, change)


@require_POST
def rerun_stop_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _changed(request, public_id, lambda campaign_id: rerun_stop(campaign_id=campaign_id))


@require_POST
def rerun_resume_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _changed(request, public_id, lambda campaign_id: rerun_resume(campaign_id=campaign_id))


@require_POST
def rerun_drop_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return _changed(request, public_id, lambda campaign_id: rerun_drop(campaign_id=campaign_id))


def _changed(request: HttpRequest, public_id: UUID, change: Callable[[int], Any]) -> HttpResponse:
    found = campaign_access_for_writer(member_of(request), public_id)
    try:
        change(found.pk)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("brand:rerun", member_of(request).brand.slug, public_id)


@require_POST
def click_vouch_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A person made this click: what it touches is decided again."""
    member = member_of(request)
    member_require_write(member)
    why = request.POST.get("why", "")
    try:
        count = click_vouch(brand_id=member.brand_id, click_id=public_id, why=why)
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, str(error))
    else:
        said = _("Orders decided again: %(count)s")
        messages.success(request, said % {"count": number_text(count)})
    return redirect("brand:orders", member.brand.slug)
