"""The difference report of a source: the orders of its shop, ours, and why they differ."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from attribution.models import Connection
from attribution.selectors.differences import (
    FILE_ROWS_MAX,
    Difference,
    DifferenceReport,
    difference_report,
    is_compared,
)
from core import clock
from exchange.web.brand.builders.integrations.events import reason_text
from exchange.web.brand.desk import Desk
from exchange.web.formatting import moment_short, number_text
from exchange.web.pages import integrations as pages
from exchange.web.pages.common import Fact
from exchange.web.paging import query_url
from exchange.web.spreadsheet import csv_answer
from exchange.web.words import Tone, Word

DAYS_SHOWN = 7  # until a brand asks for others

# Why, and whether anybody has to do anything about it
REASONS: Mapping[str, tuple[Tone, Word]] = {
    "not_received": ("bad", gettext_lazy("Not received yet: we read it with the next round.")),
    "waiting": ("wait", gettext_lazy("Received a moment ago, being read.")),
    "unreadable": ("bad", gettext_lazy("Could not be read: see the event log.")),
    "draft": ("wait", gettext_lazy("A draft: the buyer has not ordered yet.")),
    "older": ("wait", gettext_lazy("Older than this connection: it is not counted.")),
    "test": ("wait", gettext_lazy("A test order: it earns nothing.")),
    "gone": ("hold", gettext_lazy("Only with us: the shop does not show it any more.")),
    "refused": (
        "hold",
        gettext_lazy(
            "Found by asking. A call with a wrong signature was refused since: check the secret."
        ),
    ),
    "calls_off": ("hold", gettext_lazy("Found by asking: the shop was not calling us then.")),
    "call_lost": (
        "paid",
        gettext_lazy("Found by asking: the shop's call came later or not at all."),
    ),
}


def days_default(asked: Mapping[str, str]) -> dict[str, str]:
    """The days of the form: those of the address, or the last week."""
    last_on = clock.today()
    first_on = last_on - timedelta(days=DAYS_SHOWN - 1)
    default = {"first_on": first_on.isoformat(), "last_on": last_on.isoformat()}
    return default | {name: asked[name] for name in default if name in asked}


def difference_url(desk: Desk, found: Connection) -> str:
    """Of a source whose lists we hold against our orders; "" for the others."""
    return desk.url("connection_difference", found.public_id) if is_compared(found) else ""


def difference(
    desk: Desk, found: Connection, *, first_on: date | None = None, last_on: date | None = None
) -> pages.Differences:
    """Without days nothing is compared: the form says what is wrong with them."""
    page = pages.Differences(
        name=found.name,
        back_url=desk.url("connection", found.public_id),
        show_url=desk.url("connection_difference", found.public_id),
    )
    if first_on is None or last_on is None:
        return page
    report = difference_report(found, first_on, last_on)
    days = {"first_on": first_on.isoformat(), "last_on": last_on.isoformat()}
    page.said = _said(report)
    page.facts = _facts(report)
    page.rows = [_row(each) for each in report.differences]
    page.csv_url = desk.url("connection_difference_csv", found.public_id) + query_url(days)
    return page


def difference_csv(desk: Desk, found: Connection, *, first_on: date, last_on: date) -> FileResponse:
    report = difference_report(found, first_on, last_on, rows=FILE_ROWS_MAX)
    name = f"difference-{desk.brand.slug}-{first_on:%Y-%m-%d}-{last_on:%Y-%m-%d}.csv"
    header = [_("Order"), _("Number in the shop"), _("Placed"), _("Reason")]
    return csv_answer(name, header, map(_csv_row, report.differences))


def _csv_row(each: Difference) -> list[str]:
    placed = each.placed_at.astimezone(clock.ALMATY)
    return [each.external_id, each.number, f"{placed:%Y-%m-%d %H:%M}", _reason(each)]


def _said(report: DifferenceReport) -> str:
    """The whole report in one sentence."""
    if not report.shown:
        return _("The shop showed no order of these days.")
    if not report.missing:
        said = ngettext(
            "%(count)s order in the shop, and it is with us.",
            "%(count)s orders in the shop, and all of them are with us.",
            report.shown,
        )
        return said % {"count": number_text(report.shown)}
    said = ngettext(
        "%(count)s order in the shop, %(both)s with us.",
        "%(count)s orders in the shop, %(both)s with us.",
        report.shown,
    )
    return said % {"count": number_text(report.shown), "both": number_text(report.both)}


def _facts(report: DifferenceReport) -> list[Fact]:
    return [
        Fact(_("In the shop"), number_text(report.shown)),
        Fact(_("With us"), number_text(report.both)),
        Fact(_("Missing"), number_text(report.missing)),
        Fact(_("Compared"), moment_short(report.read_at) if report.read_at else _("not yet")),
    ]


def _row(each: Difference) -> pages.DifferenceRow:
    tone, _word = REASONS[each.reason]
    return pages.DifferenceRow(each.number, each.placed_at, _reason(each), tone)


def _reason(each: Difference) -> str:
    said = str(REASONS[each.reason][1])
    return f"{said} {reason_text(each.detail)}" if each.detail else said
