"""The brand's promo codes: the list, new ones, what becomes of them, and questions about orders."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from attribution.services.code_queue import code_text_assign, code_text_dismiss
from brands.selectors import member_require_write
from campaigns.code_forms import CodeRotateForm, CodeScheduleForm, PoolForm, PoolGiveForm
from campaigns.models import Campaign, CodePool, Participation
from campaigns.selectors import (
    campaign_access_for_brand,
    campaign_access_for_writer,
    participation_access_for_writer,
)
from campaigns.selectors.codes import pool_access_for_brand, pool_access_for_writer
from campaigns.services.code_pools import codes_generate, codes_import, pool_give, pool_void
from campaigns.services.codes import code_rotate, code_schedule
from core.errors import DomainError
from core.forms import form_refuse
from core.paging import pk_typed
from exchange.web.brand.builders import codes as build
from exchange.web.brand.desk import FORM_REFUSED, desk_of, member_of, page_show
from exchange.web.formatting import number_text


@require_GET
def codes(request: HttpRequest, public_id: UUID) -> HttpResponse:
    desk = desk_of(request)
    found = campaign_access_for_brand(desk.brand, public_id)
    page = build.codes(desk, found, request.GET.dict())
    return page_show(request, desk, "brand/codes.html", page)


@require_GET
def codes_csv(request: HttpRequest, public_id: UUID) -> FileResponse:
    return build.codes_csv(campaign_access_for_brand(member_of(request).brand, public_id))


def _back(request: HttpRequest, campaign_id: int) -> HttpResponse:
    public_id = Campaign.objects.values_list("public_id", flat=True).get(pk=campaign_id)
    return redirect("brand:codes", member_of(request).brand.slug, public_id)


# --- New one-time codes ---------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def codes_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Out of a file, or made by us. A file with a wrong row is refused as a whole, row by row."""
    found = campaign_access_for_writer(member_of(request), public_id)
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = PoolForm(*given, campaign=found)
    pool = _pool_make(form) if form.is_valid() else None
    if pool is not None and pool.state == CodePool.State.READY:
        said = ngettext("%(count)s code is ready.", "%(count)s codes are ready.", pool.rows)
        messages.success(request, said % {"count": number_text(pool.rows)})
        return _back(request, found.pk)
    desk = desk_of(request)
    status = FORM_REFUSED if form.is_bound else 200
    page = build.new_pool(desk, found, pool)
    return page_show(request, desk, "brand/codes_new.html", page, form=form, status=status)


def _pool_make(form: PoolForm) -> CodePool | None:
    given = form.cleaned_data
    try:
        if given["file"]:
            return codes_import(form.terms(), raw=given["file"].read())
        return codes_generate(form.terms(), count=given["count"])
    except DomainError as error:
        form_refuse(form, error)
        return None


@require_GET
def code_pool_csv(request: HttpRequest, public_id: UUID) -> FileResponse:
    return build.pool_csv(pool_access_for_brand(member_of(request).brand_id, public_id))


@require_GET
def code_pool_faults(request: HttpRequest, public_id: UUID) -> FileResponse:
    return build.faults_csv(pool_access_for_brand(member_of(request).brand_id, public_id))


@require_POST
def code_pool_give(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = member_of(request)
    pool = pool_access_for_writer(member, public_id)
    form = PoolGiveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose an influencer and say how many codes."))
        return _back(request, pool.campaign_id)
    row = participation_access_for_writer(member, form.cleaned_data["participation"])
    try:
        count = pool_give(
            pool_id=pool.pk, participation_id=row.pk, count=form.cleaned_data["count"]
        )
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Codes given: %(count)s") % {"count": number_text(count)})
    return _back(request, pool.campaign_id)


@require_POST
def code_pool_void(request: HttpRequest, public_id: UUID) -> HttpResponse:
    pool = pool_access_for_writer(member_of(request), public_id)
    count = pool_void(pool_id=pool.pk)
    messages.success(request, _("Codes void: %(count)s") % {"count": number_text(count)})
    return _back(request, pool.campaign_id)


# --- Personal codes -------------------------------------------------------------------------


@require_POST
def code_rotate_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    row = participation_access_for_writer(member_of(request), public_id)
    form = CodeRotateForm(request.POST)
    if not form.is_valid():
        return _refused(request, row, _("Say for how many days the old code still counts."))
    try:
        promo = code_rotate(participation_id=row.pk, grace_days=form.cleaned_data["grace_days"])
    except DomainError as error:
        return _refused(request, row, str(error))
    said = _("New code: %(code)s. Add it to your shop; the influencer has a letter.")
    messages.success(request, said % {"code": promo.code})
    return _back(request, row.campaign_id)


@require_POST
def code_schedule_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    row = participation_access_for_writer(member_of(request), public_id)
    form = CodeScheduleForm(request.POST)
    if not form.is_valid():
        return _refused(request, row, " ".join(form.errors.as_text().split()))
    try:
        code_schedule(participation_id=row.pk, **form.cleaned_data)
    except DomainError as error:
        return _refused(request, row, str(error))
    messages.success(request, _("Saved"))
    return _back(request, row.campaign_id)


def _refused(request: HttpRequest, row: Participation, why: str) -> HttpResponse:
    messages.error(request, why)
    return _back(request, row.campaign_id)


# --- What buyers typed ----------------------------------------------------------------------


@require_GET
def code_questions(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request)
    return page_show(request, desk, "brand/code_questions.html", build.questions(desk))


@require_POST
def code_question_say(request: HttpRequest) -> HttpResponse:
    """Whose a typed text is, or that it is no influencer's."""
    member = member_of(request)
    member_require_write(member)
    look, chosen = request.POST.get("look", ""), request.POST.get("code", "")
    code_id = pk_typed(chosen)
    try:
        if request.POST.get("nobody"):
            code_text_dismiss(brand_id=member.brand_id, look=look)
            messages.success(request, _("Noted: it is no influencer's."))
        elif code_id is not None:
            count = code_text_assign(brand_id=member.brand_id, look=look, code_id=code_id)
            said = _("Orders decided again: %(count)s")
            messages.success(request, said % {"count": number_text(count)})
        else:
            messages.error(request, _("Choose whose code it is."))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("brand:code_questions", member.brand.slug)
