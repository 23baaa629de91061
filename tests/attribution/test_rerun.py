"""A campaign's orders under the rules of now: compared first, corrected if the brand agrees."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.domain.rerun import Change, Share, line_change, line_outcome
from attribution.models import (
    Candidate,
    Conversion,
    ConversionVersion,
    Decision,
    RerunJob,
    RerunRow,
)
from attribution.selectors.reruns import rerun_open
from attribution.services import rerun
from attribution.services.lifecycle import conversions_advance
from attribution.services.rerun import (
    RerunConflict,
    attribution_rerun,
    rerun_drop,
    rerun_resume,
    rerun_stop,
    rerun_work,
    reruns_sweep,
)
from campaigns.models import Campaign
from core.audit.models import AuditEntry
from core.errors import Invalid
from core.tenancy.context import acting_as
from ledger.checks import ledger_findings
from ledger.models import Entry, Journal
from tests.attribution.shop import click_make, order_body, shop_open
from tests.attribution.test_peers import also_here, terms_set
from tests.attribution.test_sale import COMMISSION, PLACED, count, deliver, held, the
from tests.clocks import clock_at

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ALIYA = Share(1, "pending", 100)


_noon = clock_at(NOW)


@pytest.fixture
def sold(cast, client):
    """Four orders with Aliya's code and Dana's link: Aliya's, as codes win. The first is approved,
    the second received, the third ordered; the fourth has no link of Dana's."""
    shop = shop_open(cast.tulpar)
    dana = also_here(cast)
    for number in (1, 2, 3):
        click = click_make(dana, at=PLACED - timedelta(hours=number))
        body = {"coupons": ("AQTAS",), "click_id": click.click_id.hex}
        placed = PLACED - timedelta(days=30) if number == 1 else PLACED
        if number == 1:
            click = click_make(dana, at=placed - timedelta(hours=1))
            body["click_id"] = click.click_id.hex
        status = "processing" if number == 3 else "completed"
        deliver(client, shop, order_body(number, status=status, placed=placed, **body))
    assert conversions_advance() == 1
    deliver(client, shop, order_body(4, coupons=("AQTAS",)))
    return shop


def compare(cast, why="The link counts from now on") -> RerunJob:
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        job = attribution_rerun(campaign_id=cast.tulpar.campaign, why=why)
    rerun_work(job.pk)
    return the(RerunJob, pk=job.pk)


def correct(cast) -> RerunJob:
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        job = attribution_rerun(campaign_id=cast.tulpar.campaign, dry_run=False)
    rerun_work(job.pk)
    return the(RerunJob, pk=job.pk)


def rows(job) -> list[tuple]:
    with acting_as(system="test"):
        found = RerunRow.objects.filter(job=job).order_by("order_number")
        return [
            (row.order_number, row.change, row.before_minor, row.after_minor, row.outcome)
            for row in found
        ]


def everything() -> dict[str, int]:
    """How many rows there are of everything that a decision, a reward or money leaves behind."""
    models = (Decision, Candidate, Conversion, ConversionVersion, Journal, Entry)
    counted = {model.__name__: count(model) for model in models}
    with acting_as(ops=1):
        about = AuditEntry.objects.filter(object_type="attribution.conversion")
        return counted | {"audit": about.count()}


# --- Line by line ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "decided", "change"),
    [
        (None, None, None, None),
        (ALIYA, ALIYA, 1, None),
        (None, ALIYA, 1, Change.GAINED),
        (ALIYA, None, None, Change.LOST),
        (ALIYA, Share(2, "pending", 100), 2, Change.MOVED),
        (ALIYA, Share(1, "pending", 90), 1, Change.AMOUNT),
        (ALIYA, Share(1, "on_hold", 100), 1, None),
        (Share(1, "approved", 100), Share(1, "approved", 100), 2, Change.STANDS),
        (Share(1, "paid", 100), Share(1, "paid", 100), None, Change.STANDS),
        (Share(1, "paid", 100), Share(1, "paid", 100), 1, None),
    ],
)
def test_how_a_line_differs(before, after, decided, change):
    assert line_change(before, after, decided) is change


@pytest.mark.parametrize(
    ("after", "planned", "outcome"),
    [
        (ALIYA, (1, 100), "applied"),
        (None, (None, 0), "applied"),
        (Share(1, "awaiting_funding", 100), (1, 100), "queued"),
        (Share(1, "approved", 100), (2, 100), "stands"),
        (ALIYA, (2, 100), "other"),
        (ALIYA, (1, 90), "other"),
        (None, (1, 100), "other"),
    ],
)
def test_what_became_of_a_planned_correction(after, planned, outcome):
    assert line_outcome(after, planned) == outcome


# --- The whole way --------------------------------------------------------------------------


def test_a_comparison_says_what_changes_and_posts_nothing(cast, sold):
    terms_set(cast, code_policy="click_wins")
    before, money = everything(), held(cast)

    job = compare(cast)

    assert (job.state, job.orders_count, job.done_count) == ("checked", 4, 4)
    assert rows(job) == [
        ("1", "stands", COMMISSION, 0, ""),
        ("2", "moved", COMMISSION, COMMISSION, ""),
        ("3", "moved", COMMISSION, COMMISSION, ""),
    ]
    assert job.counts == {"stands": 1, "moved": 2}
    assert sorted(job.totals.values()) == [[0, 2 * COMMISSION], [2 * COMMISSION, 0]]
    assert (everything(), held(cast)) == (before, money)


def test_a_correction_moves_what_is_not_approved_by_new_versions_and_says_what_stays(cast, sold):
    terms_set(cast, code_policy="click_wins")
    with acting_as(system="test"):
        old = list(ConversionVersion.objects.order_by("pk").values())
    compare(cast)
    job = correct(cast)

    assert (job.state, job.applied_count) == ("applied", 3)
    assert [row[-1] for row in rows(job)] == ["stands", "applied", "applied"]
    assert job.outcomes == {"stands": 1, "applied": 2}
    with acting_as(system="test"):
        living = Conversion.objects.exclude(status="rejected").order_by("order_number")
        assert [(each.order_number, each.influencer.name, each.status) for each in living] == [
            ("1", "Aliya", "approved"),
            ("2", "Dana", "on_hold"),
            ("3", "Dana", "pending"),
            ("4", "Aliya", "pending"),
        ]
        lost = Conversion.objects.filter(status="rejected")
        assert {(each.reason_code, each.commission_minor) for each in lost} == {(20, 0)}
        assert list(ConversionVersion.objects.order_by("pk").values())[: len(old)] == old
        assert ledger_findings() == []
    assert held(cast) == (COMMISSION, COMMISSION, 50_000_000 - 4 * COMMISSION)


def test_who_and_why_is_in_the_audit_log(cast, sold):
    terms_set(cast, code_policy="click_wins")
    compare(cast)
    job = correct(cast)
    with acting_as(ops=1):
        log = AuditEntry.objects.filter(object_type="attribution.rerunjob").order_by("at", "id")
        told = [(each.action, each.user_id, each.after["why"]) for each in log if each.user_id]
        moved = AuditEntry.objects.filter(actor=f"system:re-run {job.pk}")
        actions = {each.action for each in moved}
    why = "The link counts from now on"
    assert sorted(told) == [
        ("rerun.apply", cast.tulpar.owner, why),
        ("rerun.start", cast.tulpar.owner, why),
    ]
    assert {"conversion reassigned", "conversion ordered", "rerun.applied"} <= actions


def test_a_second_run_finds_nothing_and_cannot_be_corrected(cast, sold):
    terms_set(cast, code_policy="click_wins")
    compare(cast)
    correct(cast)
    before = everything()
    with pytest.raises(RerunConflict, match="nothing to correct"):
        correct(cast)
    job = compare(cast, "Once more")
    assert (job.state, rows(job)) == ("checked", [("1", "stands", COMMISSION, 0, "")])
    correct(cast)
    assert everything() == before


def test_a_smaller_percent_takes_nothing_from_what_was_promised_and_no_evidence_does(cast, sold):
    terms_set(cast, commission_bps=500)
    assert rows(compare(cast)) == []  # a sale stays under the terms that it was made under
    terms_set(cast, version=3, paying_grades="D")
    assert [row[:2] for row in rows(compare(cast, "Again"))] == [
        ("1", "stands"), ("2", "lost"), ("3", "lost"), ("4", "lost"),
    ]  # fmt: skip


# --- Stopped, killed, asked twice -----------------------------------------------------------


def test_it_is_stopped_and_goes_on_where_it_was(cast, sold, monkeypatch):
    monkeypatch.setattr(rerun, "CHUNK", 1)
    monkeypatch.setattr(rerun, "WORK_SECONDS", -1.0)  # a chunk, then others
    terms_set(cast, code_policy="click_wins")
    job = compare(cast)
    assert (job.state, job.done_count) == ("checking", 1)
    rerun_stop(campaign_id=cast.tulpar.campaign)
    rerun_work(job.pk)
    assert the(RerunJob).done_count == 1
    with pytest.raises(RerunConflict, match="not finished"):
        compare(cast)
    rerun_resume(campaign_id=cast.tulpar.campaign)
    for _chunk in range(4):
        rerun_work(job.pk)
    assert (the(RerunJob).state, len(rows(job))) == ("checked", 3)

    correct(cast)
    rerun_stop(campaign_id=cast.tulpar.campaign)
    assert the(RerunJob).resumes_as == "applying"
    rerun_resume(campaign_id=cast.tulpar.campaign)
    assert reruns_sweep() == 1
    for _chunk in range(3):
        rerun_work(job.pk)
    assert the(RerunJob).outcomes == {"stands": 1, "applied": 2}
    assert held(cast)[:2] == (COMMISSION, COMMISSION)


def test_what_fails_stops_says_why_and_is_taken_up_again(cast, sold, monkeypatch):
    monkeypatch.setattr(rerun, "CHUNK", 2)
    terms_set(cast, code_policy="click_wins")
    real = rerun.order_decide

    def fails(work, dossier):
        if dossier.the_order().number == "3":
            raise ZeroDivisionError("a bug")
        real(work, dossier)

    monkeypatch.setattr(rerun, "order_decide", fails)
    job = compare(cast)
    assert (job.state, job.done_count, job.error) == ("stopped", 2, "ZeroDivisionError: a bug")
    monkeypatch.setattr(rerun, "order_decide", real)
    rerun_resume(campaign_id=cast.tulpar.campaign)
    rerun_work(job.pk)
    assert [row[0] for row in rows(the(RerunJob))] == ["1", "2", "3"]


def test_what_waits_for_a_word_can_be_given_up_and_a_new_comparison_replaces_it(cast, sold):
    terms_set(cast, code_policy="click_wins")
    compare(cast)
    compare(cast, "Other words")
    assert sorted(each.state for each in the_all(RerunJob)) == ["checked", "dropped"]
    rerun_drop(campaign_id=cast.tulpar.campaign)
    with acting_as(brand=cast.tulpar.brand):
        assert rerun_open(cast.tulpar.campaign) is None
    for refused in (rerun_drop, rerun_stop, rerun_resume):
        with pytest.raises(RerunConflict):
            refused(campaign_id=cast.tulpar.campaign)


def the_all(model):
    with acting_as(system="test"):
        return list(model.objects.all())


@pytest.mark.parametrize("why", ["", "  ", "x" * 301])
def test_a_reason_is_asked_for(cast, sold, why):
    with pytest.raises(Invalid):
        compare(cast, why)


def test_a_draft_has_no_orders(cast):
    with acting_as(system="test"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(published_at=None, status="draft")
    with pytest.raises(RerunConflict, match="draft"):
        compare(cast)


def test_orders_without_anything_of_the_campaign_are_left_alone(cast, client):
    shop = shop_open(cast.tulpar)
    deliver(client, shop, order_body(1, coupons=("SALE20",)))
    job = compare(cast)
    assert (job.done_count, rows(job)) == (1, [])


def test_a_budget_that_does_not_carry_the_correction_lets_it_wait(cast, client):
    """Dana's link now earns 20 %, and the budget was Aliya's 10 % alone."""
    shop = shop_open(cast.tulpar, budget_minor=COMMISSION)
    dana = also_here(cast)
    click = click_make(dana, at=PLACED - timedelta(hours=1))
    deliver(client, shop, order_body(1, coupons=("AQTAS",), click_id=click.click_id.hex))
    terms_set(cast, code_policy="click_wins", commission_bps=2000)
    assert rows(compare(cast)) == [("1", "moved", COMMISSION, 2 * COMMISSION, "")]
    job = correct(cast)
    assert job.outcomes == {"queued": 1}
    assert held(cast) == (0, 0, COMMISSION)


def test_a_chunk_asks_as_often_for_many_orders_as_for_one(cast, client):
    shop = shop_open(cast.tulpar)
    dana = also_here(cast)
    asked = {}
    for turn, size in enumerate((2, 1, 9)):  # the first one opens accounts
        for number in range(size):
            click = click_make(dana, at=PLACED - timedelta(hours=number))
            body = order_body(100 * size + number, coupons=("AQTAS",), click_id=click.click_id.hex)
            deliver(client, shop, body)
        terms_set(cast, code_policy=("click_wins", "code_wins")[turn % 2], version=turn + 2)
        with acting_as(brand=cast.tulpar.brand):
            job = attribution_rerun(campaign_id=cast.tulpar.campaign, why="Count")
        with CaptureQueriesContext(connection) as captured:
            rerun._step(job.pk)
        asked[size] = len(captured)
        rerun_work(job.pk)
        correct(cast)
    assert asked[1] == asked[9]
