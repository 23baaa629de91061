"""Taxes, VAT and the bank's fees paid: one person says what a row was, another books it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from core.admin import ConfirmForm, FormPage, OpsAdmin, person_id, posted, tenge, tenge_column
from ledger.selectors import balances
from payouts.admin.payouts import signed
from payouts.admin.statement_steps import company_text, tax_id_text
from payouts.admin.tables import badge
from payouts.forms import OutlayForm
from payouts.models import Outlay, StatementRow
from payouts.selectors import person_name, row_left_minor
from payouts.services.outlays import outlay_ask, outlay_book, outlay_refuse, owed_account
from payouts.words import numbers_masked

ADD, CHANGE = "payouts.add_outlay", "payouts.change_outlay"


@admin.register(Outlay)
class OutlayAdmin(OpsAdmin):
    list_display = ["booked_on", "kind", "amount", "state_badge", "maker", "checker"]
    list_filter = ["state", "kind"]
    list_select_related = ["row__statement"]
    ordering = ["-id"]
    fields = [
        ("kind", "amount"),
        ("row_of", "booked_on"),
        ("reason", "state_badge"),
        ("maker", "created_at"),
        ("checker", "decided_at"),
    ]
    actions_detail = ["book", "refuse"]
    amount = tenge_column("amount_minor", gettext_lazy("sum"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Outlay]:
        rows: QuerySet[Outlay] = super().get_queryset(request)
        return rows.defer("row__statement__content").annotate(
            maker_name=person_name("created_by_id"), checker_name=person_name("decided_by_id")
        )

    @admin.display(description=gettext_lazy("date"), ordering="row__booked_on")
    def booked_on(self, outlay: Outlay) -> str:
        return date_format(outlay.row.booked_on)

    @admin.display(description=gettext_lazy("row"))
    def row_of(self, outlay: Outlay) -> SafeString:
        url = reverse("admin:payouts_statementrow_change", args=[outlay.row_id])
        said = f"{outlay.row.statement}, {outlay.row.number}"
        return format_html('<a class="ops-link" href="{}">{}</a>', url, said)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, outlay: Outlay) -> str:
        return badge(outlay.state, outlay.get_state_display())

    @admin.display(description=gettext_lazy("said by"))
    def maker(self, outlay: Any) -> str:
        return outlay.maker_name or ""

    @admin.display(description=gettext_lazy("decided by"))
    def checker(self, outlay: Any) -> str:
        return outlay.checker_name or ""

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Nothing is decided twice, nor booked by who said it."""
        outlay: Outlay = self.row_or_404(object_id)
        if outlay.state != Outlay.State.ASKED:
            return []
        allowed: list[Any] = super().get_actions_detail(request, object_id)
        is_own = outlay.created_by_id == person_id(request)
        return [each for each in allowed if not (is_own and each.action_name.endswith("_book"))]

    @action(
        description=gettext_lazy("Book"), url_path="book", permissions=[CHANGE], icon="check_circle"
    )
    def book(self, request: HttpRequest, object_id: str) -> HttpResponse:
        outlay: Outlay = self.row_or_404(object_id)
        page = FormPage(
            title=_("Book %(sum)s?") % {"sum": tenge(outlay.amount_minor)},
            explain=_("You are the second of two people. It is booked on the day of the row."),
            facts=_facts(outlay),
            submit=_("Book"),
            change=lambda data: outlay_book(outlay_id=outlay.pk, person_id=person_id(request)),
            done=_("It is booked."),
            back=self.url_of("change", outlay.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(
        description=gettext_lazy("Refuse"), url_path="refuse", permissions=[CHANGE], icon="block"
    )
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        outlay: Outlay = self.row_or_404(object_id)
        page = FormPage(
            title=_("Was it something else?"),
            explain=_("Nothing is booked, and the row waits again."),
            facts=_facts(outlay),
            submit=_("Refuse"),
            change=lambda data: outlay_refuse(outlay_id=outlay.pk, person_id=person_id(request)),
            done=_("Refused."),
            back=self.url_of("change", outlay.pk),
            is_danger=True,
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)


class RowOutlays(OpsAdmin):
    """The button of a row that left our account and is no payout."""

    actions_detail = ["tell"]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row: StatementRow = self.row_or_404(object_id)
        if not row_left_minor(row):
            return []
        allowed: list[Any] = super().get_actions_detail(request, object_id)
        return allowed

    @admin.display(description=gettext_lazy("what it was"))
    def told(self, row: StatementRow) -> str:
        parts = Outlay.objects.filter(row=row, state__in=Outlay.COUNTS).order_by("pk")
        said = (
            f"{each.get_kind_display()}, {tenge(each.amount_minor)} ({each.get_state_display()})"
            for each in parts
        )
        return "; ".join(said) or "–"

    @action(
        description=gettext_lazy("Say what it was"),
        url_path="tell",
        permissions=[ADD],
        icon="receipt_long",
    )
    def tell(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row: StatementRow = self.row_or_404(object_id)
        left_minor = row_left_minor(row)
        page = FormPage(
            title=_("What was this payment?"),
            explain=_("Another person books it; until then nothing moves."),
            facts={
                _("Date"): date_format(row.booked_on),
                _("Sum"): signed(row),
                **_party_facts(row),
                _("Not told yet"): tenge(left_minor),
                **_owed_facts(),
            },
            submit=_("Say it"),
            change=lambda data: outlay_ask(
                row_id=row.pk,
                kind=Outlay.Kind(data["kind"]),
                amount_minor=data["amount"],
                reason=data["reason"],
                person_id=person_id(request),
            ),
            done=_("Another person books it now."),
            back=self.url_of("change", row.pk),
        )
        form = OutlayForm(posted(request), initial={"amount": left_minor})
        return self.form_page(request, form, page)


def _owed_facts() -> dict[Any, Any]:
    """What is owed to the state now, by kind."""
    accounts = {kind: ref for kind in Outlay.Kind if (ref := owed_account(kind))}
    held = balances(accounts.values())
    return {
        _("Owed: %(kind)s") % {"kind": kind.label}: tenge(held[ref])
        for kind, ref in accounts.items()
        if held[ref]
    }


def _party_facts(row: StatementRow) -> dict[Any, Any]:
    """Who got it and what for, as the statement says."""
    name, tax_id = row.party_name or "", row.party_tax_id or ""
    said = {
        _("To whom"): company_text(name, tax_id),
        _("BIN or IIN"): tax_id_text(tax_id) if tax_id else "",
        _("Purpose"): numbers_masked(row.purpose or ""),
    }
    return {word: text for word, text in said.items() if text}


def _facts(outlay: Outlay) -> dict[Any, Any]:
    return {
        _("What it was"): outlay.get_kind_display(),
        _("Sum"): tenge(outlay.amount_minor),
        _("Date"): date_format(outlay.row.booked_on),
        _("Row"): f"{outlay.row.statement}, {outlay.row.number}",
        **_party_facts(outlay.row),
        _("How we know"): outlay.reason,
    }
