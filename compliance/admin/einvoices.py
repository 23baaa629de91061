"""The queue of e-invoices: hand out, take back signed, have the signature confirmed, say it was
sent, mirror the answer."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from unfold.decorators import action

from compliance.admin.einvoice_forms import (
    EXPLAIN_NODE,
    EXPLAIN_PEOPLE,
    AnswerForm,
    SignedForm,
)
from compliance.domain import esf
from compliance.models import EInvoice
from compliance.services.einvoice_signatures import (
    einvoice_confirm,
    einvoice_return,
    einvoices_sign,
    is_signer_set_up,
)
from compliance.services.einvoices import (
    einvoice_answer,
    einvoice_export,
    einvoice_sent,
    einvoice_sign,
)
from core import clock
from core.accounts.models import User
from core.admin import ConfirmForm, FormPage, OpsAdmin, person_id, posted, staff_column, tenge
from core.errors import DomainError

CHANGE = "compliance.change_einvoice"
VIEW = "compliance.view_einvoice"
# Which buttons a row in a state has.
BUTTONS = {
    "export": esf.EXPORTABLE,
    "sign": esf.SIGNABLE,
    "sign_by_node": esf.UNSIGNED,
    "confirm": esf.CONFIRMABLE,
    "put_back": esf.RETURNABLE,
    "sent": esf.SENDABLE,
    "answer": esf.ANSWERABLE,
}


@admin.register(EInvoice)
class EInvoiceAdmin(OpsAdmin):
    list_display = [
        "number",
        "brand",
        "total",
        "state",
        "signature",
        "age",
        "due",
        "registration_number",
    ]
    list_filter = ["state", "due_on"]
    list_select_related = ["invoice", "brand"]
    search_fields = ["brand__name", "=brand__bin", "=registration_number", "=invoice__sequence"]
    search_help_text = _("Brand, BIN, registration number, or the number's last part")
    ordering = ["due_on", "id"]
    fields = [
        ("invoice", "brand"),
        ("state", "since", "due_on"),
        ("trouble", "trouble_detail"),
        ("exported_by", "signed_by"),
        ("form", "signer"),
        ("vouched", "confirmed_by"),
        ("word", "registration_number"),
        "note",
        "created_at",
    ]
    staff = ["exported_by_id", "signed_by_id", "confirmed_by_id"]
    exported_by = staff_column("exported_by_id", _("handed out by"))
    signed_by = staff_column("signed_by_id", _("brought by"))
    confirmed_by = staff_column("confirmed_by_id", _("confirmed by"))
    actions_list = ["sign_all"]
    actions_detail = [*BUTTONS, "signed_file"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is wrong is told only while something is."""
        told = super().get_fields(request, obj)
        return [each for each in told if each[0] != "trouble" or (obj and obj.trouble)]

    def get_actions_list(self, request: HttpRequest) -> list[Any]:
        allowed: list[Any] = super().get_actions_list(request)
        return allowed if is_signer_set_up() else []

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what can be done to it now, by this person."""
        offered = _offered(self.row_or_404(object_id), request.user.pk)
        prefix = f"{self.model._meta.app_label}_{self.model._meta.model_name}_"
        allowed: list[Any] = super().get_actions_detail(request, object_id)
        return [each for each in allowed if each.action_name.removeprefix(prefix) in offered]

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

    @admin.display(description=_("signature"))
    def signature(self, row: EInvoice) -> str | None:
        """A word: the row's page says why."""
        if row.state in esf.RETURNABLE:
            return str(_("waits"))
        return str(_("refused")) if row.trouble else None

    @admin.display(description=_("checked by"))
    def vouched(self, row: EInvoice) -> str | None:
        if row.state == EInvoice.State.CHECKING:
            return str(_("nobody yet: only the content and the named certificate were compared"))
        return row.get_checked_by_display() or None

    @action(
        description=_("Sign all with NCANode"),
        url_path="sign-all",
        permissions=[CHANGE],
        icon="approval",
    )
    def sign_all(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        assert isinstance(person, User)
        count = EInvoice.objects.filter(state__in=esf.UNSIGNED).count()
        page = FormPage(
            title=_("Sign all e-invoices with NCANode"),
            explain=_(
                "Every e-invoice that nobody has signed yet is signed with the company's key and"
                " checked. Then send the signed ones. While NCANode is down they wait."
            ),
            facts={_("not signed yet"): count},
            submit=_("Sign"),
            change=lambda data: einvoices_sign(person_id=person.pk, person_name=person.name),
            done=ngettext_lazy(
                "%(count)s e-invoice is being signed.",
                "%(count)s e-invoices are being signed.",
                count,
            )
            % {"count": count},
            back=self.url_of("changelist"),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

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
                " and bring it back here, or the signature beside it."
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
        who = person_id(request)
        has_node = bool(settings.NCANODE_URL)
        form = SignedForm(posted(request), request.FILES or None)
        page = FormPage(
            title=_("The signed e-invoice %(number)s") % {"number": row.invoice.number},
            explain=EXPLAIN_NODE if has_node else EXPLAIN_PEOPLE,
            submit=_("Take it"),
            change=lambda data: einvoice_sign(
                einvoice_id=row.pk, raw=data["file"].read(), person_id=who
            ),
            done=_("The file is here. NCANode checks its signature: look again in a minute.")
            if has_node
            else _("The file is here. Another person has to confirm its signature."),
            back=self.url_of("change", row.pk),
        )
        return self.form_page(request, form, page)

    @action(
        description=_("Sign with NCANode"),
        url_path="sign-by-node",
        permissions=[CHANGE],
        icon="approval",
    )
    def sign_by_node(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row: EInvoice = self.row_or_404(object_id)
        person = request.user
        assert isinstance(person, User)
        page = FormPage(
            title=_("Sign %(number)s with NCANode") % {"number": row.invoice.number},
            explain=_("With the company's key on the server. Then it is checked, and can be sent."),
            facts={_("brand"): row.brand, _("with VAT"): tenge(row.invoice.total_minor)},
            submit=_("Sign"),
            change=lambda data: einvoices_sign(
                person_id=person.pk, person_name=person.name, ids=[row.pk]
            ),
            done=_("It is being signed: look again in a minute."),
            back=self.url_of("change", row.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(
        description=_("Confirm the signature"),
        url_path="confirm",
        permissions=[CHANGE],
        icon="how_to_reg",
    )
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row: EInvoice = self.row_or_404(object_id)
        who = person_id(request)
        page = FormPage(
            title=_("Confirm the signature of %(number)s") % {"number": row.invoice.number},
            explain=_(
                "NCANode has not vouched for this signature. We have compared the content and the"
                " company in the certificate, and no more: a GOST signature we cannot compute."
                " Open the signed file in a program that checks signatures and certificates, and"
                " confirm only if it says that both hold."
            ),
            facts={
                _("signed by"): row.signer,
                _("brought by"): _name(row.signed_by_id),
                _("what is wrong"): row.get_trouble_display(),
            },
            submit=_("The signature holds"),
            change=lambda data: einvoice_confirm(einvoice_id=row.pk, person_id=who),
            done=_("Confirmed. Send it, then say so."),
            back=self.url_of("change", row.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(
        description=_("Drop the signature"),
        url_path="put-back",
        permissions=[CHANGE],
        icon="undo",
    )
    def put_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row: EInvoice = self.row_or_404(object_id)
        who = person_id(request)
        page = FormPage(
            title=_("Sign %(number)s anew") % {"number": row.invoice.number},
            explain=_(
                "What is here is dropped and NCANode is not asked any more. The same file waits to"
                " be signed."
            ),
            facts={_("signed by"): row.signer, _("what is wrong"): row.get_trouble_display()},
            submit=_("Drop it"),
            is_danger=True,
            change=lambda data: einvoice_return(einvoice_id=row.pk, person_id=who),
            done=_("It waits to be signed."),
            back=self.url_of("change", row.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(
        description=_("The signed file"),
        url_path="signed-file",
        permissions=[VIEW],
        icon="draft",
    )
    def signed_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """As it was brought: a signature beside the file is told by its own ending."""
        row: EInvoice = self.row_or_404(object_id)
        if not row.signed_document:
            messages.warning(request, _("Nobody has signed it yet."))
            return redirect(self.url_of("change", row.pk))
        is_beside = row.form == EInvoice.Form.CMS
        raw = row.signed_document
        return HttpResponse(
            base64.b64decode(raw) if is_beside else raw,
            content_type="application/pkcs7-signature" if is_beside else "application/xml",
            headers={
                "Content-Disposition": f'attachment; filename="{row.invoice.number}.'
                f'{"cms" if is_beside else "xml"}"'
            },
        )

    @action(description=_("It was sent"), url_path="sent", permissions=[CHANGE], icon="send")
    def sent(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row: EInvoice = self.row_or_404(object_id)
        who = person_id(request)
        page = FormPage(
            title=_("The e-invoice %(number)s was sent") % {"number": row.invoice.number},
            explain=_("You have put the signed file into the state's system."),
            facts={_("signed by"): row.signer, _("checked by"): row.get_checked_by_display()},
            submit=_("It was sent"),
            change=lambda data: einvoice_sent(einvoice_id=row.pk, person_id=who),
            done=_("Noted. Enter what the state's system answers."),
            back=self.url_of("change", row.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(description=_("Enter the answer"), url_path="answer", permissions=[CHANGE], icon="rule")
    def answer(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row: EInvoice = self.row_or_404(object_id)
        who = person_id(request)
        page = FormPage(
            title=_("What the state's system says of %(number)s") % {"number": row.invoice.number},
            explain=_("Its own word, as its page shows it. A declined one is handed out again."),
            submit=_("Enter"),
            change=lambda data: einvoice_answer(einvoice_id=row.pk, person_id=who, **data),
            done=_("The answer is entered."),
            back=self.url_of("change", row.pk),
        )
        return self.form_page(request, AnswerForm(posted(request)), page)


def _offered(row: EInvoice, person_id: int | None) -> set[str]:
    offered = {name for name, states in BUTTONS.items() if row.state in states}
    if not is_signer_set_up():
        offered.discard("sign_by_node")
    if row.form == EInvoice.Form.CMS or row.signed_by_id == person_id:
        offered.discard("confirm")
    if row.signed_document:
        offered.add("signed_file")
    return offered


def _name(person_id: int | None) -> str:
    found = User.objects.filter(pk=person_id).first() if person_id else None
    return found.name if found else ""
