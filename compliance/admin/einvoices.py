"""The queue of e-invoices: hand out, take back signed, say it was sent, mirror the answer."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from compliance.domain.esf import WORDS
from compliance.models import EInvoice
from compliance.services.einvoices import (
    einvoice_answer,
    einvoice_export,
    einvoice_sent,
    einvoice_sign,
)
from core import clock
from core.accounts.models import User
from core.admin import ConfirmForm, FormPage, OpsAdmin, posted, staff_column, tenge
from core.errors import DomainError

CHANGE = "compliance.change_einvoice"


class SignedForm(forms.Form):
    file = forms.FileField(
        label=_("Signed file"),
        help_text=_("XML, as the signing program saved it"),
        error_messages={"required": _("Choose a file.")},
    )


class AnswerForm(forms.Form):
    word = forms.ChoiceField(
        label=_("status at the state's system"), choices=[(word, word) for word in WORDS]
    )
    registration_number = forms.CharField(
        label=_("registration number"), max_length=60, required=False
    )
    note = forms.CharField(label=_("what the state's system said"), max_length=300, required=False)


@admin.register(EInvoice)
class EInvoiceAdmin(OpsAdmin):
    list_display = ["number", "brand", "total", "state", "age", "due", "registration_number"]
    list_filter = ["state", "due_on"]
    list_select_related = ["invoice", "brand"]
    search_fields = ["brand__name", "=brand__bin", "=registration_number", "=invoice__sequence"]
    search_help_text = _("Brand, BIN, registration number, or the number's last part")
    ordering = ["due_on", "id"]
    fields = [
        ("invoice", "brand"),
        ("state", "since", "due_on"),
        ("exported_by", "signer"),
        ("word", "registration_number"),
        "note",
        "created_at",
    ]
    staff = ["exported_by_id"]
    exported_by = staff_column("exported_by_id", _("handed out by"))
    actions_detail = ["export", "sign", "sent", "answer"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[EInvoice]:
        rows: QuerySet[EInvoice] = super().get_queryset(request)
        return rows.select_related("invoice", "brand").defer("document", "signed_document")

    @admin.display(description=_("number"), ordering="-id")
    def number(self, row: EInvoice) -> str:
        return row.invoice.number

    @admin.display(description=_("with VAT"))
    def total(self, row: EInvoice) -> str:
        return tenge(row.invoice.total_minor)

    @admin.display(description=_("days in this state"), ordering="since")
    def age(self, row: EInvoice) -> int:
        return (clock.now() - row.since) // timedelta(days=1)

    @admin.display(description=_("to be sent by"), ordering="due_on")
    def due(self, row: EInvoice) -> str:
        is_open = row.state not in (EInvoice.State.SENT, EInvoice.State.ACCEPTED)
        late = _("late") if is_open and row.due_on < clock.today() else ""
        return f"{row.due_on:%d.%m.%Y} {late}".strip()

    @action(
        description=_("Hand out to be signed"),
        url_path="export",
        permissions=[CHANGE],
        icon="download",
    )
    def export(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The file comes back as the answer, so it is no form page: a GET says what will happen."""
        row: EInvoice = self.row_or_404(object_id)
        person = request.user
        assert isinstance(person, User)
        form = ConfirmForm(posted(request))
        page = FormPage(
            title=_("Hand out the e-invoice %(number)s") % {"number": row.invoice.number},
            explain=_(
                "Sign the file outside (NCALayer, with the company's key), change nothing in it,"
                " and bring it back here."
            ),
            facts={_("brand"): row.brand, _("to be sent by"): row.due_on},
            submit=_("Download the file"),
            change=lambda data: None,
            done="",
            back=self.url_of("change", row.pk),
        )
        if request.method != "POST":
            return self.form_page(request, form, page)
        try:
            name, document = einvoice_export(
                einvoice_id=row.pk, person_id=person.pk, person_name=person.name
            )
        except DomainError as error:
            form.is_valid()
            form.add_error(None, str(error))
            return self.form_page(request, form, page)
        return HttpResponse(
            document,
            content_type="application/xml; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @action(
        description=_("Take the signed file"),
        url_path="sign",
        permissions=[CHANGE],
        icon="upload",
    )
    def sign(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row: EInvoice = self.row_or_404(object_id)
        person_id = _person(request)
        form = SignedForm(posted(request), request.FILES or None)
        page = FormPage(
            title=_("The signed e-invoice %(number)s") % {"number": row.invoice.number},
            explain=_(
                "We compare it with what was handed out, and the company in the certificate with"
                " Birge's. Whether the signature itself is good says the state's system."
            ),
            submit=_("Take it"),
            change=lambda data: einvoice_sign(
                einvoice_id=row.pk, raw=data["file"].read(), person_id=person_id
            ),
            done=_("The signed file is here. Send it, then say so."),
            back=self.url_of("change", row.pk),
        )
        return self.form_page(request, form, page)

    @action(description=_("It was sent"), url_path="sent", permissions=[CHANGE], icon="send")
    def sent(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row: EInvoice = self.row_or_404(object_id)
        person_id = _person(request)
        page = FormPage(
            title=_("The e-invoice %(number)s was sent") % {"number": row.invoice.number},
            explain=_("You have put the signed file into the state's system."),
            facts={_("signed by"): row.signer},
            submit=_("It was sent"),
            change=lambda data: einvoice_sent(einvoice_id=row.pk, person_id=person_id),
            done=_("Noted. Enter what the state's system answers."),
            back=self.url_of("change", row.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(description=_("Enter the answer"), url_path="answer", permissions=[CHANGE], icon="rule")
    def answer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row: EInvoice = self.row_or_404(object_id)
        person_id = _person(request)
        page = FormPage(
            title=_("What the state's system says of %(number)s") % {"number": row.invoice.number},
            explain=_("Its own word, as its page shows it. A declined one is handed out again."),
            submit=_("Enter"),
            change=lambda data: einvoice_answer(einvoice_id=row.pk, person_id=person_id, **data),
            done=_("The answer is entered."),
            back=self.url_of("change", row.pk),
        )
        return self.form_page(request, AnswerForm(posted(request)), page)


def _person(request: HttpRequest) -> int:
    person_id = request.user.pk
    assert person_id is not None
    return person_id
