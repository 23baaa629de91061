"""The bank's statements: a file in, what each row of it turned out to be out."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from core.admin import person_id, posted, tenge
from core.errors import DomainError
from core.forms import form_refuse
from payouts.admin.outlays import RowOutlays
from payouts.admin.payouts import outcome_cell, signed
from payouts.admin.statement_steps import StatementSteps
from payouts.admin.tables import (
    ROWS_PER_PAGE,
    Cell,
    Column,
    Row,
    Table,
    badge,
    fingerprint,
    payout_url,
)
from payouts.forms import StatementForm
from payouts.models import BankStatement, StatementRow
from payouts.selectors import (
    OUTCOME_RANK,
    SEALED_OF_ROWS,
    person_name,
    statement_by_hash,
    statement_outcomes,
    statement_rows,
    unclear_rows,
)
from payouts.services.statements import statement_keep
from payouts.words import PAYOUT_STATES, row_note


def balance_column(name: str, description: Any) -> Any:
    """A balance that not every statement gives."""

    @admin.display(description=description)
    def column(self: Any, statement: BankStatement) -> str:
        minor = getattr(statement, name)
        return "–" if minor is None else tenge(minor)

    return column


class UnclearFilter(admin.SimpleListFilter):
    """Statements with rows that a person has to look at."""

    title = gettext_lazy("unclear rows")
    parameter_name = "unclear"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("with unclear rows"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(unclear__gt=0) if self.value() == "1" else queryset


@admin.register(BankStatement)
class BankStatementAdmin(StatementSteps):
    list_display = [
        "name",
        "state_badge",
        "created_at",
        "uploaded_by",
        "row_count",
        "matched_count",
        "unclear",
    ]
    list_filter = ["state", UnclearFilter]
    search_fields = ["name"]
    search_help_text = gettext_lazy("Name of the file")
    ordering = ["-id"]
    fields = [
        ("name", "uploaded_by", "created_at"),
        ("row_count", "matched_count", "unclear"),
        ("from_on", "to_on", "state_badge"),
        ("opening", "closing"),
        ("by_books", "difference"),
        "print_of_file",
    ]
    opening = balance_column("opening_minor", gettext_lazy("opening balance"))
    closing = balance_column("closing_minor", gettext_lazy("closing balance"))
    by_books = balance_column("ledger_minor", gettext_lazy("at the bank by our books"))
    actions_list = ["upload"]
    change_form_outer_after_template = "admin/payouts/_statement_rows.html"

    class Media:
        css = {"all": ["ops/tables.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[BankStatement]:
        statements: QuerySet[BankStatement] = super().get_queryset(request)
        return statements.defer("content").annotate(
            uploader=person_name("uploaded_by_id"),
            unclear=unclear_rows(),
        )

    @admin.display(description=gettext_lazy("uploaded by"))
    def uploaded_by(self, statement: Any) -> str:
        return str(statement.uploader or statement.uploaded_by_id)

    @admin.display(description=gettext_lazy("unclear rows"), ordering="unclear")
    def unclear(self, statement: Any) -> int:
        return int(statement.unclear)

    @admin.display(description=gettext_lazy("fingerprint"))
    def print_of_file(self, statement: BankStatement) -> str:
        return fingerprint(statement.sha256)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, statement: BankStatement) -> str:
        return badge(statement.state, statement.get_state_display())

    @admin.display(description=gettext_lazy("difference"))
    def difference(self, statement: BankStatement) -> str:
        if statement.closing_minor is None or statement.ledger_minor is None:
            return "–"
        return tenge(statement.closing_minor - statement.ledger_minor)

    # --- One statement --------------------------------------------------------------------

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        statement: BankStatement = self.row_or_404(object_id)
        counts = statement_outcomes(statement.pk)
        outcome = request.GET.get("outcome", "")
        outcome = outcome if outcome in counts else ""
        table = _rows_table(statement, outcome, request.GET.get("p", "1"))
        shown = {"tables": [table], "outcomes": _tabs(counts, outcome)}
        response: HttpResponse = super().change_view(
            request, object_id, form_url, shown | (extra_context or {})
        )
        return response

    # --- Upload ---------------------------------------------------------------------------

    @action(
        description=gettext_lazy("Upload a statement"),
        url_path="upload",
        permissions=["payouts.add_bankstatement"],
        icon="upload_file",
    )
    def upload(self, request: HttpRequest) -> HttpResponse:
        files = request.FILES if request.method == "POST" else None
        form = StatementForm(posted(request), files)
        if request.method == "POST" and form.is_valid():
            statement = _kept(request, form)
            if statement is not None:
                step = STEPS[BankStatement.State(statement.state)]
                return redirect(self.url_of(step, statement.pk))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Upload a statement"),
            "opts": self.model._meta,
            "media": self.media,
            "form": form,
            "back": self.url_of("changelist"),
        }
        return TemplateResponse(request, "admin/payouts/statement_upload.html", context)


# Where a statement in a state is to be looked at
STEPS = {
    BankStatement.State.COLUMNS: "columns",
    BankStatement.State.CHECKED: "look",
    BankStatement.State.APPLIED: "change",
}


def _kept(request: HttpRequest, form: forms.Form) -> BankStatement | None:
    """The statement of an uploaded file, known or new; None when it was refused."""
    file: UploadedFile = form.cleaned_data["file"]
    content = file.read()
    known = statement_by_hash(hashlib.sha256(content).hexdigest())
    if known is not None:
        messages.warning(request, _("This file is known already: nothing was done again."))
        return known
    try:
        return statement_keep(content=content, name=file.name or "", uploader_id=person_id(request))
    except DomainError as error:
        form_refuse(form, error, {"content": "file"})
        return None


@admin.register(StatementRow)
class StatementRowAdmin(RowOutlays):
    """Rows of all statements, what needs a person first."""

    list_display = [
        "document_number",
        "booked_on",
        "amount",
        "outcome_badge",
        "what",
        "payout",
        "statement",
    ]
    list_filter = ["outcome", "is_outgoing"]
    list_select_related = ["payout", "statement"]
    search_fields = ["document_number"]
    search_help_text = gettext_lazy("Document number")
    ordering = [OUTCOME_RANK, "-id"]
    fields = [
        ("document_number", "number", "statement"),
        ("booked_on", "amount", "is_outgoing"),
        ("outcome_badge", "what", "payout"),
        "told",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatementRow]:
        rows: QuerySet[StatementRow] = super().get_queryset(request)
        return rows.defer(*SEALED_OF_ROWS, "statement__content")

    @admin.display(description=gettext_lazy("amount"), ordering="amount_minor")
    def amount(self, row: StatementRow) -> str:
        return signed(row)

    @admin.display(description=gettext_lazy("outcome"), ordering="outcome")
    def outcome_badge(self, row: StatementRow) -> str:
        return badge(row.outcome, row.get_outcome_display())

    @admin.display(description=gettext_lazy("note"))
    def what(self, row: StatementRow) -> str:
        return row_note(row.outcome, row.note)


# --- Tables ---------------------------------------------------------------------------------


def _tabs(counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    """All rows, then each outcome that occurs, with how many rows it has."""
    words = dict(StatementRow.Outcome.choices)
    tabs = [("", _("All rows"), sum(counts.values()))]
    tabs += [(outcome, str(words[outcome]), count) for outcome, count in counts.items()]
    return [
        {
            "query": f"?outcome={key}",
            "word": capfirst(word),
            "count": count,
            "is_chosen": key == chosen,
        }
        for key, word, count in tabs
    ]


def _rows_table(statement: BankStatement, outcome: str, page_number: str) -> Table:
    page = Paginator(statement_rows(statement.pk, outcome), ROWS_PER_PAGE).get_page(page_number)
    return Table(
        title=_("Rows"),
        columns=[
            Column(_("Row")),
            Column(_("Document")),
            Column(_("Date")),
            Column(_("Sum"), is_number=True),
            Column(_("Outcome")),
            Column(_("Payout or brand")),
        ],
        rows=[_row(each) for each in page.object_list],
        empty=_("The statement has no rows."),
        page=page,
        query=f"outcome={outcome}&" if outcome else "",
    )


def _row(row: StatementRow) -> Row:
    return [
        Cell(str(row.number), url=reverse("admin:payouts_statementrow_change", args=[row.pk])),
        row.document_number or "–",
        date_format(row.booked_on),
        signed(row),
        outcome_cell(row),
        _payout_cell(row),
    ]


def _payout_cell(row: StatementRow) -> Cell:
    if row.payout is None:
        return Cell(row.brand.name if row.brand else "–")
    payout = row.payout
    note = PAYOUT_STATES[payout.state]
    return Cell(payout.rail_key, note=note, url=payout_url(payout.pk))
