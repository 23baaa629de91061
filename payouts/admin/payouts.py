"""One payout: what it consists of, what was withheld, and what the bank's statements say of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from core.admin import FormPage, OpsAdmin, link_column, posted, tenge, tenge_column
from payouts.admin.tables import (
    ROWS_SHOWN_MAX,
    Cell,
    Column,
    Table,
    account_text,
    badge,
    fingerprint,
    name_masked,
    percent,
    sums_text,
)
from payouts.domain.states import payout_may_become
from payouts.forms import RefusedByBankForm
from payouts.models import Payout, StatementRow
from payouts.selectors import SEALED_OF_PAYOUT
from payouts.services.statements import BANK_RETURNED, payout_fail
from payouts.words import PAYOUT_STATES, TAX_KINDS, TAX_STATUSES, row_note


class StateFilter(admin.SimpleListFilter):
    """By state, in the words of the badges. The address is the one of a plain filter."""

    title = gettext_lazy("state")
    parameter_name = "state__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(PAYOUT_STATES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Payout]) -> QuerySet[Payout]:
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(Payout)
class PayoutAdmin(OpsAdmin):
    list_display = [
        "rail_key",
        "influencer",
        "state_badge",
        "gross",
        "withheld",
        "net",
        "account",
        "paid_on",
        "batch",
    ]
    list_filter = [StateFilter]
    list_select_related = ["influencer", "batch"]
    search_fields = ["rail_key", "influencer__name"]
    search_help_text = gettext_lazy("Document number or influencer")
    ordering = ["-id"]
    fields = [
        ("rail_key", "state_badge"),
        ("influencer", "payee", "iin"),
        "tax_status_text",
        ("gross", "withheld"),
        ("netted", "net"),
        ("account", "bank_bic"),
        ("batch_link", "paid_on"),
        ("created_at", "finished_at"),
        "why_failed",
        "rules",
    ]
    actions_detail = ["refused"]
    change_form_outer_after_template = "admin/payouts/_tables.html"
    batch_link = link_column("batch", gettext_lazy("payout batch"))
    gross = tenge_column("gross_minor", gettext_lazy("gross"))
    withheld = tenge_column("tax_minor", gettext_lazy("withheld"))
    netted = tenge_column("netted_minor", gettext_lazy("kept for debts"))
    net = tenge_column("net_minor", gettext_lazy("net"))

    class Media:
        css = {"all": ["ops/tables.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payout]:
        payouts: QuerySet[Payout] = super().get_queryset(request)
        return payouts.defer(*SEALED_OF_PAYOUT)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, payout: Payout) -> str:
        return badge(payout.state, PAYOUT_STATES[payout.state])

    @admin.display(description=gettext_lazy("payee"))
    def payee(self, payout: Payout) -> str:
        return name_masked(payout.payee_name)

    @admin.display(description=gettext_lazy("IIN"))
    def iin(self, payout: Payout) -> str:
        return account_text(payout.payee_iin[-4:])

    @admin.display(description=gettext_lazy("tax status"))
    def tax_status_text(self, payout: Payout) -> str:
        return str(TAX_STATUSES.get(payout.tax_status, payout.tax_status))

    @admin.display(description=gettext_lazy("account"), ordering="iban_last4")
    def account(self, payout: Payout) -> str:
        return account_text(payout.iban_last4)

    @admin.display(description=gettext_lazy("why it failed"))
    def why_failed(self, payout: Payout) -> str:
        return _("The bank sent it back.") if payout.failure == BANK_RETURNED else payout.failure

    @admin.display(description=gettext_lazy("fingerprint of the rules"))
    def rules(self, payout: Payout) -> str:
        return fingerprint(payout.rules_hash)

    # --- One payout -----------------------------------------------------------------------

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        payout: Payout = self.row_or_404(object_id)
        shown = {"tables": [_taxes_table(payout), _lines_table(payout), _rows_table(payout)]}
        response: HttpResponse = super().change_view(
            request, object_id, form_url, shown | (extra_context or {})
        )
        return response

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Nothing can be refused that is not at the bank."""
        payout: Payout = self.row_or_404(object_id)
        if not payout_may_become(payout.state, Payout.State.FAILED):
            return []
        allowed: list[Any] = super().get_actions_detail(request, object_id)
        return allowed

    @action(
        description=gettext_lazy("Bank refused it"),
        url_path="refused",
        permissions=["payouts.change_payout"],
        icon="block",
    )
    def refused(self, request: HttpRequest, object_id: str) -> HttpResponse:
        payout: Payout = self.row_or_404(object_id)
        page = FormPage(
            title=_("The bank refused payout %(number)s") % {"number": payout},
            explain=_(
                "Only when the bank says that no money left. The payout is undone, its money is"
                " payable again, and the payee gets a message. If money has left, the next batch"
                " would pay it twice."
            ),
            facts={
                _("State"): PAYOUT_STATES[payout.state],
                **sums_text(
                    payout.gross_minor, payout.tax_minor, payout.net_minor, payout.netted_minor
                ),
                _("Bank account"): account_text(payout.iban_last4),
            },
            submit=_("No money left: undo the payout"),
            change=lambda data: payout_fail(payout_id=payout.pk, reason=data["reason"]),
            done=_("The payout is undone. Its money is payable again."),
            back=self.url_of("change", payout.pk),
            is_danger=True,
        )
        return self.form_page(request, RefusedByBankForm(posted(request)), page)


# --- Tables ---------------------------------------------------------------------------------


def _taxes_table(payout: Payout) -> Table:
    return Table(
        title=_("Withheld"),
        columns=[
            Column(_("Tax")),
            Column(_("Base"), is_number=True),
            Column(_("Rate"), is_number=True),
            Column(_("Sum"), is_number=True),
        ],
        rows=[
            [
                str(TAX_KINDS.get(line.kind, line.kind)),
                tenge(line.base_minor),
                percent(line.rate_bps),
                tenge(line.amount_minor),
            ]
            for line in payout.tax_lines.order_by("pk")
        ],
        total=[_("Total"), "", "", tenge(payout.tax_minor)],
        empty=_("Nothing: the payee pays their own taxes."),
    )


def _lines_table(payout: Payout) -> Table:
    lines = payout.lines.select_related("brand", "conversion", "period_reward", "task").order_by(
        "pk"
    )
    shown = list(lines[:ROWS_SHOWN_MAX])
    return Table(
        title=_("Rewards that it pays"),
        columns=[Column(_("Brand")), Column(_("Order")), Column(_("Sum"), is_number=True)],
        rows=[[line.brand.name, line.about, tenge(line.amount_minor)] for line in shown],
        total=[_("Total"), "", tenge(payout.gross_minor)],
        empty=_("No rewards."),
        left_out=lines.count() - len(shown),
    )


def _rows_table(payout: Payout) -> Table:
    rows = payout.statement_rows.select_related("statement").defer("statement__content")
    return Table(
        title=_("Rows of bank statements"),
        columns=[
            Column(_("Statement")),
            Column(_("Date")),
            Column(_("Sum"), is_number=True),
            Column(_("Outcome")),
        ],
        rows=[
            [_statement_cell(row), date_format(row.booked_on), signed(row), outcome_cell(row)]
            for row in rows.order_by("pk")[:ROWS_SHOWN_MAX]
        ],
        empty=_("No statement names it yet."),
    )


def _statement_cell(row: StatementRow) -> Cell:
    url = reverse("admin:payouts_bankstatement_change", args=[row.statement_id])
    return Cell(row.statement.name, note=_("row %(number)s") % {"number": row.number}, url=url)


def signed(row: StatementRow) -> str:
    """As the bank prints it: what went out has a minus."""
    return tenge(-row.amount_minor if row.is_outgoing else row.amount_minor)


def outcome_cell(row: StatementRow) -> Cell:
    word = badge(row.outcome, row.get_outcome_display())
    return Cell(word, note=row_note(row.outcome, row.note))
