"""The brand's receipts: what was claimed, its own list, its registers."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from attribution.connectors.receipt.connector import RECEIPT
from attribution.domain.receipts import Limits
from attribution.forms import (
    ReceiptFileForm,
    ReceiptLimitsForm,
    ReceiptRefusalForm,
    RegistersForm,
)
from attribution.models import Connection, ReceiptClaim
from attribution.receipt_forms import ReceiptAnswerForm
from attribution.selectors.receipts import claim_access_for_brand
from attribution.services.receipt_answers import receipt_part, receipt_question_answer
from attribution.services.receipt_confirm import receipt_accept, receipt_refuse
from attribution.services.receipt_files import FileAnswer, receipt_file_confirm
from attribution.services.receipt_registers import (
    receipt_limits_change,
    register_remove,
    registers_add,
)
from core.errors import DomainError
from core.forms import form_refuse
from exchange.web.brand.builders import receipts as build
from exchange.web.brand.desk import FORM_REFUSED, connection_of, desk_of, member_of, page_show

LIMIT_NAMES = {"total_min_minor": "total_min", "total_max_minor": "total_max"}


def _found(request: HttpRequest, public_id: UUID, *, to_write: bool = False) -> Connection:
    return connection_of(request, public_id, (RECEIPT,), to_write=to_write)


@require_GET
def receipts(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = _found(request, public_id)
    desk = desk_of(request)
    page = build.receipts(desk, found, request.GET.dict())
    return page_show(request, desk, "brand/receipts.html", page)


@require_GET
def receipts_csv(request: HttpRequest, public_id: UUID) -> FileResponse:
    """The list as the filter shows it, to take away."""
    return build.receipts_csv(_found(request, public_id), request.GET.dict())


# --- Deciding -------------------------------------------------------------------------------


def _claim_of(request: HttpRequest, public_id: UUID, claim_id: UUID) -> ReceiptClaim:
    found = _found(request, public_id, to_write=True)
    return claim_access_for_brand(found.brand_id, claim_id)


@require_POST
def accept(request: HttpRequest, public_id: UUID, claim_id: UUID) -> HttpResponse:
    claim = _claim_of(request, public_id, claim_id)
    receipt_accept(claim_id=claim.pk)
    messages.success(request, _("Confirmed"))
    return redirect("brand:receipts", member_of(request).brand.slug, public_id)


@require_POST
def refuse(request: HttpRequest, public_id: UUID, claim_id: UUID) -> HttpResponse:
    claim = _claim_of(request, public_id, claim_id)
    form = ReceiptRefusalForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    receipt_refuse(claim_id=claim.pk, note=note)
    messages.success(request, _("Refused: the influencer reads the reason."))
    return redirect("brand:receipts", member_of(request).brand.slug, public_id)


@require_POST
def answer(request: HttpRequest, public_id: UUID, claim_id: UUID) -> HttpResponse:
    """Which order a receipt is of, or none of those asked about."""
    claim = _claim_of(request, public_id, claim_id)
    form = ReceiptAnswerForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the orders shown."))
        return redirect("brand:receipts", member_of(request).brand.slug, public_id)
    order = form.cleaned_data["order"]
    receipt_question_answer(claim=claim, order=order)
    said = _("One purchase: it is paid once.") if order else _("Two purchases: both are counted.")
    messages.success(request, said)
    return redirect("brand:receipts", member_of(request).brand.slug, public_id)


@require_POST
def part(request: HttpRequest, public_id: UUID, claim_id: UUID) -> HttpResponse:
    receipt_part(claim=_claim_of(request, public_id, claim_id))
    messages.success(request, _("Two purchases: both are counted."))
    return redirect("brand:receipts", member_of(request).brand.slug, public_id)


# --- The shop's list ------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def receipts_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Compared at once and not kept: sending it again says nothing new."""
    found = _found(request, public_id, to_write=True)
    form = ReceiptFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    answer = _file_answer(found, form) if form.is_valid() else None
    desk = desk_of(request)
    status = FORM_REFUSED if form.is_bound and answer is None else 200
    page = build.file_page(desk, found, answer)
    shown = form if answer is None else ReceiptFileForm()
    return page_show(request, desk, "brand/receipts_file.html", page, form=shown, status=status)


def _file_answer(found: Connection, form: forms.Form) -> FileAnswer | None:
    try:
        return receipt_file_confirm(connection_id=found.pk, raw=form.cleaned_data["file"].read())
    except DomainError as error:
        form_refuse(form, error)
        return None


# --- Registers and limits -------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def registers(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = _found(request, public_id, to_write=request.method == "POST")
    form = RegistersForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            count = registers_add(connection_id=found.pk, text=form.cleaned_data["registers"])
        except DomainError as error:
            form_refuse(form, error)
        else:
            messages.success(request, build.added_text(count))
            return redirect("brand:registers", member_of(request).brand.slug, public_id)
    return _registers_show(request, found, form)


def _registers_show(
    request: HttpRequest,
    found: Connection,
    form: forms.Form,
    limits_form: forms.Form | None = None,
) -> HttpResponse:
    desk = desk_of(request)
    is_refused = form.is_bound or limits_form is not None
    answer = page_show(
        request,
        desk,
        "brand/registers.html",
        build.registers(desk, found),
        form=form,
        status=FORM_REFUSED if is_refused else 200,
    )
    assert answer.context_data is not None
    answer.context_data["limits_form"] = limits_form or ReceiptLimitsForm(
        initial=build.limits_initial(found)
    )
    return answer


@require_POST
def remove(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = _found(request, public_id, to_write=True)
    register_remove(connection_id=found.pk, number=request.POST.get("number", ""))
    messages.success(request, _("Removed"))
    return redirect("brand:registers", member_of(request).brand.slug, public_id)


@require_POST
def limits(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = _found(request, public_id, to_write=True)
    form = ReceiptLimitsForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        wanted = Limits(
            total_min_minor=given["total_min"],
            total_max_minor=given["total_max"],
            person_max=given["person_max"],
            influencer_max=given["influencer_max"],
            confirm_days=given["confirm_days"],
            order_days=given["order_days"],
        )
        try:
            receipt_limits_change(connection_id=found.pk, limits=wanted)
        except DomainError as error:
            form_refuse(form, error, LIMIT_NAMES)
        else:
            messages.success(request, _("Saved"))
            return redirect("brand:registers", member_of(request).brand.slug, public_id)
    return _registers_show(request, found, RegistersForm(), form)
