"""A statement before it is applied: which column is which, and what every row would do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from brands.models import Brand
from core.admin import FormPage, OpsAdmin, person_id, posted, tenge
from core.errors import DomainError
from core.iban import iban_format
from core.iin import IdNumberError, bin_parse
from payouts.admin.tables import (
    ROWS_SHOWN_MAX,
    Cell,
    Column,
    Row,
    Table,
    account_text,
    badge,
    name_masked,
)
from payouts.forms import StatementColumnsForm
from payouts.models import BankStatement, StatementRow
from payouts.rails.bank_file.statement import Direction
from payouts.rails.bank_file.table_statement import layout_of
from payouts.services.statement_plans import Planned
from payouts.services.statements import (
    statement_apply,
    statement_columns_set,
    statement_preview,
)
from payouts.words import numbers_masked, row_note

Kind = StatementRow.Outcome
# What a person looks at first.
LOOK_FIRST = (Kind.MISMATCH, Kind.UNCLAIMED, Kind.RETURNED, Kind.DEPOSIT, Kind.PAID)


class StatementSteps(OpsAdmin):
    """The pages between the upload and the result."""

    actions_detail = ["columns", "look"]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what a statement in this state waits for."""
        state = self.row_or_404(object_id).state
        offered = {
            BankStatement.State.COLUMNS: ["columns"],
            BankStatement.State.CHECKED: ["look"],
        }.get(state, [])
        prefix = f"{self.model._meta.app_label}_{self.model._meta.model_name}_"
        allowed: list[Any] = super().get_actions_detail(request, object_id)
        return [each for each in allowed if each.action_name.removeprefix(prefix) in offered]

    @action(
        description=gettext_lazy("Name the columns"),
        url_path="columns",
        permissions=["payouts.add_bankstatement"],
        icon="view_column",
    )
    def columns(self, request: HttpRequest, object_id: str) -> HttpResponse:
        statement: BankStatement = self.row_or_404(object_id)
        layout = layout_of(bytes(statement.content), [statement.columns or {}])
        guessed = {name: layout.titles[place] for name, place in layout.places.items()}
        form = StatementColumnsForm(layout.titles, posted(request), initial=guessed)

        def name(data: Any) -> None:
            columns = {key: title for key, title in data.items() if title}
            statement_columns_set(
                statement_id=statement.pk, columns=columns, person_id=person_id(request)
            )

        page = FormPage(
            title=_("Columns of %(name)s") % {"name": statement},
            explain=_(
                "Say which column is which: a day, and either one sum with its sign, or what came"
                " and what went. The next file with these titles is read the same way."
            ),
            submit=_("Read the rows"),
            change=name,
            done=_("The rows are read. Look at them, then apply."),
            back=self.url_of("look", statement.pk),
        )
        return self.form_page(request, form, page)

    @action(
        description=gettext_lazy("Check and apply"),
        url_path="look",
        permissions=["payouts.add_bankstatement"],
        icon="fact_check",
    )
    def look(self, request: HttpRequest, object_id: str) -> HttpResponse:
        statement: BankStatement = self.row_or_404(object_id)
        if statement.state == BankStatement.State.APPLIED:
            return redirect(self.url_of("change", statement.pk))
        if statement.state == BankStatement.State.COLUMNS:
            return redirect(self.url_of("columns", statement.pk))
        refusal = ""
        if request.method == "POST":
            try:
                done = statement_apply(statement_id=statement.pk, person_id=person_id(request))
            except DomainError as error:
                refusal = str(error)
            else:
                messages.success(request, _applied_text(done))
                return redirect(self.url_of("change", done.pk))
        return self._look_page(request, statement, refusal)

    def _look_page(
        self, request: HttpRequest, statement: BankStatement, refusal: str
    ) -> HttpResponse:
        plan: list[Planned] = []
        try:
            plan = statement_preview(statement)
        except DomainError as error:
            refusal = refusal or str(error)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Check %(name)s") % {"name": statement},
            "opts": self.model._meta,
            "media": self.media,
            "refusal": [refusal] if refusal else [],
            "facts": _facts(statement, plan),
            "tables": [_plan_table(plan)] if plan else [],
            "can_apply": bool(plan) and not refusal,
            "back": self.url_of("changelist"),
        }
        return TemplateResponse(request, "admin/payouts/statement_check.html", context)


def _applied_text(statement: BankStatement) -> str:
    said = ngettext(
        "The statement is read. Payouts that it settled: %(count)s.",
        "The statement is read. Payouts that it settled: %(count)s.",
        statement.matched_count,
    )
    return said % {"count": statement.matched_count}


# --- What it would do -----------------------------------------------------------------------


def _facts(statement: BankStatement, plan: Sequence[Planned]) -> dict[Any, Any]:
    """The statement's own figures, then how many rows do what."""
    facts: dict[Any, Any] = {_("Rows"): len(plan)}
    if statement.from_on and statement.to_on:
        facts[_("Days")] = (
            f"{date_format(statement.from_on)} \N{EN DASH} {date_format(statement.to_on)}"
        )
    facts |= balance_facts(statement)
    counts = Counter(each.outcome for each in plan)
    sums: Counter[str] = Counter()
    for each in plan:
        sums[each.outcome] += each.row.amount_minor
    for kind in (*LOOK_FIRST, Kind.UNMATCHED, Kind.REPEATED):
        if counts[kind]:
            facts[capfirst(str(kind.label))] = f"{counts[kind]} · {tenge(sums[kind])}"
    return facts


def balance_facts(statement: BankStatement) -> dict[Any, Any]:
    """What the bank says was there, what our books say, and by how much they differ."""
    facts: dict[Any, Any] = {}
    if statement.opening_minor is not None:
        facts[_("Opening balance")] = tenge(statement.opening_minor)
    if statement.closing_minor is not None:
        facts[_("Closing balance")] = tenge(statement.closing_minor)
    if statement.ledger_minor is not None:
        facts[_("At the bank by our books")] = tenge(statement.ledger_minor)
    if statement.closing_minor is not None and statement.ledger_minor is not None:
        gap = statement.closing_minor - statement.ledger_minor
        facts[_("Difference")] = tenge(gap) if gap else _("none")
    return facts


def _plan_table(plan: Sequence[Planned]) -> Table:
    rank = {kind: n for n, kind in enumerate((*LOOK_FIRST, Kind.UNMATCHED, Kind.REPEATED))}
    ordered = sorted(plan, key=lambda each: (rank[each.outcome], each.row.line))
    shown = ordered[:ROWS_SHOWN_MAX]
    ids = {each.brand_id for each in shown} | {
        each.claim.suggested_id for each in shown if each.claim
    }
    names = dict(
        Brand.objects.filter(pk__in=[each for each in ids if each]).values_list("pk", "name")
    )
    return Table(
        title=_("What each row does"),
        columns=[
            Column(_("Line")),
            Column(_("Document")),
            Column(_("Date")),
            Column(_("Sum"), is_number=True),
            Column(_("From or to")),
            Column(_("Outcome")),
            Column(_("Brand")),
        ],
        rows=[_plan_row(each, names) for each in shown],
        empty=_("The statement has no rows."),
        left_out=max(0, len(ordered) - len(shown)),
    )


def _plan_row(each: Planned, names: dict[int, str]) -> Row:
    row = each.row
    sign = "+" if row.direction is Direction.IN else "\N{MINUS SIGN}"
    return [
        str(row.line),
        row.number or "–",
        date_format(row.booked_on),
        f"{sign}{tenge(row.amount_minor)}",
        party_cell(row.counterparty_name, row.counterparty_tax_id, row.counterparty_iban),
        Cell(badge(each.outcome, each.outcome.label), note=row_note(each.outcome, each.note)),
        _brand_cell(each, names),
    ]


def _brand_cell(each: Planned, names: dict[int, str]) -> Cell:
    if each.brand_id:
        return Cell(names.get(each.brand_id, "–"))
    suggested = each.claim.suggested_id if each.claim else None
    if suggested:
        return Cell("–", note=_("perhaps %(brand)s") % {"brand": names.get(suggested, "–")})
    return Cell("–")


def party_cell(name: str, tax_id: str, iban: str) -> Cell:
    """The other side: a company in full, of a person no more than is needed to recognise them."""
    said = company_text(name, tax_id)
    number = tax_id_text(tax_id)
    account = account_text(iban[-4:]) if iban else ""
    return Cell(said or "–", note=" · ".join(part for part in (number, account) if part))


def company_text(name: str, tax_id: str) -> str:
    return name if is_company(tax_id) else name_masked(name)


def tax_id_text(tax_id: str) -> str:
    return tax_id if is_company(tax_id) else account_text(tax_id[-4:])


def is_company(tax_id: str) -> bool:
    try:
        bin_parse(tax_id)
    except IdNumberError:
        return False
    return True


def transfer_facts(name: str, tax_id: str, iban: str, purpose: str) -> dict[Any, Any]:
    """A payer on a page of ops."""
    return {
        _("Payer"): company_text(name, tax_id),
        _("BIN or IIN"): tax_id_text(tax_id),
        _("Account"): iban_format(iban) if is_company(tax_id) else account_text(iban[-4:]),
        _("Purpose"): numbers_masked(purpose),
    }
