"""The brand's word about one sale: yes at once, no with its ground, and back again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from attribution.models import Conversion, Rejection
from attribution.selectors.rejections import conversion_access_for_brand, file_access_for_brand
from attribution.services.rejections import rejection_undo
from attribution.services.verdicts import Speaker, conversion_approve, conversion_reject
from brands.selectors import member_require_write
from core.errors import DomainError
from core.forms import form_refuse
from exchange.web.brand.builders import verdicts as build
from exchange.web.brand.desk import FORM_REFUSED, desk_of, member_of, page_show
from exchange.web.evidence_field import RejectForm
from exchange.web.rejections import file_answer


def speaker_of(request: HttpRequest, door: Rejection.Door) -> Speaker:
    """Raises: Forbidden for who may only read."""
    member = member_of(request)
    member_require_write(member)
    return Speaker(member.brand_id, door, member.user_id)


@require_http_methods(["GET", "POST"])
def sale_reject(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The form of a rejection, and the rejection."""
    found = conversion_access_for_brand(member_of(request).brand_id, public_id)
    speaker = speaker_of(request, Rejection.Door.PAGE)
    form = RejectForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid() and _rejected(found, form, speaker):
        messages.success(request, _("Rejected: the influencer reads the reason."))
        return _to_order(request, found)
    desk = desk_of(request)
    status = FORM_REFUSED if form.is_bound else 200
    page = build.reject(desk, found)
    return page_show(request, desk, "brand/reject.html", page, form=form, status=status)


def _rejected(found: Conversion, form: RejectForm, speaker: Speaker) -> bool:
    try:
        conversion_reject(
            conversion_id=found.public_id,
            speaker=speaker,
            reason_code=form.cleaned_data["reason_code"],
            note=form.cleaned_data["note"],
            evidence=form.cleaned_data["file"],
        )
    except DomainError as error:
        form_refuse(form, error)
        return False
    return True


@require_POST
def sale_approve(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = conversion_access_for_brand(member_of(request).brand_id, public_id)
    conversion_approve(
        conversion_id=found.public_id, speaker=speaker_of(request, Rejection.Door.PAGE)
    )
    messages.success(request, _("Approved"))
    return _to_order(request, found)


@require_POST
def sale_undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = conversion_access_for_brand(member_of(request).brand_id, public_id)
    speaker = speaker_of(request, Rejection.Door.PAGE)
    assert speaker.user_id is not None
    rejection_undo(
        conversion_id=found.public_id, brand_id=speaker.brand_id, user_id=speaker.user_id
    )
    messages.success(request, _("Taken back: the sale counts again."))
    return _to_order(request, found)


@require_GET
def sale_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return file_answer(file_access_for_brand(member_of(request).brand_id, public_id))


def _to_order(request: HttpRequest, found: Conversion) -> HttpResponse:
    return redirect("brand:order", member_of(request).brand.slug, found.order.public_id)
