"""Pages and files of ops: debts and suspense by age, the trial balance as a table. Runs as ops."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.admin import tenge
from exchange.web.spreadsheet import csv_answer, tenge_cell
from ledger.admin import TrialForm
from ledger.selectors import trial_balance
from payouts.aged import Aged, AgedRow, debts_aged, suspense_aged
from payouts.domain.ages import AGES
from payouts.words import GROUNDS

Context = dict[str, object]
ROWS_SHOWN = 300  # the oldest; the file has all


def ages_named() -> list[str]:
    return [
        _("%(first)s–%(last)s days") % {"first": first, "last": last}
        if last is not None
        else _("over %(days)s days") % {"days": first - 1}
        for first, last in AGES
    ]


def debts_page(request: HttpRequest, context: Context) -> HttpResponseBase:
    aged = debts_aged()
    if "csv" in request.GET:
        return _csv("debts", _("Influencer"), aged, has_note=False)
    debts = reverse("admin:payouts_debt_changelist")
    shown = {
        "title": _("Debts by age"),
        "explain": _("What influencers owe back for goods that came back after their payout."),
        "name_title": _("Influencer"),
        "empty": _("Nobody owes anything back"),
    }
    urls = [f"{debts}?influencer__id__exact={row.subject_id}" for row in aged.rows]
    return _page(request, context | shown, aged, urls)


def suspense_page(request: HttpRequest, context: Context) -> HttpResponseBase:
    aged = suspense_aged()
    if "csv" in request.GET:
        return _csv("suspense", _("Transfer"), aged, has_note=True)
    shown = {
        "title": _("Suspense by age"),
        "explain": _("Transfers that are nobody's yet, also those on their way back."),
        "name_title": _("Transfer"),
        "empty": _("No transfer waits"),
    }
    urls = [
        reverse("admin:brands_unclaimedtransfer_change", args=[row.subject_id])
        for row in aged.rows[:ROWS_SHOWN]
    ]
    return _page(request, context | shown, aged, urls)


def _page(request: HttpRequest, context: Context, aged: Aged, urls: list[str]) -> HttpResponse:
    rows = [
        (row, _note(row), url, _cells(row.minors), tenge(row.total_minor))
        for row, url in zip(aged.rows[:ROWS_SHOWN], urls, strict=False)
    ]
    shown = {
        "ages": ages_named(),
        "rows": rows,
        "left": len(aged.rows) - len(rows),
        "totals": _cells(aged.minors),
        "total": tenge(aged.total_minor),
        "is_right": aged.is_right,
        "in_ledger": tenge(aged.ledger_minor),
    }
    return TemplateResponse(request, "admin/aged.html", context | shown)


def _note(row: AgedRow) -> str:
    return str(GROUNDS[row.note]) if row.note else ""


def _cells(minors: tuple[int, ...]) -> list[str]:
    return [tenge(minor) if minor else "" for minor in minors]


def _csv(name: str, title: str, aged: Aged, *, has_note: bool) -> FileResponse:
    header = [title, *([_("What we know")] if has_note else []), _("Since")]
    header += [f"{age}, ₸" for age in ages_named()] + [_("Together, ₸")]
    return csv_answer(f"{name}-{clock.today():%Y-%m-%d}.csv", header, _csv_rows(aged, has_note))


def _csv_rows(aged: Aged, has_note: bool) -> Iterator[list[str]]:
    for row in aged.rows:
        amounts = [tenge_cell(minor or None) for minor in row.minors]
        about = [row.name, *([_note(row)] if has_note else []), row.since_on.isoformat()]
        yield [*about, *amounts, tenge_cell(row.total_minor)]


def trial_csv(request: HttpRequest) -> FileResponse:
    """Of now, or of the end of the day `on`."""
    form = TrialForm(request.GET)
    on = form.cleaned_data.get("on") if form.is_valid() else None
    rows = trial_balance(before=clock.day_end(on) if on else None)
    header = [_("Kind"), _("Currency"), _("Accounts"), _("We owe, ₸"), _("There is, ₸")]
    cells = (
        [
            row.kind,
            row.currency,
            str(row.accounts),
            tenge_cell(row.owed_minor),
            tenge_cell(row.owing_minor),
        ]
        for row in rows
    )
    return csv_answer(f"trial-balance-{on or clock.today():%Y-%m-%d}.csv", header, cells)
