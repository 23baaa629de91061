"""Posts at a fixed fee, from the free balance to the influencer, to the tiyn (deals_world)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from campaigns.models import Campaign, CampaignTotals, Deal, Participation, Task, TaskPost
from campaigns.services import CampaignConflict, campaign_close, campaign_release
from campaigns.services.deals import (
    DealConflict,
    deal_accept,
    deal_cancel,
    deal_decline,
    deals_sweep,
)
from campaigns.services.tasks import Verdict, task_accept, task_return, task_submit, tasks_sweep
from core.accounts.models import User
from core.audit.models import AuditEntry
from core.errors import Invalid, NotFound
from core.evidence import Evidence
from core.notify.models import Message
from core.tenancy.context import acting_as
from exchange.money_checks import money_findings
from ledger.checks import ledger_findings
from ledger.domain.fees import reserve_for
from ledger.domain.journals import campaign_reserve
from ledger.services import InsufficientFunds, journals_post
from tests.campaigns.deals_world import (
    LABELLED,
    MONEY,
    OFFER,
    PNG,
    POST,
    WHOLE,
    books,
    offered,
    running,
    send,
    states,
    tasks,
)
from tests.clocks import clock_at
from tests.world import NOON, money_put

BRAND = Verdict(TaskPost.Speaker.BRAND, 1)
SHOT = Evidence("story.png", PNG)


_noon = clock_at(NOON)


@pytest.fixture
def rich(cast):
    money_put(cast, cast.tulpar.brand, MONEY)
    User.objects.update(language="en")  # letters are compared in the language of their msgid
    return cast


def at(moment):
    return time_machine.travel(moment, tick=False)


def letters(kind):
    with acting_as(ops=1):
        return list(Message.objects.filter(kind=kind).values_list("subject", flat=True))


def post_of(task):
    with acting_as(system="test"):
        return TaskPost.objects.filter(task=task).latest("number")


def assert_books_hold():
    assert money_findings() == []
    assert ledger_findings() == []


# --- The whole way --------------------------------------------------------------------------


def test_two_posts_are_paid_and_one_goes_back_to_the_tiyn(rich):
    deal = running(rich)
    assert books(rich, deal) == (MONEY - WHOLE, 3_000_009, 450_001, 72_000, 0, 0)
    first, _second, third = tasks(deal)
    send(rich, first)
    send(rich, third)
    task_accept(task_id=first.pk, verdict=BRAND)
    assert books(rich, deal) == (
        MONEY - WHOLE, 2_000_006, 300_001, 48_000, POST, 24_000
    )  # fmt: skip
    with at(datetime(2026, 11, 30, 19, 0, tzinfo=UTC)):  # the next day in Almaty
        assert deals_sweep() == 1
        assert deals_sweep() == 0
        # three less two: 1 000 003 + 150 000 + 24 000
        assert books(rich, deal) == (
            MONEY - WHOLE + 1_174_003, 1_000_003, 150_001, 24_000, POST, 24_000
        )  # fmt: skip
        assert states(deal) == ("running", "accepted", "expired", "submitted")
        task_accept(task_id=third.pk, verdict=BRAND)
    assert books(rich, deal) == (MONEY - 2_348_007, 0, 0, 0, 2 * POST, 48_000)
    assert states(deal) == ("done", "accepted", "expired", "accepted")
    assert [(task.fee_minor, task.vat_minor) for task in tasks(deal)] == [
        (150_000, 24_000), (0, 0), (150_001, 24_000)
    ]  # fmt: skip
    with acting_as(system="test"):  # what orders bring is rounded by itself
        totals = CampaignTotals.objects.get(campaign=rich.tulpar.campaign)
    assert (totals.accrued_minor, totals.final_minor) == (0, 0)
    assert_books_hold()


def test_a_deal_takes_nothing_when_the_balance_is_too_small(cast):
    money_put(cast, cast.tulpar.brand, WHOLE - 1)
    with pytest.raises(InsufficientFunds) as refused:
        offered(cast)
    assert refused.value.missing_minor == 1
    with acting_as(system="test"):
        assert (Deal.objects.count(), Task.objects.count()) == (0, 0)


@pytest.mark.parametrize("end", ["decline", "cancel", "silence"])
def test_an_offer_that_comes_to_nothing_gives_everything_back(rich, end):
    deal = offered(rich)
    if end == "decline":
        deal_decline(deal_id=deal.pk, influencer_id=rich.tulpar.influencer)
        deal_decline(deal_id=deal.pk, influencer_id=rich.tulpar.influencer)  # no mistake
    elif end == "cancel":
        deal_cancel(deal_id=deal.pk)
    else:
        with at(NOON + timedelta(days=5, seconds=-1)):
            assert deals_sweep() == 0
        with at(NOON + timedelta(days=5)):
            assert deals_sweep() == 1
    assert books(rich, deal) == (MONEY, 0, 0, 0, 0, 0)
    with pytest.raises(DealConflict):
        deal_accept(deal_id=deal.pk, influencer_id=rich.tulpar.influencer)
    with pytest.raises(DealConflict):
        deal_cancel(deal_id=deal.pk)
    assert_books_hold()


def test_a_brand_withdraws_only_what_was_not_sent_in(rich):
    deal = running(rich)
    first, *_others = tasks(deal)
    send(rich, first)
    deal_cancel(deal_id=deal.pk)
    assert states(deal) == ("running", "submitted", "cancelled", "cancelled")
    assert books(rich, deal)[:4] == (MONEY - 1_174_003, POST, 150_000, 24_000)
    with pytest.raises(DealConflict):
        deal_cancel(deal_id=deal.pk)
    task_return(task_id=first.pk, verdict=BRAND, code="21")
    deal_cancel(deal_id=deal.pk)
    assert states(deal) == ("cancelled", "cancelled", "cancelled", "cancelled")
    assert books(rich, deal) == (MONEY, 0, 0, 0, 0, 0)
    assert_books_hold()


def test_whoever_leaves_the_campaign_takes_no_open_post_along(rich):
    deal = running(rich)
    first, *_others = tasks(deal)
    send(rich, first)
    with acting_as(system="test"):
        Participation.objects.filter(pk=rich.tulpar.participation).update(state="left")
    assert deals_sweep() == 1
    assert states(deal) == ("running", "submitted", "cancelled", "cancelled")
    task_accept(task_id=first.pk, verdict=BRAND)
    assert states(deal)[0] == "done"
    assert_books_hold()


def test_a_closed_campaign_keeps_for_its_deals_what_they_hold(rich):
    reserve = reserve_for(1_000_000, fee_bps=1500, vat_bps=1600)
    with acting_as(system="test"):
        Campaign.objects.filter(pk=rich.tulpar.campaign).update(
            budget_minor=1_000_000, reserve_count=1
        )
        drafted = campaign_reserve(
            campaign_id=rich.tulpar.campaign, n=1, brand_id=rich.tulpar.brand, reserve=reserve
        )
        journals_post([drafted], occurred_at=NOON)
    deal = running(rich)
    with acting_as(brand=rich.tulpar.brand, user_id=rich.tulpar.owner):
        campaign_close(campaign_id=rich.tulpar.campaign)
    assert books(rich, deal)[:4] == (MONEY - WHOLE, 3_000_009, 450_001, 72_000)
    first, second, third = tasks(deal)
    for task in (first, second, third):
        send(rich, task)
        task_accept(task_id=task.pk, verdict=BRAND)
    assert books(rich, deal) == (MONEY - WHOLE, 0, 0, 0, 3 * POST, 72_000)
    assert campaign_release(campaign_id=rich.tulpar.campaign) == 0
    with pytest.raises(CampaignConflict):
        offered(rich)
    assert_books_hold()


# --- The label ------------------------------------------------------------------------------


def test_a_text_without_a_label_is_refused_with_the_editors_words(rich):
    deal = running(rich)
    task = tasks(deal)[0]
    with pytest.raises(Invalid) as refused:
        send(rich, task, text="Жүн көрпе келді. #жарнама")
    assert "does not start with an ad label" in str(refused.value.fields["text"][0])
    assert states(deal)[1] == "open"
    with acting_as(system="test"):
        assert TaskPost.objects.count() == 0


def test_a_screenshot_alone_waits_for_a_person_and_never_for_silence(rich):
    deal = running(rich)
    task = tasks(deal)[0]
    post = send(rich, task, text="", picture=SHOT)
    assert (post.label, post.picture_name, post.picture_type) == ("", "story.png", "image/png")
    with at(NOON + timedelta(days=9)):
        assert tasks_sweep() == 0
        ops = Verdict(TaskPost.Speaker.OPS, rich.checker)
        task_accept(task_id=task.pk, verdict=ops)
    assert (post_of(task).speaker, states(deal)[1]) == ("ops", "accepted")


def test_silence_accepts_a_labelled_post_after_the_agreed_days(rich):
    deal = running(rich)
    task = tasks(deal)[0]
    assert send(rich, task).label == "жарнама"
    with at(NOON + timedelta(days=3, seconds=-1)):
        assert tasks_sweep() == 0
    with at(NOON + timedelta(days=3)):
        assert (tasks_sweep(), tasks_sweep()) == (1, 0)
    assert (post_of(task).speaker, states(deal)[1]) == ("silence", "accepted")
    assert books(rich, deal)[4] == POST
    assert letters("post_accepted") == ["Post accepted: 10 000,03 ₸"]


def test_the_database_lets_silence_accept_no_post_without_a_label(rich):
    task = tasks(running(rich))[0]
    post = send(rich, task, text="", picture=SHOT)
    decided = {"verdict": "accepted", "speaker": "silence", "decided_at": NOON}
    with acting_as(system="test"), pytest.raises(IntegrityError), transaction.atomic():
        TaskPost.objects.filter(pk=post.pk).update(**decided)


# --- Sent back ------------------------------------------------------------------------------


def test_a_post_that_was_sent_back_may_come_again_for_some_days(rich):
    deal = running(rich)
    task = tasks(deal)[0]
    late = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)  # its last day
    with at(late):
        send(rich, task)
        task_return(task_id=task.pk, verdict=BRAND, code="22", note="Story with a rival")
        assert tasks(deal)[0].due_on == date(2026, 12, 3)
        assert post_of(task).return_code == "22"
    with at(late + timedelta(days=1)):
        assert deals_sweep() == 1  # the two that nobody sent in
        assert states(deal) == ("running", "returned", "expired", "expired")
        again = send(rich, task)  # the same link, which was not paid
    assert again.number == 2
    with at(late + timedelta(days=4)):
        assert tasks_sweep() == 1
    assert states(deal)[:2] == ("done", "accepted")
    assert letters("post_returned") == ["Post 1 is sent back: tulpar sale"]
    assert_books_hold()


def test_a_brand_may_not_send_back_what_its_silence_has_accepted(rich):
    deal = running(rich)
    labelled, by_picture, _third = tasks(deal)
    send(rich, labelled)
    send(rich, by_picture, text="", picture=SHOT)
    with at(NOON + timedelta(days=3)):
        with pytest.raises(DealConflict):
            task_return(task_id=labelled.pk, verdict=BRAND, code="21")
        task_return(task_id=by_picture.pk, verdict=BRAND, code="21")  # a person still decides
        assert tasks_sweep() == 1
    assert states(deal)[1:3] == ("accepted", "returned")


@pytest.mark.parametrize(
    ("code", "note", "field"),
    [("", "why", "code"), ("23", "why", "code"), ("22", " ", "note"), ("brief", "", "note"),
     ("21", "x" * 501, "note")],
)  # fmt: skip
def test_a_post_is_sent_back_only_with_a_reason(rich, code, note, field):
    deal = running(rich)
    task = tasks(deal)[0]
    send(rich, task)
    with pytest.raises(Invalid) as refused:
        task_return(task_id=task.pk, verdict=BRAND, code=code, note=note)
    assert list(refused.value.fields) == [field]
    assert states(deal)[1] == "submitted"


# --- Bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"place": "myspace"}, "place"),
        ({"post_count": 0}, "post_count"),
        ({"post_count": 31}, "post_count"),
        ({"post_minor": 0}, "post_minor"),
        ({"post_minor": 10**17}, "post_minor"),
        ({"brief": " "}, "brief"),
        ({"due_on": date(2026, 11, 19)}, "due_on"),
        ({"due_on": date(2027, 6, 30)}, "due_on"),
        ({"answer_days": 0}, "answer_days"),
        ({"review_days": 15}, "review_days"),
    ],
)
def test_an_offer_that_makes_no_sense_reserves_nothing(rich, change, field):
    with pytest.raises(Invalid) as refused:
        offered(rich, replace(OFFER, **change))
    assert list(refused.value.fields) == [field]
    with acting_as(system="test"):
        assert Deal.objects.count() == 0


def test_a_link_of_another_place_is_refused(rich):
    task = tasks(running(rich))[0]
    for url in ("", "https://tiktok.com/@a/video/1"):
        with pytest.raises(Invalid) as refused, acting_as(influencer=rich.tulpar.influencer):
            task_submit(
                task_id=task.pk, influencer_id=rich.tulpar.influencer, url=url, text=LABELLED
            )
        assert list(refused.value.fields) == ["url"]


def test_one_post_is_sent_in_once_however_its_link_is_written(rich):
    deal = running(rich)
    first, second, _third = tasks(deal)
    send(rich, first, url="https://www.instagram.com/p/ABC/?igsh=1")
    with pytest.raises(Invalid) as refused:
        send(rich, second, url="http://instagram.com/p/ABC")
    assert list(refused.value.fields) == ["url"]
    assert states(deal)[2] == "open"


def test_a_file_that_is_no_picture_is_refused(rich):
    task = tasks(running(rich))[0]
    with pytest.raises(Invalid) as refused:
        send(rich, task, text="", picture=Evidence("a.svg", b"<svg onload=alert(1)>"))
    assert list(refused.value.fields) == ["picture"]


def test_nobody_answers_or_sends_in_for_another(rich):
    deal = offered(rich)
    task = tasks(deal)[0]
    for act in (deal_accept, deal_decline):
        with pytest.raises(NotFound):
            act(deal_id=deal.pk, influencer_id=rich.sauran.influencer)
    with pytest.raises(NotFound):
        task_submit(task_id=task.pk, influencer_id=rich.sauran.influencer, url="x", text=LABELLED)
    with pytest.raises(DealConflict):  # nobody has taken it yet
        send(rich, task)
    assert states(deal) == ("offered", "open", "open", "open")


def test_what_is_accepted_is_accepted_once(rich):
    deal = running(rich)
    task = tasks(deal)[0]
    with pytest.raises(DealConflict):
        task_accept(task_id=task.pk, verdict=BRAND)
    send(rich, task)
    task_accept(task_id=task.pk, verdict=BRAND)
    task_accept(task_id=task.pk, verdict=BRAND)
    with pytest.raises(DealConflict):
        task_return(task_id=task.pk, verdict=BRAND, code="21")
    assert books(rich, deal)[4] == POST
    with acting_as(ops=1):
        actions = AuditEntry.objects.filter(action__startswith="task.")
        assert sorted(actions.values_list("action", flat=True)) == ["task.accept", "task.submit"]


# --- Told, and checked ----------------------------------------------------------------------


def test_both_sides_are_told_of_each_step(rich):
    deal = running(rich)
    assert letters("deal_offered") == ["Tulpar offers 10 000,03 ₸ for a post"]
    assert letters("deal_answered") == ["Deal is on: Aliya, tulpar sale"]
    send(rich, tasks(deal)[0])
    assert letters("post_sent") == ["Post 1 is sent in: Aliya, tulpar sale"]
    deal_cancel(deal_id=deal.pk)
    assert letters("deal_ended") == ["Posts that are not needed any more: tulpar sale"]


def test_the_checks_find_a_deal_whose_posts_and_escrow_differ(rich):
    deal = running(rich)
    first, second, _third = tasks(deal)
    send(rich, first)
    task_accept(task_id=first.pk, verdict=BRAND)
    assert money_findings() == []
    with acting_as(system="test"):
        Task.objects.filter(pk=first.pk).update(vat_minor=1)
        Task.objects.filter(pk=second.pk).update(state="cancelled")
    assert len(money_findings()) == 2
    assert money_findings()[0] == (
        f"deal {deal.pk}: its open posts are worth 1000003, 2000006 is in escrow"
    )
