"""Looks for promo codes that have leaked. Run by beat; what it may think is in domain/leak_guard.

    new candidates of decisions -> uses of codes -> counts of the codes that were used -> findings

A constant number of statements for a batch, whatever the number of codes in it. Repeatable: a use
is one row per code and order, and a code has one open finding of a kind.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Max

from attribution.domain.leak_guard import OPEN_DAYS_MAX, WARM_HOURS, Sign, signs_of
from attribution.models import CodeFinding, CodeUse, CodeWatch
from attribution.selectors.code_evidence import codes_meant
from attribution.selectors.leak_counts import Named, counts_of, uses_named
from campaigns.domain.codes import skeleton
from campaigns.models import Campaign, Participation, PromoCode
from campaigns.services.codes import code_rotate
from core import clock
from core.audit.models import AuditEntry
from core.audit.services import audit_entry
from core.bulk import array_of, row_new, rows_insert, rows_update
from core.errors import DomainError
from core.tenancy.context import acting_as
from influencers.models import Influencer
from influencers.notices import influencer_notice_queue

logger = logging.getLogger(__name__)

BATCH = 20_000  # candidates of decisions
# A candidate has its number before its transaction commits: the last ones are read again
OVERLAP = 20_000
LAPSE_MAX = 1_000
ROTATE_MAX = 100
State = CodeFinding.State
LIVING = (PromoCode.State.ACTIVE, PromoCode.State.REPLACED)


def leaks_find() -> int:
    """Read the new uses of all codes and look at those codes. Returns how many findings are new."""
    opened, after_id = 0, None
    while True:
        with acting_as(system="leak guard"):
            watch = _watch_locked()
            begin = max(0, watch.candidate_id - OVERLAP) if after_id is None else after_id
            named = uses_named(begin, rows=BATCH)
            if named:
                opened += _batch_look(named)
                after_id = named[-1].candidate_id
                watch.candidate_id = max(watch.candidate_id, after_id)
            watch.read_at = clock.now()
            watch.save()
        if len(named) < BATCH:
            break
    _codes_rotate()
    _findings_lapse()
    return opened


def _watch_locked() -> CodeWatch:
    CodeWatch.objects.get_or_create(pk=1)
    return CodeWatch.objects.select_for_update().get(pk=1)


# --- Uses -----------------------------------------------------------------------------------


def _batch_look(named: Sequence[Named]) -> int:
    known = codes_meant({(each.brand_id, skeleton(each.text)) for each in named})
    used: list[tuple[Named, PromoCode]] = []
    for each in named:
        found = known.get((each.brand_id, skeleton(each.text)))
        # A one-time code has one use; and a text may have got another owner since
        if (
            found
            and not found.code.pool_id
            and found.code.participation_id == each.participation_id
        ):
            used.append((each, found.code))
    fresh = _uses_insert(used)
    codes = {code.pk: code for _each, code in used if code.pk in fresh and code.state in LIVING}
    return _codes_look(list(codes.values())) if codes else 0


def _uses_insert(used: Sequence[tuple[Named, PromoCode]]) -> set[int]:
    """The codes that have new uses."""
    if not used:
        return set()
    now = clock.now()
    parameters = [
        array_of(code.pk for _each, code in used),
        array_of(each.brand_id for each, _code in used),
        array_of(code.campaign_id for _each, code in used),
        array_of(each.participation_id for each, _code in used),
        array_of(code.influencer_id for _each, code in used),
        array_of(each.order_id for each, _code in used),
        array_of(each.at for each, _code in used),
    ]
    known_from = now - timedelta(days=settings.CLICK_HOURLY_DAYS - 1)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [known_from, now, WARM_HOURS, *parameters])
        return {pk for (pk,) in cursor.fetchall()}


# Cold is a use with no click of its own, and no person on any link of the influencer in the hours
# before it: as far back as hours are kept, and never for an order that has a day only.
_INSERT = f"""
INSERT INTO {CodeUse._meta.db_table} (
    code_id, brand_id, campaign_id, participation_id, influencer_id, order_id, at,
    is_clicked, is_cold)
SELECT w.*, own.is_clicked,
       CASE WHEN w.at BETWEEN %s AND %s
             AND (w.at AT TIME ZONE 'Asia/Almaty')::time <> '00:00'
            THEN NOT (own.is_clicked
              OR EXISTS (SELECT FROM attribution_clickhourly h
                          WHERE h.influencer_id = w.influencer_id
                            AND h.campaign_id = w.campaign_id AND h.people > 0
                            AND h.hour_at > w.at - make_interval(hours => %s + 1)
                            AND h.hour_at <= w.at)
              OR EXISTS (SELECT FROM attribution_tagday t
                          WHERE t.participation_id = w.participation_id AND t.visits > 0
                            AND t.influencer_id = w.influencer_id
                            AND t.day_on = (w.at AT TIME ZONE 'Asia/Almaty')::date)) END
  FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
              %s::timestamptz[])
       AS w (code_id, brand_id, campaign_id, participation_id, influencer_id, order_id, at)
 CROSS JOIN LATERAL (
       SELECT EXISTS (SELECT FROM attribution_candidate k
                       WHERE k.order_id = w.order_id AND k.participation_id = w.participation_id
                         AND k.kind IN ('click', 'page_click')) AS is_clicked) own
    ON CONFLICT (code_id, order_id) DO NOTHING
RETURNING code_id
"""  # noqa: S608  # a constant


# --- Findings -------------------------------------------------------------------------------


def _codes_look(codes: Sequence[PromoCode]) -> int:
    """Open what is new, let the figures of what is open follow."""
    now = clock.now()
    mine = CodeFinding.objects.filter(code_id__in=[code.pk for code in codes])
    decided = dict(
        mine.exclude(state=State.OPEN).values_list("code_id").annotate(at=Max("closed_at"))
    )
    open_ones = {(each.code_id, each.signal): each for each in mine.filter(state=State.OPEN)}
    counts = counts_of(codes, decided, now=now)
    opened: list[CodeFinding] = []
    seen: list[CodeFinding] = []
    for code in codes:
        for sign in signs_of(counts[code.pk]):
            finding = open_ones.get((code.pk, sign.signal))
            if finding is None:
                opened.append(_finding_new(code, sign, now))
            else:
                finding.figures, finding.until_at, finding.seen_at = (
                    sign.figures,
                    sign.until_at,
                    now,
                )
                finding.since_at = min(finding.since_at, sign.since_at)
                seen.append(finding)
    rows_update(seen, ("figures", "since_at", "until_at", "seen_at"))
    if opened:
        rows_insert(opened)
        rows_insert([_opened_entry(finding) for finding in opened])
        _opened_notices(opened)
    return len(opened)


def _finding_new(code: PromoCode, sign: Sign, now: datetime) -> CodeFinding:
    return row_new(
        CodeFinding,
        code=code,
        brand_id=code.brand_id,
        campaign_id=code.campaign_id,
        participation_id=code.participation_id,
        influencer_id=code.influencer_id,
        signal=str(sign.signal),
        figures=sign.figures,
        since_at=sign.since_at,
        until_at=sign.until_at,
        opened_at=now,
        seen_at=now,
    )


def _opened_entry(finding: CodeFinding) -> AuditEntry:
    after = {"code": finding.code.code, "signal": finding.signal, "figures": finding.figures}
    return audit_entry("code_finding.open", finding, after=after)


def _opened_notices(opened: Collection[CodeFinding]) -> None:
    """One letter for a code, whatever was seen of it."""
    by_code: dict[int, CodeFinding] = {}
    for finding in opened:
        by_code.setdefault(finding.code_id, finding)
    people = Influencer.objects.select_related("user").in_bulk(
        {each.influencer_id for each in by_code.values()}
    )
    campaigns = Campaign.objects.in_bulk({each.campaign_id for each in by_code.values()})
    for finding in by_code.values():
        influencer_notice_queue(
            "code_finding",
            people[finding.influencer_id],
            context={
                "campaign": campaigns[finding.campaign_id],
                "code": finding.code.code,
                "finding_id": finding.public_id,
                "days": OPEN_DAYS_MAX,
            },
            dedupe_key=f"code-finding:{finding.public_id}",
        )


# --- What follows of itself -----------------------------------------------------------------


def _codes_rotate() -> None:
    """A new code for each that looks leaked, where the campaign wants that: the old one counts no
    more from now on, and what it has earned stays."""
    with acting_as(system="leak guard"):
        open_ones = CodeFinding.objects.filter(
            state=State.OPEN,
            campaign__leak_mode=Campaign.LeakMode.ROTATE,
            code__state=PromoCode.State.ACTIVE,
            participation__state=Participation.State.APPROVED,
        )
        due = sorted(set(open_ones.values_list("participation_id", flat=True)))[:ROTATE_MAX]
    for participation_id in due:
        try:
            code_rotate(participation_id=participation_id, grace_days=0)
        except DomainError as error:  # left meanwhile, or the campaign counts links only now
            logger.warning("the code of participation %s stays: %s", participation_id, error)


def _findings_lapse() -> None:
    """What nobody decided about in time holds nothing any more."""
    now = clock.now()
    with acting_as(system="leak guard"):
        late = CodeFinding.objects.select_for_update(skip_locked=True).filter(
            state=State.OPEN, opened_at__lte=now - timedelta(days=OPEN_DAYS_MAX)
        )
        lapsed = list(late.order_by("pk")[:LAPSE_MAX])
        for finding in lapsed:
            finding.state, finding.closed_at = State.LAPSED, now
        rows_update(lapsed, ("state", "closed_at"))
        if lapsed:
            after = {"state": str(State.LAPSED)}
            rows_insert([audit_entry("code_finding.lapse", each, after=after) for each in lapsed])
