"""Vouchers of Ozon for one influencer: those there are, a new one, one without an answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from attribution.marketplace_forms import VoucherTermsForm
from attribution.selectors.connections import connection_list
from attribution.services.ozon import OZON
from attribution.services.ozon_vouchers import ozon_voucher_create, voucher_terms_require
from campaigns.models import Participation
from campaigns.selectors import external_code_access, participation_access_for_writer
from campaigns.services.external_codes import external_code_activate, external_code_void
from core.errors import DomainError
from core.forms import form_refuse
from exchange.web.brand.builders import vouchers as build
from exchange.web.brand.desk import FORM_REFUSED, desk_of, member_of, page_show


@require_http_methods(["GET", "POST"])
def participation_vouchers(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The form; what it will make, to be confirmed; and then it is made at Ozon."""
    row = participation_access_for_writer(member_of(request), public_id)
    accounts = [each for each in connection_list(row.brand_id) if each.source == OZON]
    form = VoucherTermsForm(accounts, request.POST if request.method == "POST" else None)
    is_checked = form.is_valid() and _is_possible(form)
    if is_checked and request.POST.get("action") == "make":
        try:
            made = ozon_voucher_create(participation_id=row.pk, **form.terms()._asdict())
        except DomainError as error:
            form_refuse(form, error)
            is_checked = False
        else:
            said = _("Voucher made at Ozon: %(title)s") % {"title": made.code.value}
            messages.success(request, said)
            return _back(request, row)
    desk = desk_of(request)
    page = build.vouchers(desk, row, accounts, form if is_checked else None)
    status = FORM_REFUSED if form.errors else 200
    return page_show(request, desk, "brand/vouchers.html", page, form=form, status=status)


def _is_possible(form: VoucherTermsForm) -> bool:
    terms = form.terms()
    try:
        voucher_terms_require(
            discount_percent=terms.discount_percent, budget=terms.budget, days=terms.days
        )
    except DomainError as error:
        form_refuse(form, error)
        return False
    return True


@require_POST
def voucher_settle(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Somebody has looked into Ozon's cabinet: the voucher is there, or it is not."""
    row = participation_access_for_writer(member_of(request), public_id)
    code = external_code_access(row, request.POST.get("code", ""))
    if request.POST.get("is_there") == "yes":
        external_code_activate(code_id=code.pk)
        messages.success(request, _("Voucher added"))
    else:
        external_code_void(code_id=code.pk)
        messages.success(request, _("Forgotten: you can make another voucher."))
    return _back(request, row)


def _back(request: HttpRequest, row: Participation) -> HttpResponse:
    return redirect("brand:participation_vouchers", member_of(request).brand.slug, row.public_id)
