"""The queue of money that arrived and that nobody is sure about."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from brands.models import UnclaimedTransfer
from core import clock
from core.admin import ConfirmForm, FormPage, OpsAdmin, person_id, posted, tenge, tenge_column
from payouts.admin.statement_steps import company_text, tax_id_text, transfer_facts
from payouts.admin.tables import account_text, badge
from payouts.forms import SendBackForm, TransferForm
from payouts.services.refunds import transfer_send_back
from payouts.services.unclaimed import transfer_confirm, transfer_propose, transfer_refuse
from payouts.words import GROUNDS, numbers_masked

State = UnclaimedTransfer.State
SEALED = ("payer_name", "payer_tax_id", "payer_iban", "purpose")
MINE = "brands.change_unclaimedtransfer"


@admin.register(UnclaimedTransfer)
class UnclaimedTransferAdmin(OpsAdmin):
    """The oldest first: somebody waits for this money."""

    list_display = ["received_on", "age", "amount", "what", "suggested", "state_badge", "brand"]
    list_filter = ["state"]
    list_select_related = ["suggested", "brand"]
    search_fields = ["=bank_reference"]
    search_help_text = gettext_lazy("Number in the statement")
    ordering = ["received_on", "id"]
    fields = [
        ("bank_reference", "received_on", "amount"),
        ("payer", "payer_number", "payer_account"),
        "said",
        ("what", "suggested"),
        ("state_badge", "brand"),
        "reason",
        ("proposed_by_id", "decided_by_id", "decided_at"),
    ]
    actions_detail = ["propose", "confirm", "refuse", "send_back"]
    amount = tenge_column("amount_minor", gettext_lazy("amount"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[UnclaimedTransfer]:
        transfers: QuerySet[UnclaimedTransfer] = super().get_queryset(request)
        return transfers.defer(*SEALED)

    @admin.display(description=gettext_lazy("waits, days"), ordering="received_on")
    def age(self, transfer: UnclaimedTransfer) -> int:
        until = clock.day_of(transfer.decided_at) if transfer.decided_at else clock.today()
        return (until - transfer.received_on).days

    @admin.display(description=gettext_lazy("what we know"), ordering="ground")
    def what(self, transfer: UnclaimedTransfer) -> str:
        return str(GROUNDS[transfer.ground])

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, transfer: UnclaimedTransfer) -> str:
        return badge(transfer.state, transfer.get_state_display())

    @admin.display(description=gettext_lazy("payer"))
    def payer(self, transfer: UnclaimedTransfer) -> str:
        return company_text(transfer.payer_name, transfer.payer_tax_id)

    @admin.display(description=gettext_lazy("BIN or IIN"))
    def payer_number(self, transfer: UnclaimedTransfer) -> str:
        return tax_id_text(transfer.payer_tax_id)

    @admin.display(description=gettext_lazy("account"))
    def payer_account(self, transfer: UnclaimedTransfer) -> str:
        return account_text(transfer.payer_iban[-4:])

    @admin.display(description=gettext_lazy("purpose"))
    def said(self, transfer: UnclaimedTransfer) -> str:
        return numbers_masked(transfer.purpose)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what can be done to this transfer, by this person."""
        offered = _offered(self.row_or_404(object_id), request.user.pk)
        prefix = f"{self.model._meta.app_label}_{self.model._meta.model_name}_"
        allowed: list[Any] = super().get_actions_detail(request, object_id)
        return [each for each in allowed if each.action_name.removeprefix(prefix) in offered]

    @action(
        description=gettext_lazy("Say whose it is"),
        url_path="propose",
        permissions=[MINE],
        icon="person_search",
    )
    def propose(self, request: HttpRequest, object_id: str) -> HttpResponse:
        transfer: UnclaimedTransfer = self.row_or_404(object_id)
        form = TransferForm(posted(request), initial={"brand": transfer.suggested_id})

        def change(data: Any) -> None:
            transfer_propose(
                transfer_id=transfer.pk,
                brand_id=data["brand"].pk,
                reason=data["reason"],
                person_id=person_id(request),
            )

        page = FormPage(
            title=_("Whose is this transfer?"),
            explain=_("Another person confirms; until then the money waits."),
            facts=_facts(transfer),
            submit=_("Propose"),
            change=change,
            done=_("Proposed. Another person confirms it."),
            back=self.url_of("change", transfer.pk),
        )
        return self.form_page(request, form, page)

    @action(
        description=gettext_lazy("Confirm"), url_path="confirm", permissions=[MINE], icon="check"
    )
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        transfer: UnclaimedTransfer = self.row_or_404(object_id)
        page = FormPage(
            title=_("Give the money to %(brand)s?") % {"brand": transfer.brand or "–"},
            explain=_("It becomes the brand's free balance and cannot be taken back here."),
            facts=_facts(transfer)
            | {_("Brand"): transfer.brand, _("BIN of the brand"): _bin(transfer)}
            | {_("Why"): transfer.reason},
            submit=_("Confirm"),
            change=lambda data: transfer_confirm(
                transfer_id=transfer.pk, person_id=person_id(request)
            ),
            done=_("The brand has the money."),
            back=self.url_of("change", transfer.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(description=gettext_lazy("Not so"), url_path="refuse", permissions=[MINE], icon="close")
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        transfer: UnclaimedTransfer = self.row_or_404(object_id)
        page = FormPage(
            title=_("Not this brand's?"),
            explain=_("The proposal is dropped and the transfer waits again."),
            facts=_facts(transfer) | {_("Brand"): transfer.brand, _("Why"): transfer.reason},
            submit=_("Drop the proposal"),
            change=lambda data: transfer_refuse(
                transfer_id=transfer.pk, person_id=person_id(request)
            ),
            done=_("The transfer waits again."),
            back=self.url_of("change", transfer.pk),
            is_danger=True,
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(
        description=gettext_lazy("Send it back"),
        url_path="send-back",
        permissions=[MINE],
        icon="undo",
    )
    def send_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        transfer: UnclaimedTransfer = self.row_or_404(object_id)
        page = FormPage(
            title=_("Send the transfer back to its sender?"),
            explain=_("A refund is prepared; another person approves it among the refunds."),
            facts=_facts(transfer),
            submit=_("Send it back"),
            change=lambda data: transfer_send_back(
                transfer_id=transfer.pk, reason=data["reason"], person_id=person_id(request)
            ),
            done=_("Prepared. Another person approves it."),
            back=self.url_of("change", transfer.pk),
            is_danger=True,
            names={"iban": "reason"},
        )
        return self.form_page(request, SendBackForm(posted(request)), page)


def _offered(transfer: UnclaimedTransfer, person: int | None) -> tuple[str, ...]:
    if transfer.state == State.WAITING:
        return ("propose", "send_back")
    if transfer.state == State.PROPOSED:
        return ("refuse",) if transfer.proposed_by_id == person else ("confirm", "refuse")
    return ()


def _facts(transfer: UnclaimedTransfer) -> dict[Any, Any]:
    return {
        _("Received on"): date_format(transfer.received_on),
        _("Amount"): tenge(transfer.amount_minor),
        **transfer_facts(
            transfer.payer_name, transfer.payer_tax_id, transfer.payer_iban, transfer.purpose
        ),
        _("What we know"): GROUNDS[transfer.ground],
    }


def _bin(transfer: UnclaimedTransfer) -> str:
    return transfer.brand.bin if transfer.brand else ""
