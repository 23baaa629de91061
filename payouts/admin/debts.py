"""What influencers owe back for goods that came back late, and the write-offs of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from core.admin import ConfirmForm, FormPage, OpsAdmin, person_id, posted, tenge, tenge_column
from payouts.admin.tables import badge
from payouts.models import Debt, DebtWriteOff
from payouts.selectors import debts_with_sums, person_name
from payouts.services.write_offs import REASON_CHARS_MAX, write_off_ask, write_off_decide


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=REASON_CHARS_MAX, widget=forms.Textarea
    )


@admin.register(Debt)
class DebtAdmin(OpsAdmin):
    """The oldest first: what no payout recovers needs a person."""

    list_display = ["influencer", "owed", "since", "order_number", "campaign", "paid", "recovered"]
    list_select_related = ["influencer", "campaign"]
    search_fields = ["influencer__name", "order_number"]
    search_help_text = gettext_lazy("Influencer or order")
    fields = [
        ("influencer", "campaign", "order_number"),
        ("owed", "since"),
        ("worth", "paid", "recovered", "forgiven"),
    ]
    actions_detail = ["write_off"]
    worth = tenge_column("commission_minor", gettext_lazy("worth now"))
    paid = tenge_column("paid_minor", gettext_lazy("paid"))
    recovered = tenge_column("recovered_minor", gettext_lazy("kept from payouts"))
    forgiven = tenge_column("forgiven_minor", gettext_lazy("written off"))

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = debts_with_sums().order_by(*self.get_ordering(request))
        match = request.resolver_match
        is_list = match is None or "object_id" not in match.kwargs
        shown: QuerySet[Debt] = rows.filter(owed_minor__gt=0) if is_list else rows
        return shown

    def get_ordering(self, request: HttpRequest) -> list[str]:
        return ["owed_since", "pk"]

    @admin.display(description=gettext_lazy("owes back"), ordering="owed_minor")
    def owed(self, debt: Any) -> str:
        return tenge(debt.owed_minor)

    @admin.display(description=gettext_lazy("since"), ordering="owed_since")
    def since(self, debt: Any) -> Any:
        return debt.owed_since

    @action(
        description=gettext_lazy("Ask for a write-off"),
        url_path="write-off",
        permissions=["payouts.add_debtwriteoff"],
        icon="money_off",
    )
    def write_off(self, request: HttpRequest, object_id: str) -> HttpResponse:
        debt: Debt = self.row_or_404(object_id)
        page = FormPage(
            title=_("Ask for a write-off of %(sum)s") % {"sum": tenge(debt.debt_minor)},
            explain=_(
                "The influencer would owe it no more and the brand would not get it back. Another"
                " person decides."
            ),
            facts={
                _("Influencer"): debt.influencer,
                _("Order"): debt.order_number,
                _("Owes back"): tenge(debt.debt_minor),
            },
            submit=_("Ask"),
            change=lambda data: write_off_ask(
                conversion_id=debt.pk, reason=data["reason"], maker_id=person_id(request)
            ),
            done=_("Asked. Another person decides."),
            back=self.url_of("changelist"),
        )
        return self.form_page(request, ReasonForm(posted(request)), page)


@admin.register(DebtWriteOff)
class DebtWriteOffAdmin(OpsAdmin):
    list_display = ["order_of", "influencer", "brand", "amount", "state_badge", "maker", "checker"]
    list_filter = ["state"]
    list_select_related = ["influencer", "brand", "conversion"]
    search_fields = ["influencer__name", "conversion__order_number"]
    search_help_text = gettext_lazy("Influencer or order")
    ordering = ["-id"]
    fields = [
        ("order_of", "influencer", "brand"),
        ("amount", "state_badge"),
        "reason",
        ("maker", "created_at"),
        ("checker", "decided_at"),
    ]
    actions_detail = ["agree", "refuse"]
    amount = tenge_column("amount_minor", gettext_lazy("sum"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[DebtWriteOff]:
        rows: QuerySet[DebtWriteOff] = super().get_queryset(request)
        return rows.annotate(
            maker_name=person_name("created_by_id"), checker_name=person_name("decided_by_id")
        )

    @admin.display(description=gettext_lazy("order"))
    def order_of(self, asked: DebtWriteOff) -> str:
        return asked.conversion.order_number

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, asked: DebtWriteOff) -> str:
        return badge(asked.state, asked.get_state_display())

    @admin.display(description=gettext_lazy("asked by"))
    def maker(self, asked: Any) -> str:
        return asked.maker_name or ""

    @admin.display(description=gettext_lazy("decided by"))
    def checker(self, asked: Any) -> str:
        return asked.checker_name or ""

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Nothing is decided twice, nor by who asked."""
        asked: DebtWriteOff = self.row_or_404(object_id)
        is_open = asked.state == DebtWriteOff.State.ASKED
        if not is_open or asked.created_by_id == person_id(request):
            return []
        allowed: list[Any] = super().get_actions_detail(request, object_id)
        return allowed

    @action(
        description=gettext_lazy("Write off"),
        url_path="agree",
        permissions=["payouts.change_debtwriteoff"],
        icon="check_circle",
    )
    def agree(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, is_agreed=True)

    @action(
        description=gettext_lazy("Refuse"),
        url_path="refuse",
        permissions=["payouts.change_debtwriteoff"],
        icon="block",
    )
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._decide(request, object_id, is_agreed=False)

    def _decide(self, request: HttpRequest, object_id: str, *, is_agreed: bool) -> HttpResponse:
        asked: DebtWriteOff = self.row_or_404(object_id)
        page = FormPage(
            title=_("Write off %(sum)s") % {"sum": tenge(asked.amount_minor)}
            if is_agreed
            else _("Refuse the write-off of %(sum)s") % {"sum": tenge(asked.amount_minor)},
            explain=_("You are the second of two people.")
            if is_agreed
            else _("The debt stays: later payouts go on paying it."),
            facts={
                _("Influencer"): asked.influencer,
                _("Brand"): asked.brand,
                _("Order"): asked.conversion.order_number,
                _("Reason"): asked.reason,
            },
            submit=_("Write off") if is_agreed else _("Refuse"),
            change=lambda data: write_off_decide(
                write_off_id=asked.pk, checker_id=person_id(request), is_agreed=is_agreed
            ),
            done=_("Written off.") if is_agreed else _("Refused."),
            back=self.url_of("change", asked.pk),
            is_danger=is_agreed,
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)
