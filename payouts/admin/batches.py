"""Batches: a preview, one person who makes it, another who decides, the file for the bank."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from core import clock
from core.admin import ConfirmForm, FormPage, OpsAdmin, person_id, posted, tenge, tenge_column
from core.errors import DomainError
from influencers.models import Influencer
from payouts.admin.stops import stop_notes
from payouts.admin.tables import (
    ROWS_PER_PAGE,
    ROWS_SHOWN_MAX,
    Cell,
    Column,
    Row,
    Table,
    account_text,
    badge,
    fingerprint,
    hold_text,
    payee_cell,
    payout_url,
    state_cell,
    sums_text,
    tax_cells,
    tax_columns,
)
from payouts.models import BankFile, Payout, PayoutBatch
from payouts.selectors import (
    Held,
    Ready,
    batch_taxes,
    payees_sort,
    person_name,
    tax_lines_of,
)
from payouts.services.batches import (
    PAYOUTS_PER_BATCH_MAX,
    batch_approve,
    batch_cancel,
    batch_create,
    batch_hand_out,
)


@admin.register(PayoutBatch)
class PayoutBatchAdmin(OpsAdmin):
    list_display = [
        "number",
        "state_badge",
        "made_by",
        "decided_by",
        "payout_count",
        "gross",
        "withheld",
        "net",
        "paid_on",
    ]
    list_filter = ["state"]
    ordering = ["-id"]
    fields = [
        ("number", "state_badge"),
        ("made_by", "created_at"),
        ("decided_by", "decided_at"),
        ("paid_on", "payout_count"),
        ("gross", "withheld", "net"),
    ]
    actions_list = ["make"]
    actions_detail = ["approve", "refuse", "download"]
    change_form_outer_before_template = "admin/payouts/_notes.html"
    change_form_outer_after_template = "admin/payouts/_tables.html"
    gross = tenge_column("gross_minor", gettext_lazy("gross"))
    withheld = tenge_column("tax_minor", gettext_lazy("withheld"))
    net = tenge_column("net_minor", gettext_lazy("net"))

    class Media:
        css = {"all": ["ops/tables.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[PayoutBatch]:
        batches: QuerySet[PayoutBatch] = super().get_queryset(request)
        return batches.annotate(
            maker=person_name("created_by_id"), checker=person_name("decided_by_id")
        )

    @admin.display(description=gettext_lazy("number"), ordering="id")
    def number(self, batch: PayoutBatch) -> str:
        return str(batch)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_badge(self, batch: PayoutBatch) -> str:
        return badge(batch.state, batch.get_state_display())

    @admin.display(description=gettext_lazy("made by"))
    def made_by(self, batch: Any) -> str:
        return str(batch.maker or batch.created_by_id)

    @admin.display(description=gettext_lazy("decided by"))
    def decided_by(self, batch: Any) -> str:
        return str(batch.checker or batch.decided_by_id or "")

    # --- One batch ------------------------------------------------------------------------

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        batch: PayoutBatch = self.row_or_404(object_id)
        tables = [_payouts_table(batch, request.GET.get("p", "1"))]
        if batch.state == PayoutBatch.State.SUBMITTED:
            tables.append(held_table(payees_sort(clock.today())[1]))
        notes = self._notes(request, batch)
        shown = {"tables": tables, "notes": notes, "alarms": stop_notes()}
        response: HttpResponse = super().change_view(
            request, object_id, form_url, shown | (extra_context or {})
        )
        return response

    def _notes(self, request: HttpRequest, batch: PayoutBatch) -> list[str]:
        """Why somebody who may decide finds no buttons to do so."""
        is_theirs = batch.created_by_id == request.user.pk
        if not is_theirs or batch.state != PayoutBatch.State.SUBMITTED:
            return []
        return [_("You made this batch, so another person decides: a batch needs two people.")]

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Only what can be done to this batch, by this person."""
        offered = _offered(self.row_or_404(object_id), request.user.pk)
        prefix = f"{self.model._meta.app_label}_{self.model._meta.model_name}_"
        allowed: list[Any] = super().get_actions_detail(request, object_id)
        return [each for each in allowed if each.action_name.removeprefix(prefix) in offered]

    # --- Make -----------------------------------------------------------------------------

    @action(
        description=gettext_lazy("Make a payout batch"),
        url_path="make",
        permissions=["payouts.add_payoutbatch"],
        icon="add",
    )
    def make(self, request: HttpRequest) -> HttpResponse:
        """First who would be paid and how, and who waits; on POST the batch."""
        if request.method == "POST":
            batch = self._made(request)
            if batch is not None:
                return redirect(self.url_of("change", batch.pk))
        ready, held = payees_sort(clock.today())
        ready, alarms = ready[:PAYOUTS_PER_BATCH_MAX], stop_notes()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Make a payout batch"),
            "opts": self.model._meta,
            "media": self.media,
            "facts": _preview_facts(ready, held),
            "can_make": bool(ready) and not alarms,
            "alarms": alarms,
            "tables": [ready_table(ready), held_table(held)],
            "back": self.url_of("changelist"),
        }
        return TemplateResponse(request, "admin/payouts/batch_make.html", context)

    def _made(self, request: HttpRequest) -> PayoutBatch | None:
        try:
            batch = batch_create(maker_id=person_id(request))
        except DomainError as error:
            messages.error(request, str(error))
            return None
        said = ngettext(
            "The batch is made: %(count)s payout, %(net)s. Another person decides about it.",
            "The batch is made: %(count)s payouts, %(net)s. Another person decides about it.",
            batch.payout_count,
        )
        messages.success(
            request, said % {"count": batch.payout_count, "net": tenge(batch.net_minor)}
        )
        return batch

    # --- Decide ---------------------------------------------------------------------------

    @action(
        description=gettext_lazy("Approve"),
        url_path="approve",
        permissions=["payouts.approve_payoutbatch"],
        icon="check",
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch: PayoutBatch = self.row_or_404(object_id)
        page = FormPage(
            title=_("Approve batch %(number)s") % {"number": batch},
            explain=_("The payment file for the bank is made now. No money moves before it."),
            facts=_batch_facts(batch),
            submit=_("Approve"),
            change=lambda data: batch_approve(batch_id=batch.pk, checker_id=person_id(request)),
            done=_("The batch is approved. Its payment file can be downloaded."),
            back=self.url_of("change", batch.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(
        description=gettext_lazy("Refuse"),
        url_path="refuse",
        permissions=["payouts.approve_payoutbatch"],
        icon="close",
    )
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch: PayoutBatch = self.row_or_404(object_id)
        page = FormPage(
            title=_("Refuse batch %(number)s") % {"number": batch},
            explain=_("Every payout of it is cancelled, and the money is payable again."),
            facts=_batch_facts(batch),
            submit=_("Refuse"),
            change=lambda data: batch_cancel(batch_id=batch.pk, checker_id=person_id(request)),
            done=_("The batch is refused. Its money is payable again."),
            back=self.url_of("change", batch.pk),
            is_danger=True,
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    # --- Hand out -------------------------------------------------------------------------

    @action(
        description=gettext_lazy("Download payment file"),
        url_path="download",
        permissions=["payouts.change_payoutbatch"],
        icon="download",
    )
    def download(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        batch: PayoutBatch = self.row_or_404(object_id)
        if request.method == "POST":
            return self._handed_out(request, batch)
        page = FormPage(
            title=_("Payment file of batch %(number)s") % {"number": batch},
            explain=_(
                "Upload the file in the bank's client program. From the first download on its"
                " payouts count as sent: the batch can no longer be refused. The file comes again"
                " as often as you ask, the same to the byte."
            ),
            facts=_batch_facts(batch) | _file_facts(batch),
            submit=_("Download"),
            change=lambda data: None,
            done="",
            back=self.url_of("change", batch.pk),
        )
        return self.form_page(request, ConfirmForm(), page)

    def _handed_out(self, request: HttpRequest, batch: PayoutBatch) -> HttpResponseBase:
        try:
            name, content = batch_hand_out(batch_id=batch.pk, person_id=person_id(request))
        except DomainError as error:
            messages.error(request, str(error))
            return redirect(self.url_of("change", batch.pk))
        # Not as text: nothing on the way may change a byte of it.
        return FileResponse(
            BytesIO(content),
            as_attachment=True,
            filename=name,
            content_type="application/octet-stream",
        )


def _offered(batch: PayoutBatch, person: int | None) -> set[str]:
    """Which buttons a batch has for a person, whatever their rights are."""
    is_another = batch.created_by_id != person
    match batch.state:
        case PayoutBatch.State.SUBMITTED:
            return {"approve", "refuse"} if is_another else set()
        case PayoutBatch.State.APPROVED:
            return {"download", "refuse"} if is_another else {"download"}
        case PayoutBatch.State.SENT | PayoutBatch.State.SETTLED:
            return {"download"}
    return set()


def _batch_facts(batch: PayoutBatch) -> dict[Any, Any]:
    return {
        _("State"): batch.get_state_display(),
        _("Payouts"): batch.payout_count,
        **sums_text(batch.gross_minor, batch.tax_minor, batch.net_minor, batch.netted_minor),
    }


def _file_facts(batch: PayoutBatch) -> dict[Any, Any]:
    file = BankFile.objects.filter(batch=batch).values_list("name", "sha256").first()
    return (
        {_("File"): file[0], "SHA\N{NON-BREAKING HYPHEN}256": fingerprint(file[1])} if file else {}
    )


def _preview_facts(ready: Sequence[Ready], held: Sequence[Held]) -> dict[Any, Any]:
    money = [each.withholding for each in ready]
    return {
        _("Would be paid"): len(ready),
        **sums_text(
            sum(each.gross_minor for each in money),
            sum(each.withheld_minor for each in money),
            sum(each.net_minor for each in ready),
            sum(each.netted_minor for each in ready),
        ),
        _("Have to wait"): len(held),
    }


# --- Tables ---------------------------------------------------------------------------------


def _payouts_table(batch: PayoutBatch, page_number: str) -> Table:
    """The payouts of a batch, page by page. Six queries."""
    rows = batch.payouts.select_related("influencer").defer("payee_iin", "iban").order_by("pk")
    page = Paginator(rows, ROWS_PER_PAGE).get_page(page_number)
    payouts = list(page.object_list)
    lines, totals = tax_lines_of(payouts), batch_taxes(batch.pk)
    return Table(
        title=_("Payouts"),
        columns=[
            Column(_("Document")),
            *_arithmetic_columns(totals),
            Column(_("State")),
        ],
        rows=[_payout_row(payout, totals, lines[payout.pk]) for payout in payouts],
        total=[
            _("Total"),
            "",
            tenge(batch.gross_minor),
            *(tenge(minor) for minor in totals.values()),
            tenge(batch.net_minor),
            "",
        ],
        empty=_("No payouts."),
        page=page,
    )


def _arithmetic_columns(kinds: Any) -> list[Column]:
    """From gross to net; below the net stands the account that it goes to."""
    return [
        Column(_("Payee")),
        Column(_("Gross"), is_number=True),
        *tax_columns(kinds),
        Column(_("Net"), is_number=True),
    ]


def _payout_row(payout: Payout, kinds: Any, lines: dict[str, tuple[int, int]]) -> Row:
    return [
        Cell(payout.rail_key, url=payout_url(payout.pk)),
        payee_cell(payout.influencer.name, payout.payee_name, payout.tax_status),
        tenge(payout.gross_minor),
        *tax_cells(kinds, lines),
        Cell(tenge(payout.net_minor), note=_net_note(payout.iban_last4, payout.netted_minor)),
        state_cell(payout),
    ]


def ready_table(ready: Sequence[Ready]) -> Table:
    """Who would be paid now, with the arithmetic."""
    shown = ready[:ROWS_SHOWN_MAX]
    kinds = list(dict.fromkeys(line.kind for each in ready for line in each.withholding.lines))
    names = _influencer_names([each.case.influencer_id for each in shown])
    return Table(
        title=_("Would be paid"),
        columns=_arithmetic_columns(kinds),
        rows=[_ready_row(each, kinds, names) for each in shown],
        empty=_("Nobody can be paid today."),
        left_out=len(ready) - len(shown),
    )


def _ready_row(each: Ready, kinds: Any, names: dict[int, str]) -> Row:
    lines = {str(line.kind): (line.amount_minor, line.rate_bps) for line in each.withholding.lines}
    return [
        payee_cell(names[each.case.influencer_id], each.payee.full_name, each.case.profile.status),
        tenge(each.withholding.gross_minor),
        *tax_cells(kinds, lines),
        Cell(tenge(each.net_minor), note=_net_note(each.account.iban_last4, each.netted_minor)),
    ]


def _net_note(iban_last4: str, netted_minor: int) -> str:
    """Where it goes, and what was kept of it before."""
    account = account_text(iban_last4)
    if not netted_minor:
        return account
    return f"{account} · " + _("kept for debts: %(sum)s") % {"sum": tenge(netted_minor)}


def held_table(held: Sequence[Held]) -> Table:
    """Who waits and why, the largest sum first."""
    shown = sorted(held, key=lambda each: -each.case.payable_minor)[:ROWS_SHOWN_MAX]
    names = _influencer_names([each.case.influencer_id for each in shown])
    return Table(
        title=_("Who waits, and why"),
        columns=[Column(_("Influencer")), Column(_("Sum"), is_number=True), Column(_("Why"))],
        rows=[
            [
                names[each.case.influencer_id],
                tenge(each.case.payable_minor),
                hold_text(each.reason, each.detail),
            ]
            for each in shown
        ],
        empty=_("Nobody waits."),
        left_out=len(held) - len(shown),
    )


def _influencer_names(ids: Sequence[int]) -> dict[int, str]:
    return dict(Influencer.objects.filter(pk__in=ids).values_list("pk", "name"))
