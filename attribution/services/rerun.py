"""A campaign's stored orders under the rules of now: first what would change, then the correction.

In chunks of CHUNK, each in one transaction with how far it is: a kill at any point loses none and
does none twice, and `reruns_sweep` finds what stands still. The comparison does what the correction
would do, with the same code, and takes it back before the chunk ends; so nothing is posted, and
what it says is what comes. Budgets are whole again in every chunk: the page says what is missing.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from attribution.domain.rerun import Change, Share, line_change, line_outcome
from attribution.models import Order, RerunJob, RerunRow
from attribution.selectors.dossiers import Dossier, Key
from attribution.selectors.news import News
from attribution.selectors.reruns import (
    orders_after,
    orders_of_run,
    people_of,
    rerun_open,
    rows_after,
    shares_of,
)
from attribution.services.conversions import conversions_settle
from attribution.services.decisions import order_decide
from attribution.services.replay import BATCH as CHUNK
from attribution.services.replay import batch_replay
from attribution.services.work import Work, work_load
from campaigns.models import Campaign
from core import clock
from core.audit.services import audit_record
from core.bulk import row_new, rows_insert, rows_update
from core.crash import crash_point
from core.errors import DomainError, Invalid
from core.jobs import enqueue
from core.tenancy.context import acting_as, acting_user_id

logger = logging.getLogger(__name__)

TASK = "attribution.tasks.rerun_work"
WHY_CHARS_MAX = 300
WORK_SECONDS = 180.0  # then it stands behind others; below CELERY_TASK_TIME_LIMIT
STILL = timedelta(seconds=60)  # whoever worked on it is gone
PURPOSE = "re-run"
State = RerunJob.State


class RerunConflict(DomainError):
    """The re-run is in another state than this asks for."""

    code = "rerun_conflict"


# --- What a person asks ---------------------------------------------------------------------


def attribution_rerun(*, campaign_id: int, why: str = "", dry_run: bool = True) -> RerunJob:
    """Compare the campaign's orders with the rules of now, in the background; nothing is posted.
    With `dry_run` off, correct what the last comparison has found.

    Raises:
        Invalid: no reason is given.
        RerunConflict: a comparison or a correction goes on; there is nothing to correct; the
            campaign was never published.
    """
    if not dry_run:
        return _apply_begin(campaign_id)
    reason = why.strip()
    if not reason or len(reason) > WHY_CHARS_MAX:
        message = _("Say why, in up to 300 characters: it stays with the corrections.")
        raise Invalid.of("why", message)
    with acting_as(system=PURPOSE):
        campaign = Campaign.objects.select_for_update().get(pk=campaign_id)
        if campaign.published_at is None:
            raise RerunConflict(_("A draft has no orders: publish the campaign first."))
        if (before := rerun_open(campaign_id)) is not None:
            if before.state != State.CHECKED:
                raise RerunConflict(_("A re-run of this campaign is not finished."))
            _state_set(before, State.DROPPED, "rerun.drop")
        job = RerunJob(
            brand_id=campaign.brand_id,
            campaign=campaign,
            why=reason,
            started_by_id=acting_user_id(),
            until=clock.now(),
        )
        job.orders_count = orders_of_run(campaign, job.until).count()
        job.save()
        audit_record("rerun.start", job, after={"why": reason, "orders": job.orders_count})
        enqueue(TASK, job.pk)
    return job


def _apply_begin(campaign_id: int) -> RerunJob:
    with acting_as(system=PURPOSE):
        job = _locked(campaign_id)
        if job is None or job.state != State.CHECKED or not job.rows_count:
            raise RerunConflict(_("There is nothing to correct: compare first."))
        job.cursor, job.applied_by_id = [], acting_user_id()
        _state_set(job, State.APPLYING, "rerun.apply")
        enqueue(TASK, job.pk)
    return job


def rerun_stop(*, campaign_id: int) -> RerunJob:
    """Stop after the chunk that is worked on. What is corrected stays corrected.

    Raises: RerunConflict when nothing goes on.
    """
    with acting_as(system=PURPOSE):
        job = _locked(campaign_id)
        if job is None or job.state not in RerunJob.WORKING:
            raise RerunConflict(_("Nothing goes on that could be stopped."))
        job.resumes_as = job.state
        _state_set(job, State.STOPPED, "rerun.stop")
    return job


def rerun_resume(*, campaign_id: int) -> RerunJob:
    """Go on where it was stopped. Raises: RerunConflict when it was not."""
    with acting_as(system=PURPOSE):
        job = _locked(campaign_id)
        if job is None or job.state != State.STOPPED:
            raise RerunConflict(_("This re-run was not stopped."))
        job.error = ""
        _state_set(job, State(job.resumes_as), "rerun.resume")
        enqueue(TASK, job.pk)
    return job


def rerun_drop(*, campaign_id: int) -> RerunJob:
    """Give up what waits or was stopped; the orders stay as they are.

    Raises: RerunConflict when there is no such re-run.
    """
    with acting_as(system=PURPOSE):
        job = _locked(campaign_id)
        if job is None or job.state not in (State.CHECKED, State.STOPPED):
            raise RerunConflict(_("There is no re-run that could be given up."))
        job.resumes_as = ""
        _state_set(job, State.DROPPED, "rerun.drop")
    return job


def _locked(campaign_id: int) -> RerunJob | None:
    rows = RerunJob.objects.select_for_update().filter(campaign_id=campaign_id)
    return rows.filter(state__in=RerunJob.OPEN).first()


def _state_set(job: RerunJob, state: State, action: str) -> None:
    before = {"state": job.state}
    job.state, job.touched_at = state, None
    job.finished_at = clock.now() if state in (State.DROPPED, State.APPLIED) else None
    job.save()
    after = {"state": str(state), "why": job.why, "lines": job.rows_count}
    audit_record(action, job, before=before, after=after)


# --- The work -------------------------------------------------------------------------------


def rerun_work(job_id: int) -> None:
    """Work on a re-run until it is done, stopped, or WORK_SECONDS are over."""
    begun = time.monotonic()
    while _step(job_id):
        crash_point("rerun.step")
        if time.monotonic() - begun > WORK_SECONDS:
            with acting_as(system=PURPOSE):
                enqueue(TASK, job_id)
            return


def reruns_sweep() -> int:
    """Have those worked on that nobody works on. Returns how many."""
    with acting_as(system=PURPOSE):
        still = clock.now() - STILL
        working = RerunJob.objects.filter(state__in=RerunJob.WORKING)
        ids = [
            pk
            for pk, touched_at in working.values_list("pk", "touched_at")
            if touched_at is None or touched_at < still
        ]
        for job_id in ids:
            enqueue(TASK, job_id)
    return len(ids)


def _step(job_id: int) -> bool:
    """One chunk; False when there is none, or somebody else does it."""
    try:
        with acting_as(system=f"{PURPOSE} {job_id}"):
            job = (
                RerunJob.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("campaign")
                .filter(pk=job_id, state__in=RerunJob.WORKING)
                .first()
            )
            if job is None:
                return False
            return _chunk_check(job) if job.state == State.CHECKING else _chunk_apply(job)
    except Exception as error:  # any bug must land in the row, where both sides see it
        logger.exception("re-run %s failed", job_id)
        _failed(job_id, error)
        return False


def _failed(job_id: int, error: Exception) -> None:
    with acting_as(system=PURPOSE):
        job = RerunJob.objects.select_for_update().get(pk=job_id)
        if job.state in RerunJob.WORKING:
            job.error = f"{type(error).__name__}: {error}"[:WHY_CHARS_MAX].replace("\x00", "")
            job.resumes_as = job.state
            _state_set(job, State.STOPPED, "rerun.fail")


# --- Comparing ------------------------------------------------------------------------------


def _chunk_check(job: RerunJob) -> bool:
    chunk = orders_after(job, CHUNK)
    if not chunk:
        _state_set(job, State.CHECKED, "rerun.checked")
        return False
    rows = _differences(job, [place.key for place in chunk])
    rows_insert(rows)
    _note(job, rows)
    job.cursor = [chunk[-1].placed_at.isoformat(), chunk[-1].order_id]
    job.done_count += len(chunk)
    job.touched_at = clock.now()
    job.save()
    return True


class _Undone(Exception):
    """What was tried is taken back."""


def _differences(job: RerunJob, keys: list[Key]) -> list[RerunRow]:
    """What a correction of these orders would change, tried and taken back."""
    found: list[RerunRow] = []
    try:
        with transaction.atomic():
            found = _tried(job, keys)
            raise _Undone
    except _Undone:
        return found


def _tried(job: RerunJob, keys: list[Key]) -> list[RerunRow]:
    work, people = work_load(News(names=set(keys))), people_of(job.campaign_id)
    found = (work.dossiers.get(key) for key in keys)
    dossiers = [each for each in found if _concerns(work, each, people)]
    if not dossiers:
        return []
    line_ids = [line.pk for dossier in dossiers for line in dossier.lines.values()]
    before = shares_of(line_ids)
    for dossier in dossiers:
        order_decide(work, dossier)
    work.changes.write()
    conversions_settle(work)
    after = shares_of(line_ids)
    rows: list[RerunRow] = []
    for dossier in dossiers:
        for name, line in dossier.lines.items():
            decision = dossier.decisions[name]
            shares = before.get(line.pk), after.get(line.pk)
            change = line_change(*shares, decision.participation_id)
            if change is not None:
                whose = decision.participation_id
                row = _row(job, dossier.the_order(), line.pk, change, decision.rule, whose)
                row.before_id, row.before_minor = _of(shares[0])
                if change is not Change.STANDS:
                    row.after_id, row.after_minor = _of(shares[1])
                rows.append(row)
    return rows


def _concerns(work: Work, dossier: Dossier, people: frozenset[int]) -> bool:
    """Whether anything of an order speaks for the campaign now, or did when it was decided."""
    if dossier.order is None:
        return False
    spoke = (each["participation"] for made in dossier.decisions.values() for each in made.trace)
    if any(who in people for who in spoke):
        return True
    of_lines = work.evidence.line_candidates(dossier).values()
    speaking = [
        *work.evidence.order_candidates(dossier),
        *(one for many in of_lines for one in many),
    ]
    return any(each.participation_id in people for each in speaking)


def _of(share: Share | None) -> tuple[int | None, int]:
    return (share.participation_id, share.commission_minor) if share else (None, 0)


def _row(
    job: RerunJob, order: Order, line_id: int, change: Change, rule: str, whose: int | None
) -> RerunRow:
    """`after` is whose it would be, and for what is approved only that."""
    return row_new(
        RerunRow,
        job=job,
        brand_id=job.brand_id,
        order_id=order.pk,
        line_id=line_id,
        order_number=order.number,
        placed_at=order.placed_at,
        change=change,
        before_id=None,
        after_id=whose,
        before_minor=0,
        after_minor=0,
        rule=rule,
    )


def _note(job: RerunJob, rows: list[RerunRow]) -> None:
    """Count what was found. The sums are by participation: they do not grow with the orders."""
    job.rows_count += len(rows)
    job.counts = dict(Counter(job.counts) + Counter(str(row.change) for row in rows))
    for row in rows:
        if row.change == Change.STANDS:
            continue
        for place, who, minor in (
            (0, row.before_id, row.before_minor),
            (1, row.after_id, row.after_minor),
        ):
            if who is not None:
                job.totals.setdefault(str(who), [0, 0])[place] += minor


# --- Correcting -----------------------------------------------------------------------------


def _chunk_apply(job: RerunJob) -> bool:
    """The orders of the next rows are decided again, by what is known at this moment."""
    rows = rows_after(job, CHUNK)
    if not rows:
        _state_set(job, State.APPLIED, "rerun.applied")
        return False
    orders = {row.order_id: row.order for row in rows}
    keys = sorted({(order.connection_id, order.external_id) for order in orders.values()})
    batch_replay(keys)
    crash_point("rerun.replayed")
    shares = shares_of([row.line_id for row in rows])
    for row in rows:
        planned = (row.after_id, row.after_minor)
        if row.change == Change.STANDS:
            row.outcome = RerunRow.Outcome.STANDS
        else:
            row.outcome = line_outcome(shares.get(row.line_id), planned)
    rows_update(rows, ["outcome"])
    job.outcomes = dict(Counter(job.outcomes) + Counter(str(row.outcome) for row in rows))
    job.cursor, job.applied_count = [rows[-1].pk], job.applied_count + len(rows)
    job.touched_at = clock.now()
    job.save()
    return True
