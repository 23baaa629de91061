"""Fee invoices: the list, one of them with its papers, an invoice on request."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from brands.selectors import member_require_money
from campaigns.services.invoices import brand_invoice
from compliance.documents.typeset import PAPER
from compliance.models import EInvoice, Invoice
from compliance.selectors.invoices import invoice_access
from exchange.papers import invoice as paper
from exchange.web.brand.builders import invoices as build
from exchange.web.brand.desk import desk_of, member_of, page_show

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def invoices(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request)
    page = build.invoices(desk, request.GET.dict())
    return page_show(request, desk, "brand/invoices.html", page)


@require_GET
def invoices_csv(request: HttpRequest) -> FileResponse:
    """The list as it is filtered, to take away."""
    return build.invoices_csv(desk_of(request), request.GET.dict())


@require_GET
def invoice(request: HttpRequest, public_id: UUID) -> HttpResponse:
    desk = desk_of(request)
    found = invoice_access(desk.brand.pk, public_id)
    return page_show(request, desk, "brand/invoice.html", build.invoice(desk, found))


@require_GET
def invoice_pdf(request: HttpRequest, public_id: UUID, language: str) -> HttpResponse:
    found = _issued(request, public_id, language)
    return _file(paper.invoice_pdf(found, language), f"{found.number}.pdf", "application/pdf")


@require_GET
def invoice_xlsx(request: HttpRequest, public_id: UUID, language: str) -> HttpResponse:
    found = _issued(request, public_id, language)
    return _file(paper.invoice_xlsx(found, language), f"{found.number}.xlsx", XLSX)


@require_GET
def invoice_xml(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The electronic form: with the signature in it where it has one, else as it was handed out."""
    found = invoice_access(member_of(request).brand_id, public_id)
    row = EInvoice.objects.filter(invoice=found).exclude(document="").first()
    if row is None:
        raise Http404
    is_inside = row.form == EInvoice.Form.XML
    content = (row.signed_document if is_inside else row.document).encode()
    return _file(content, f"{found.number}.xml", "application/xml; charset=utf-8")


@require_POST
def invoice_make(request: HttpRequest) -> HttpResponse:
    """Everything final up to today."""
    member = member_of(request)
    member_require_money(member)
    made = brand_invoice(brand_id=member.brand_id)
    issued = sum(each.state == Invoice.State.ISSUED for each in made)
    if issued:
        said = ngettext("%(count)s document issued", "%(count)s documents issued", issued)
        messages.success(request, said % {"count": issued})
    elif made:
        messages.info(request, _("The invoice waits: its VAT is not covered yet."))
    else:
        messages.info(request, _("Nothing to invoice: every final fee is invoiced."))
    return redirect("brand:invoices", member.brand.slug)


def _issued(request: HttpRequest, public_id: UUID, language: str) -> Invoice:
    found = invoice_access(member_of(request).brand_id, public_id)
    if language not in PAPER or not found.number:
        raise Http404
    return found


def _file(content: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
