"""A campaign's orders under the rules of now, for its brand."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import FileResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from attribution.domain.rerun import Change
from attribution.models import RerunJob, RerunRow
from attribution.selectors.reruns import (
    people_named,
    people_of,
    reruns_past,
    rows_all,
    rows_first,
)
from campaigns.models import Campaign
from core import clock
from exchange.web.brand.desk import Desk
from exchange.web.formatting import moment_short, number_text
from exchange.web.pages import reruns as pages
from exchange.web.pages.common import Fact
from exchange.web.spreadsheet import csv_answer, tenge_cell
from ledger.domain import accounts
from ledger.selectors import balance_minor

ROWS_SHOWN, PAST_SHOWN = 100, 20
State = RerunJob.State


def change_text(change: str) -> str:
    return {
        Change.GAINED: _("Was nobody's"),
        Change.LOST: _("Becomes nobody's"),
        Change.MOVED: _("Changes hands"),
        Change.AMOUNT: _("Another reward"),
        Change.STANDS: _("Approved, stays"),
    }[Change(change)]


def rerun(desk: Desk, found: Campaign, job: RerunJob | None) -> pages.Rerun:
    """`job` is the one that is shown; the newest where none is asked for."""
    past = reruns_past(found.pk, PAST_SHOWN)
    shown = job or next(iter(past), None)
    is_busy = any(each.state in (*RerunJob.WORKING, State.STOPPED) for each in past)
    may_start = desk.member.may_write and not is_busy and found.published_at is not None
    here = desk.url("rerun", found.public_id)
    return pages.Rerun(
        title=found.title,
        back_url=desk.url("campaign", found.public_id),
        simulator_url=desk.url("simulator"),
        run=_run(desk, found, shown, here) if shown else None,
        start_url=here if may_start else "",
        past=[
            pages.PastRun(
                at=each.created_at,
                why=each.why,
                state=str(each.get_state_display()),
                lines=each.rows_count,
                url=f"{here}?run={each.public_id}",
                is_shown=shown is not None and each.pk == shown.pk,
            )
            for each in past
        ],
    )


def _run(desk: Desk, found: Campaign, job: RerunJob, here: str) -> pages.Run:
    names = people_named([int(who) for who in job.totals])
    rows = rows_first(job, ROWS_SHOWN)
    is_working = job.state in RerunJob.WORKING
    urls = _urls(desk, found, job) if desk.member.may_write else {}
    return pages.Run(
        why=job.why,
        state=str(job.get_state_display()),
        started_at=job.created_at,
        facts=_facts(job),
        people=sorted(
            (
                pages.PersonRow(names.get(int(who), "?"), before, after)
                for who, (before, after) in job.totals.items()
            ),
            key=lambda row: (-abs(row.difference_minor), row.name),
        ),
        rows=_lines(desk, rows),
        rows_count=job.rows_count,
        csv_url=desk.url("rerun_csv", job.public_id) if job.rows_count else "",
        work_text=_work_text(job) if is_working else "",
        percent=_percent(job),
        self_url=f"{here}?run={job.public_id}",
        stands_count=job.counts.get(Change.STANDS, 0),
        missing_minor=_missing(found, job) if job.state == State.CHECKED else 0,
        error=job.error,
        is_checked=job.state == State.CHECKED,
        is_applied=job.state == State.APPLIED,
        **urls,
    )


def _urls(desk: Desk, found: Campaign, job: RerunJob) -> dict[str, str]:
    """What may be done with it now."""
    may: dict[str, tuple[str, ...]] = {
        State.CHECKING: ("stop",),
        State.APPLYING: ("stop",),
        State.STOPPED: ("resume", "drop"),
        State.CHECKED: ("apply", "drop") if _to_correct(job) else ("drop",),
    }
    verbs = may.get(job.state, ())
    return {f"{verb}_url": desk.url(f"rerun_{verb}", found.public_id) for verb in verbs}


def _to_correct(job: RerunJob) -> int:
    return job.rows_count - int(job.counts.get(Change.STANDS, 0))


def _work_text(job: RerunJob) -> str:
    if job.state == State.APPLYING:
        said, done, total = (
            _("Correcting: %(done)s of %(total)s"),
            job.applied_count,
            job.rows_count,
        )
    else:
        said, done, total = _("Comparing: %(done)s of %(total)s"), job.done_count, job.orders_count
    return said % {"done": number_text(done), "total": number_text(total)}


def _percent(job: RerunJob) -> int:
    is_applying = job.state == State.APPLYING or job.resumes_as == State.APPLYING
    done, total = (
        (job.applied_count, job.rows_count) if is_applying else (job.done_count, job.orders_count)
    )
    return min(100, done * 100 // total) if total else 0


def _facts(job: RerunJob) -> list[Fact]:
    facts = [
        Fact(_("Started"), moment_short(job.created_at)),
        Fact(_("Orders looked at"), number_text(job.done_count)),
    ]
    facts += [
        Fact(change_text(change), number_text(job.counts[change]))
        for change in Change
        if job.counts.get(change)
    ]
    facts += [
        Fact(str(outcome.label), number_text(job.outcomes[outcome]))
        for outcome in (RerunRow.Outcome.APPLIED, RerunRow.Outcome.QUEUED, RerunRow.Outcome.OTHER)
        if job.outcomes.get(outcome)
    ]
    if job.finished_at is not None:
        facts.append(Fact(_("Finished"), moment_short(job.finished_at)))
    return facts


def _missing(found: Campaign, job: RerunJob) -> int:
    """What the corrections need beyond the campaign's budget, tiyn."""
    own = people_of(found.pk)
    mine = [sums for who, sums in job.totals.items() if int(who) in own]
    needed = sum(int(after) - int(before) for before, after in mine)
    return max(0, needed - balance_minor(accounts.budget(found.brand_id, found.pk)))


def _lines(desk: Desk, rows: list[RerunRow]) -> list[pages.ChangedLine]:
    names = _names(rows)
    return [
        pages.ChangedLine(
            number=row.order_number,
            url=reverse("brand:order", args=[desk.brand.slug, row.order.public_id]),
            at=row.placed_at,
            change=change_text(row.change),
            before=names.get(row.before_id or 0, ""),
            after=names.get(row.after_id or 0, ""),
            before_minor=row.before_minor,
            after_minor=row.after_minor,
            outcome=str(row.get_outcome_display()) if row.outcome else "",
        )
        for row in rows
    ]


def _names(rows: list[RerunRow]) -> dict[int, str]:
    ids = {who for row in rows for who in (row.before_id, row.after_id) if who is not None}
    return people_named(ids)


def rerun_csv(job: RerunJob) -> FileResponse:
    """Every line that changes, to take away."""
    header = [
        *(_("Order"), _("Day"), _("What changes"), _("Influencer before"), _("Reward before")),
        *(_("Influencer after"), _("Reward after"), _("Result")),
    ]
    name = f"rerun-{clock.day_of(job.created_at):%Y-%m-%d}.csv"
    return csv_answer(name, header, _csv_rows(job))


def _csv_rows(job: RerunJob) -> Iterator[list[str]]:
    """Names are asked for once each."""
    names: dict[int, str] = {}
    for row in rows_all(job):
        unknown = {who for who in (row.before_id, row.after_id) if who is not None} - names.keys()
        if unknown:
            names |= people_named(unknown)
        yield [
            row.order_number,
            f"{clock.day_of(row.placed_at):%Y-%m-%d}",
            change_text(row.change),
            names.get(row.before_id or 0, ""),
            tenge_cell(row.before_minor),
            names.get(row.after_id or 0, ""),
            tenge_cell(row.after_minor) if row.change != Change.STANDS else "",
            str(row.get_outcome_display()) if row.outcome else "",
        ]
