"""Top-up invoices: ask for one, pay by it, see whether it has arrived."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from brands.selectors import member_require_money
from brands.services import top_up_invoice_create
from compliance.documents.typeset import PAPER
from core.errors import DomainError
from core.forms import TengeField, form_refuse
from exchange.papers.top_up import top_up_pdf
from exchange.web.brand.builders import top_ups as build
from exchange.web.brand.builders.requisites import requisites_of
from exchange.web.brand.desk import FORM_REFUSED, desk_of, member_of, page_show


class TopUpInvoiceForm(forms.Form):
    amount = TengeField(label=gettext_lazy("How much to top up"), max_length=30)


@require_http_methods(["GET", "POST"])
def top_ups(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    if request.method == "POST":
        member_require_money(member)
    desk = desk_of(request)
    form = TopUpInvoiceForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            invoice = top_up_invoice_create(
                brand_id=member.brand_id,
                amount_minor=form.cleaned_data["amount"],
                person_id=member.user_id,
            )
        except DomainError as error:
            form_refuse(form, error)
        else:
            return redirect(desk.url("top_up", invoice.public_id))
    status = FORM_REFUSED if form.is_bound else 200
    page = build.top_ups(desk)
    return page_show(request, desk, "brand/top_ups.html", page, form=form, status=status)


@require_GET
def top_up(request: HttpRequest, public_id: UUID) -> HttpResponse:
    desk = desk_of(request)
    page = build.top_up(desk, build.top_up_access(desk, public_id))
    return page_show(request, desk, "brand/top_up.html", page)


@require_GET
def top_up_paper(request: HttpRequest, public_id: UUID, language: str) -> HttpResponse:
    """The PDF in kk, ru or en."""
    desk = desk_of(request)
    invoice = build.top_up_access(desk, public_id)
    if language not in PAPER or requisites_of(desk.brand) is None:
        raise Http404
    answer = HttpResponse(top_up_pdf(invoice, language), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{invoice.number}.pdf"'
    return answer
