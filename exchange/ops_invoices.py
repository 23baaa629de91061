"""Invoices for ops: what waits, issuing for a brand, crediting by two people.

Here and not in compliance, because issuing takes the lock of the campaigns.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html_join
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from brands.models import Brand
from campaigns.services.invoices import brand_invoice, invoice_credit
from compliance.models import Invoice
from compliance.services.invoice_credits import invoice_credit_ask, invoice_credit_refuse
from core.admin import ConfirmForm, FormPage, OpsAdmin, person_id, posted, tenge, tenge_column
from core.errors import DomainError
from exchange.papers.invoice import invoice_pdf

CHANGE = "compliance.change_invoice"


class NothingToInvoice(DomainError):
    """Every final fee of the brand stands in a document."""

    code = "nothing_to_invoice"


class BrandForm(forms.Form):
    brand = forms.ModelChoiceField(Brand.objects.none(), label=_("brand"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["brand"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Brand.objects.order_by("name")


class CreditForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea,
        help_text=_("The brand reads it on the credit note."),
    )


@admin.register(Invoice)
class InvoiceAdmin(OpsAdmin):
    list_display = [
        "shown_number",
        "brand",
        "kind",
        "state",
        "period_from",
        "period_to",
        "net",
        "vat",
        "missing",
        "issued_on",
    ]
    list_filter = ["state", "kind", "dealing", ("credit_asked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["brand"]
    search_fields = ["brand__name", "=brand__bin", "=sequence"]
    search_help_text = _("Brand, BIN or the number's last part")
    ordering = ["-id"]
    fields = [
        ("shown_number", "kind", "state"),
        ("brand", "dealing"),
        ("period_from", "period_to", "turnover_on", "issued_on"),
        ("net", "vat", "missing"),
        ("credits", "reason"),
        ("credit_asked_by_id", "credit_asked_at", "credit_agreed_by_id"),
        "bought",
        "buyer",
        "created_at",
    ]
    actions_list = ["issue"]
    actions_detail = ["paper", "credit_ask", "credit_agree", "credit_refuse"]
    net = tenge_column("net_minor", _("without VAT"))
    vat = tenge_column("vat_minor", _("VAT"))
    missing = tenge_column("missing_minor", _("missing for VAT"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invoice]:
        invoices: QuerySet[Invoice] = super().get_queryset(request)
        return invoices.select_related("brand", "credits")

    @admin.display(description=_("number"), ordering="-id")
    def shown_number(self, invoice: Invoice) -> str:
        return invoice.number or "–"

    @admin.display(description=_("For what"))
    def bought(self, invoice: Invoice) -> str:
        return format_html_join(
            "",
            "<p>{}: {} + {}</p>",
            (
                (
                    invoice.line_text(line),
                    tenge(line["fee_minor"] + line["reward_minor"]),
                    tenge(line["vat_minor"]),
                )
                for line in invoice.line_rows
            ),
        )

    @admin.display(description=_("Buyer"))
    def buyer(self, invoice: Invoice) -> str:
        """As it stood when the invoice was issued."""
        said = invoice.customer
        return ", ".join(said[name] for name in ("name", "bin", "address") if said.get(name)) or "–"

    @action(
        description=_("Issue for a brand"),
        url_path="issue",
        permissions=["compliance.add_invoice"],
        icon="add",
    )
    def issue(self, request: HttpRequest) -> HttpResponse:
        page = FormPage(
            title=_("Invoice a brand up to today"),
            explain=_(
                "Every fee that is final and stands in no document yet. What lacks its VAT waits"
                " for a top-up; the brand is told."
            ),
            submit=_("Issue"),
            change=lambda data: _issue(data["brand"]),
            done=_("Done: see the newest rows."),
            back=self.url_of("changelist"),
        )
        return self.form_page(request, BrandForm(posted(request)), page)

    @action(
        description="PDF",
        url_path="pdf",
        permissions=["compliance.view_invoice"],
        icon="picture_as_pdf",
    )
    def paper(self, request: HttpRequest, object_id: str) -> HttpResponse:
        invoice: Invoice = self.row_or_404(object_id)
        if not invoice.number:
            messages.warning(
                request, _("It waits for VAT and has no number: there is nothing to print.")
            )
            return redirect(self.url_of("change", invoice.pk))
        return HttpResponse(
            invoice_pdf(invoice, get_language() or "kk"),
            content_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{invoice.number}.pdf"'},
        )

    @action(
        description=_("Ask for a credit"), url_path="credit-ask", permissions=[CHANGE], icon="undo"
    )
    def credit_ask(self, request: HttpRequest, object_id: str) -> HttpResponse:
        invoice: Invoice = self.row_or_404(object_id)
        who = person_id(request)
        page = FormPage(
            title=_("Credit %(invoice)s wholly") % {"invoice": invoice},
            explain=_(
                "Another person has to agree. Then a credit note is issued, and the fees wait for"
                " an invoice again."
            ),
            facts=_facts(invoice),
            submit=_("Ask"),
            change=lambda data: invoice_credit_ask(
                invoice_id=invoice.pk, reason=data["reason"], person_id=who
            ),
            done=_("Asked. Another person agrees."),
            back=self.url_of("change", invoice.pk),
            is_danger=True,
        )
        return self.form_page(request, CreditForm(posted(request)), page)

    @action(
        description=_("Agree to the credit"),
        url_path="credit-agree",
        permissions=[CHANGE],
        icon="check_circle",
    )
    def credit_agree(self, request: HttpRequest, object_id: str) -> HttpResponse:
        invoice: Invoice = self.row_or_404(object_id)
        who = person_id(request)
        page = FormPage(
            title=_("Credit %(invoice)s wholly") % {"invoice": invoice},
            explain=_("You are the second of two people. This cannot be taken back."),
            facts=_facts(invoice) | {_("Reason"): invoice.reason},
            submit=_("Issue the credit note"),
            change=lambda data: invoice_credit(invoice_id=invoice.pk, person_id=who),
            done=_("The credit note is issued."),
            back=self.url_of("changelist"),
            is_danger=True,
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(
        description=_("Refuse the credit"),
        url_path="credit-refuse",
        permissions=[CHANGE],
        icon="close",
    )
    def credit_refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        invoice: Invoice = self.row_or_404(object_id)
        who = person_id(request)
        page = FormPage(
            title=_("Leave %(invoice)s as it is") % {"invoice": invoice},
            facts=_facts(invoice) | {_("Reason"): invoice.reason},
            submit=_("Refuse the credit"),
            change=lambda data: invoice_credit_refuse(invoice_id=invoice.pk, person_id=who),
            done=_("The invoice stays as it is."),
            back=self.url_of("change", invoice.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)


def _issue(brand: Brand) -> list[Invoice]:
    made = brand_invoice(brand_id=brand.pk)
    if not made:
        raise NothingToInvoice(_("Nothing to invoice: every final fee is invoiced."))
    return made


def _facts(invoice: Invoice) -> dict[Any, Any]:
    return {
        _("brand"): invoice.brand,
        _("Period"): f"{invoice.period_from} – {invoice.period_to}",
        _("Without VAT"): tenge(invoice.net_minor),
        _("VAT"): tenge(invoice.vat_minor),
    }
