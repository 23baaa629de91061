"""Money that goes back: asked for, prepared by one, approved by another, handed to the bank."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from core.admin import (
    ConfirmForm,
    FormPage,
    OpsAdmin,
    link_column,
    person_id,
    posted,
    tenge,
    tenge_column,
)
from core.errors import DomainError
from core.iban import iban_format
from payouts.admin.statement_steps import company_text, tax_id_text
from payouts.admin.stops import stop_notes
from payouts.admin.tables import account_text, badge
from payouts.forms import RefundReasonForm
from payouts.models import Refund
from payouts.services.refunds import (
    refund_approve,
    refund_cancel,
    refund_fail,
    refund_hand_out,
    refund_prepare,
)

State = Refund.State
SEALED = ("payee_name", "payee_tax_id", "iban", "content")


@admin.register(Refund)
class RefundAdmin(OpsAdmin):
    list_display = ["rail_key", "brand", "amount", "account", "state_badge", "created_at"]
    list_filter = ["state"]
    list_select_related = ["brand"]
    search_fields = ["rail_key", "brand__name", "=brand__bin"]
    search_help_text = gettext_lazy("Document number, brand or BIN")
    ordering = ["-id"]
    fields = [
        ("rail_key", "state_badge"),
        ("brand", "arrived"),
        ("payee", "payee_number"),
        ("amount", "account", "is_known_account"),
        "reason",
        ("requested_by_id", "prepared_by_id", "decided_by_id"),
        ("created_at", "paid_on", "finished_at"),
    ]
    actions_detail = ["prepare", "approve", "cancel", "download", "refused"]
    change_form_outer_before_template = "admin/payouts/_notes.html"
    amount = tenge_column("amount_minor", gettext_lazy("amount"))
    arrived = link_column("transfer", gettext_lazy("unmatched transfer"))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        shown = {"alarms": stop_notes()} | (extra_context or {})
        response: HttpResponse = super().change_view(request, object_id, form_url, shown)
        return response

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        refunds: QuerySet[Refund] = super().get_queryset(request)
        return refunds.defer(*SEALED)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, refund: Refund) -> str:
        return badge(refund.state, refund.get_state_display())

    @admin.display(description=gettext_lazy("account"), ordering="iban_last4")
    def account(self, refund: Refund) -> str:
        return account_text(refund.iban_last4)

    @admin.display(description=gettext_lazy("payee"))
    def payee(self, refund: Refund) -> str:
        return company_text(refund.payee_name, refund.payee_tax_id)

    @admin.display(description=gettext_lazy("BIN or IIN"))
    def payee_number(self, refund: Refund) -> str:
        return tax_id_text(refund.payee_tax_id)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what can be done to this refund, by this person."""
        offered = _offered(self.row_or_404(object_id), request.user.pk)
        prefix = f"{self.model._meta.app_label}_{self.model._meta.model_name}_"
        allowed: list[Any] = super().get_actions_detail(request, object_id)
        return [each for each in allowed if each.action_name.removeprefix(prefix) in offered]

    @action(
        description=gettext_lazy("Prepare"),
        url_path="prepare",
        permissions=["payouts.add_refund"],
        icon="fact_check",
    )
    def prepare(self, request: HttpRequest, object_id: str) -> HttpResponse:
        refund: Refund = self.row_or_404(object_id)
        page = FormPage(
            title=_("Prepare refund %(number)s") % {"number": refund},
            explain=_(
                "Compare company, BIN and account. The payment is made out to the company by its"
                " BIN. Another person approves it."
            ),
            facts=_facts(refund),
            submit=_("Prepare"),
            change=lambda data: refund_prepare(refund_id=refund.pk, person_id=person_id(request)),
            done=_("Prepared. Another person approves it."),
            back=self.url_of("change", refund.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(
        description=gettext_lazy("Approve"),
        url_path="approve",
        permissions=["payouts.change_refund"],
        icon="check",
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        refund: Refund = self.row_or_404(object_id)
        page = FormPage(
            title=_("Approve refund %(number)s") % {"number": refund},
            explain=_("The payment file is made. Nothing leaves before it is handed to the bank."),
            facts=_facts(refund),
            submit=_("Approve"),
            change=lambda data: refund_approve(refund_id=refund.pk, person_id=person_id(request)),
            done=_("Approved. The payment file can be downloaded."),
            back=self.url_of("change", refund.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(
        description=gettext_lazy("Cancel"),
        url_path="cancel",
        permissions=["payouts.change_refund"],
        icon="close",
    )
    def cancel(self, request: HttpRequest, object_id: str) -> HttpResponse:
        refund: Refund = self.row_or_404(object_id)
        page = FormPage(
            title=_("Cancel refund %(number)s") % {"number": refund},
            explain=_("The money is where it was before."),
            facts=_facts(refund),
            submit=_("Cancel the refund"),
            change=lambda data: refund_cancel(
                refund_id=refund.pk, person_id=person_id(request), reason=data["reason"]
            ),
            done=_("Cancelled."),
            back=self.url_of("change", refund.pk),
            is_danger=True,
        )
        return self.form_page(request, RefundReasonForm(posted(request)), page)

    @action(
        description=gettext_lazy("Refused by the bank"),
        url_path="refused",
        permissions=["payouts.change_refund"],
        icon="block",
    )
    def refused(self, request: HttpRequest, object_id: str) -> HttpResponse:
        refund: Refund = self.row_or_404(object_id)
        page = FormPage(
            title=_("The bank refused refund %(number)s") % {"number": refund},
            explain=_("Only when the bank took no money. The money is where it was before."),
            facts=_facts(refund),
            submit=_("It was refused"),
            change=lambda data: refund_fail(
                refund_id=refund.pk, person_id=person_id(request), reason=data["reason"]
            ),
            done=_("The refund has failed; the money is where it was."),
            back=self.url_of("change", refund.pk),
            is_danger=True,
        )
        return self.form_page(request, RefundReasonForm(posted(request)), page)

    @action(
        description=gettext_lazy("Download payment file"),
        url_path="download",
        permissions=["payouts.change_refund"],
        icon="download",
    )
    def download(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        refund: Refund = self.row_or_404(object_id)
        if request.method == "POST":
            return self._handed_out(request, refund)
        page = FormPage(
            title=_("Payment file of refund %(number)s") % {"number": refund},
            explain=_(
                "Upload the file in the bank's client program. From the first download on the"
                " refund counts as sent and cannot be cancelled."
            ),
            facts=_facts(refund),
            submit=_("Download"),
            change=lambda data: None,
            done="",
            back=self.url_of("change", refund.pk),
        )
        return self.form_page(request, ConfirmForm(), page)

    def _handed_out(self, request: HttpRequest, refund: Refund) -> HttpResponseBase:
        try:
            name, content = refund_hand_out(refund_id=refund.pk, person_id=person_id(request))
        except DomainError as error:
            messages.error(request, str(error))
            return redirect(self.url_of("change", refund.pk))
        # Not as text: nothing on the way may change a byte of it.
        return FileResponse(
            BytesIO(content),
            as_attachment=True,
            filename=name,
            content_type="application/octet-stream",
        )


def _offered(refund: Refund, person: int | None) -> set[str]:
    """Which buttons a refund has for a person, whatever their rights are."""
    is_another = refund.prepared_by_id != person
    offered: dict[str, set[str]] = {
        State.REQUESTED: {"prepare", "cancel"},
        State.PREPARED: {"approve", "cancel"} if is_another else {"cancel"},
        State.APPROVED: {"download", "cancel"},
        State.SENDING: {"download", "refused"},
        State.PAID: {"download"},
    }
    return offered.get(refund.state, set())


def _facts(refund: Refund) -> dict[Any, Any]:
    is_company = refund.brand_id is not None
    return {
        _("Payee"): company_text(refund.payee_name, refund.payee_tax_id),
        _("BIN or IIN"): tax_id_text(refund.payee_tax_id),
        _("Account"): iban_format(refund.iban) if is_company else account_text(refund.iban_last4),
        _("Paid from it before"): _("yes") if refund.is_known_account else _("no, it is new"),
        _("Amount"): tenge(refund.amount_minor),
        _("State"): refund.get_state_display(),
    }
