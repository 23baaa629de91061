"""attribution_10k and rerun_stream: many lines, clicks and codes, and then all of it again."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from tools.benches.ingest import processor_seconds
from tools.benches.ingest_world import Shop, mail_put, sales_make, shop_make
from tools.benches.row import Row, machine, setting

if TYPE_CHECKING:
    from attribution.models import RerunJob

CAMPAIGNS = 4
LINES, CLICKS, CODES = 10_000, 1_000_000, 50_000
GOAL_SECONDS = 30.0
CLICK_DAYS = 20
CLICKS_PER_INSERT = 100_000
SAMPLED = 12_000  # clicks that orders may name
RERUN_ORDERS = 100_000
GROWTH_MAX_MB = 64.0  # of the process, while it re-runs


def attribution_10k() -> Row:
    """Seconds of the processor, Python's and PostgreSQL's together, for LINES order lines: from
    their waiting events to decisions with traces, rewards and journals, while the shop has CLICKS
    clicks and CODES codes."""
    from attribution.services.inbox import EVENTS_PER_TASK
    from attribution.services.ingest import inbound_events_process
    from core import clock

    lines, clicks, codes = (
        int(setting(name, value))
        for name, value in (("LINES", LINES), ("CLICKS", CLICKS), ("CODES", CODES))
    )
    now = clock.now()
    shop = shop_make("bench-attribution", campaigns=CAMPAIGNS, now=now)
    clicks_fill(shop, now, clicks)
    codes_fill(shop, codes)
    _analyze()
    ids = _mail(shop, now, lines)
    asked: list[int] = []
    began_by_clock, began = time.perf_counter(), processor_seconds()
    for start in range(0, len(ids), EVENTS_PER_TASK):
        batch = ids[start : start + EVENTS_PER_TASK]
        asked.append(_statements(partial(inbound_events_process, batch)))
    seconds = processor_seconds() - began
    by_clock = time.perf_counter() - began_by_clock
    settled = asked[2:]  # the first ones open accounts
    return Row(
        "attribution_10k",
        ours=round(seconds, 1),
        reference=None,
        ratio=None,
        unit="s",
        goal=f"<= {GOAL_SECONDS:.0f}",
        ok=seconds <= GOAL_SECONDS,
        rounds=1,
        note=f"{lines} lines, {clicks} clicks, {codes} one-time codes; batches of "
        f"{EVENTS_PER_TASK}, statements of a batch {min(settled)} to {max(settled)}; "
        f"{_credited(shop)} credited; {by_clock:.0f} s by the clock; {machine()}",
    )


def rerun_stream() -> Row:
    """Orders that a second of the processor (Python and PostgreSQL together) compares in a re-run:
    stopped and resumed on the way, then corrected. What the process grows by meanwhile must not
    depend on the orders."""
    import attribution.tasks  # noqa: F401  registers what the re-run enqueues
    from attribution.models import RerunJob
    from attribution.services import rerun
    from attribution.services.inbox import EVENTS_PER_TASK
    from attribution.services.ingest import inbound_events_process
    from attribution.services.replay import BATCH as CHUNK
    from core import clock

    orders = int(setting("ORDERS", RERUN_ORDERS))
    now = clock.now()
    shop = shop_make("bench-rerun", campaigns=CAMPAIGNS, now=now)
    for first in range(1, orders + 1, 5_000):
        chance = random.Random(first)  # noqa: S311 repeatable
        count = min(5_000, orders + 1 - first)
        sales = sales_make(count, chance=chance, now=now, shop=shop, first=first)
        ids = mail_put(shop, [sale.body(shop, "processing") for sale in sales], at=now)
        for start in range(0, len(ids), EVENTS_PER_TASK):
            inbound_events_process(ids[start : start + EVENTS_PER_TASK])
    _analyze()
    campaign_id = shop.campaigns[0]
    _policy_turn(campaign_id)

    job = rerun.attribution_rerun(campaign_id=campaign_id, why="Bench")
    for _chunk in range(3):
        rerun._step(job.pk)
    rerun.rerun_stop(campaign_id=campaign_id)
    rerun.rerun_resume(campaign_id=campaign_id)
    before_mb, began = _peak_mb(), processor_seconds()
    compared = _work(job.pk, RerunJob.State.CHECKED)
    compared_seconds = processor_seconds() - began
    rerun.attribution_rerun(campaign_id=campaign_id, dry_run=False)
    began = processor_seconds()
    corrected = _work(job.pk, RerunJob.State.APPLIED)
    corrected_seconds = processor_seconds() - began
    grown_mb = _peak_mb() - before_mb
    measured = compared.done_count - 3 * CHUNK
    per_second = measured / compared_seconds
    return Row(
        "rerun_stream",
        ours=round(per_second),
        reference=None,
        ratio=None,
        unit="orders/s",
        goal=f"+{GROWTH_MAX_MB:.0f} MB",
        ok=grown_mb <= GROWTH_MAX_MB and corrected.applied_count == corrected.rows_count,
        rounds=1,
        note=f"{compared.done_count} orders compared in chunks of {CHUNK}, of which "
        f"{compared.rows_count} lines change; stopped and resumed; corrected "
        f"{corrected.rows_count} lines in {corrected_seconds:.0f} s; a million orders would take "
        f"{1e6 / per_second / 60:.0f} min; memory grew by {grown_mb:.0f} MB; {machine()}",
    )


# --- The world ------------------------------------------------------------------------------


def clicks_fill(shop: Shop, now: datetime, count: int) -> None:
    """So many clicks of the shop's links, of visitors who clicked three times on the average; and
    `shop.clicks` becomes a sample of them."""
    from django.db import connection

    from core.patience import be_patient
    from core.tenancy.context import acting_as

    people = len(shop.participations)
    campaigns = [shop.campaigns[n * len(shop.campaigns) // people] for n in range(people)]
    since, seconds = now - timedelta(days=10 + CLICK_DAYS), CLICK_DAYS * 86_400
    whose: list[Any] = [shop.participations, campaigns, shop.influencers, shop.brand_id]
    for first in range(1, count + 1, CLICKS_PER_INSERT):
        last = min(count, first + CLICKS_PER_INSERT - 1)
        with acting_as(system="bench"), connection.cursor() as cursor:
            be_patient(cursor)
            cursor.execute(_CLICKS, [since, seconds, first, last, *whose, count // 3 or 1])
    with acting_as(system="bench"), connection.cursor() as cursor:
        be_patient(cursor)
        cursor.execute(_SAMPLE, [shop.brand_id, SAMPLED])
        by_person: dict[int, list[UUID]] = {pk: [] for pk in shop.participations}
        for participation_id, click_id in cursor.fetchall():
            by_person[participation_id].append(click_id)
    shop.clicks = [by_person[pk] for pk in shop.participations]


_CLICKS = """
WITH p AS (
    SELECT %s::timestamptz AS since, %s::float AS seconds, %s::int AS first, %s::int AS last,
           %s::bigint[] AS people, %s::bigint[] AS campaigns, %s::bigint[] AS influencers,
           %s::bigint AS brand_id, %s::int AS visitors
), made AS (
    SELECT date_trunc('milliseconds', p.since + random() * p.seconds * interval '1 second') AS at,
           1 + n %% array_length(p.people, 1) AS who, n, p.*
      FROM p, generate_series(p.first, p.last) AS n
)
INSERT INTO attribution_click (click_id, at, link_id, participation_id, campaign_id, brand_id,
       influencer_id, visitor, user_agent, referer, sub1, sub2, sub3, sub4, sub5, flags, device,
       country, city)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
        || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid,
       at, people[who], people[who], campaigns[who], brand_id, influencers[who],
       md5((n %% visitors)::text)::uuid, '', '', '', '', '', '', '', 0, 1, '', ''
  FROM made
"""
_SAMPLE = """
SELECT participation_id, click_id FROM attribution_click
 WHERE brand_id = %s ORDER BY md5(click_id::text) LIMIT %s
"""


def codes_fill(shop: Shop, count: int) -> None:
    """So many one-time codes, given to the first influencer of each campaign; `shop.codes` becomes
    a sample of them, one for each person, which orders then use up."""
    from campaigns.models import PromoCode
    from campaigns.services.code_pools import PoolTerms, codes_generate
    from core.tenancy.context import acting_as

    of_each = len(shop.participations) // len(shop.campaigns)
    for n, campaign_id in enumerate(shop.campaigns):
        first = shop.participations[n * of_each]
        terms = PoolTerms(campaign_id=campaign_id, name="Bench", participation_id=first)
        codes_generate(terms, count=count // len(shop.campaigns))
    with acting_as(system="bench"):
        pooled = PromoCode.objects.filter(brand_id=shop.brand_id, pool__isnull=False)
        shop.codes += pooled.order_by("pk").values_list("code", flat=True)[:SAMPLED]


def _mail(shop: Shop, now: datetime, lines: int) -> Sequence[UUID]:
    """Orders of one line each: a click of the sample, a code, both or neither."""
    chance = random.Random(1)  # noqa: S311 repeatable
    sales = [
        replace(
            sale,
            amounts=sale.amounts[:1],
            person=(person := chance.randrange(len(shop.clicks))),
            click=chance.randrange(len(shop.clicks[person])),
            other=chance.randrange(len(shop.codes)),
        )
        for sale in sales_make(lines, chance=chance, now=now, shop=shop, first=1)
    ]
    return mail_put(shop, [sale.body(shop, "processing") for sale in sales], at=now)


def _policy_turn(campaign_id: int) -> None:
    """From now on the other one of code and click wins."""
    from campaigns.models import Participation, Terms
    from core.tenancy.context import acting_as

    with acting_as(system="bench"):
        (terms,) = Terms.objects.filter(campaign_id=campaign_id)
        is_code = terms.code_policy == Terms.CodePolicy.CODE_WINS
        terms.pk, terms.version = None, terms.version + 1
        terms.code_policy = Terms.CodePolicy.CLICK_WINS if is_code else Terms.CodePolicy.CODE_WINS
        terms.save(force_insert=True)
        Participation.objects.filter(campaign_id=campaign_id).update(terms=terms)


# --- Measuring ------------------------------------------------------------------------------


def _work(job_id: int, until: str) -> RerunJob:
    """Until it is in this state, as workers take turns with it."""
    from attribution.models import RerunJob
    from attribution.services import rerun
    from core.tenancy.context import acting_as

    while True:
        rerun.rerun_work(job_id)
        with acting_as(system="bench"):
            job = RerunJob.objects.get(pk=job_id)
        assert not job.error, job.error
        if job.state == until:
            return job


def _statements(work: Callable[[], object]) -> int:
    from django.db import connection

    count = 0

    def counted(execute: Callable[..., Any], *given: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*given)

    with connection.execute_wrapper(counted):
        work()
    return count


def _credited(shop: Shop) -> int:
    from attribution.models import Conversion
    from core.tenancy.context import acting_as

    with acting_as(system="bench"):
        return Conversion.objects.filter(brand_id=shop.brand_id).count()


def _analyze() -> None:
    from tools.benches.ingest import _statistics_gather

    _statistics_gather()


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
