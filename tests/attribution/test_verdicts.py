"""A brand rejects a sale, an influencer answers, the brand takes it back; and it approves early.

25 500,00 at 10 % is 2 550,00; our fee of it at 15 % is 382,50, its VAT at 16 % is 61,20.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import IntegrityError, ProgrammingError

from attribution.domain.verdicts import Refusal, Verdict
from attribution.models import Conversion, ConversionVersion, Rejection, RejectionFile
from attribution.services.evidence_files import Evidence
from attribution.services.lifecycle import conversions_advance, conversions_fund
from attribution.services.rejections import RejectionStands, rejection_answer, rejection_undo
from attribution.services.verdicts import (
    Outcome,
    Said,
    Speaker,
    VerdictRefused,
    conversion_approve,
    conversion_reject,
    verdicts_apply,
    verdicts_judge,
)
from core.errors import Invalid, NotFound
from core.notify.models import Message
from core.tenancy.context import acting_as
from exchange.money_checks import money_findings
from ledger.checks import ledger_findings
from tests.attribution.shop import order_body, shop_open
from tests.attribution.test_sale import COMMISSION, NOW, PLACED, count, deliver, held, the
from tests.clocks import clock_at

PNG = Evidence("shot.png", b"\x89PNG\r\n\x1a\n" + b"0" * 20)
BUDGET = 50_000_000
NOBODYS = UUID(int=7)


_noon = clock_at(NOW)


@pytest.fixture
def speaker(cast) -> Speaker:
    return Speaker(cast.tulpar.brand, Rejection.Door.PAGE, cast.tulpar.owner)


@pytest.fixture
def sold(client, cast, shop) -> Conversion:
    """Received, on hold."""
    deliver(client, shop, order_body(coupons=("AQTAS",), status="completed", minutes=5))
    return the(Conversion)


def reject(sold, speaker, **changes):
    ground = {"reason_code": 19, "note": "Coupon site", "evidence": None} | changes
    return conversion_reject(conversion_id=sold.public_id, speaker=speaker, **ground)


def all_is_proven() -> None:
    assert money_findings() == []
    assert ledger_findings() == []


# --- No -------------------------------------------------------------------------------------


def test_a_rejection_gives_the_reward_back_and_tells_why(cast, sold, speaker):
    made = reject(sold, speaker, evidence=PNG)

    conversion = the(Conversion)
    assert (conversion.status, conversion.reason_code) == ("rejected", 19)
    assert (conversion.commission_minor, conversion.fee_minor) == (0, 0)
    assert (conversion.reason_note, conversion.refused_at) == ("Coupon site", NOW)
    assert held(cast) == (0, 0, BUDGET)
    assert (made.lost_minor, made.rejected_by_id, made.door) == (
        COMMISSION,
        speaker.user_id,
        "page",
    )
    assert made.answer_until == NOW + timedelta(days=14)
    assert made.undo_until == datetime(2026, 11, 21, 19, 0, tzinfo=UTC)  # midnight in Almaty
    file = the(RejectionFile)
    assert (bytes(file.content), file.content_type, file.side) == (
        PNG.content,
        "image/png",
        "brand",
    )
    body = the(Message, kind="sales_rejected").body
    assert "Coupon site" in body
    assert str(conversion.public_id) in body
    all_is_proven()


def test_news_of_the_order_does_not_bring_a_rejected_sale_back(client, cast, shop, sold, speaker):
    reject(sold, speaker)
    for later in (
        order_body(coupons=("AQTAS",), status="completed", total="30000.00", minutes=9),
        order_body(coupons=("AQTAS",), status="processing", minutes=10),
    ):
        deliver(client, shop, later)
    assert (count(Conversion), the(Conversion).status) == (1, "rejected")
    assert held(cast) == (0, 0, BUDGET)


def test_what_is_approved_is_locked(cast, sold, speaker):
    with time_machine.travel(NOW + timedelta(days=21), tick=False):
        assert conversions_advance() == 1
        with pytest.raises(VerdictRefused, match="cannot be rejected any more") as refused:
            reject(sold, speaker)
    assert (refused.value.status, refused.value.code) == (409, "verdict_approved")
    assert (the(Conversion).status, count(Rejection)) == ("approved", 0)


@pytest.mark.parametrize(
    ("ground", "field"),
    [
        ({"reason_code": None}, "reason_code"),
        ({"reason_code": 18}, "reason_code"),  # the window is the rules' matter
        ({"reason_code": 99}, "reason_code"),
        ({"note": "  "}, "note"),
        ({"note": "x" * 501}, "note"),
        ({"evidence": Evidence("a.svg", b"<svg onload=alert(1)>")}, "file"),
        ({"evidence": Evidence("a.png", PNG.content + b"0" * 5 * 1024 * 1024)}, "file"),
    ],
)
def test_a_rejection_without_its_ground_changes_nothing(cast, sold, speaker, ground, field):
    with pytest.raises((VerdictRefused, Invalid)) as refused:
        reject(sold, speaker, **ground)
    assert (refused.value.status, list(refused.value.fields)) == (422, [field])
    assert (the(Conversion).status, count(Rejection)) == ("on_hold", 0)
    assert held(cast)[0] == COMMISSION


def test_a_file_alone_is_ground_enough(sold, speaker):
    assert reject(sold, speaker, note="", evidence=PNG).note == ""


def test_another_brands_sale_is_not_there(cast, sold):
    stranger = Speaker(cast.sauran.brand, Rejection.Door.PAGE, cast.sauran.owner)
    with pytest.raises(VerdictRefused) as refused:
        reject(sold, stranger)
    assert refused.value.status == 404


def test_a_queued_sale_may_be_rejected_and_posts_nothing(client, cast, speaker):
    shop = shop_open(cast.tulpar, budget_minor=100_000)
    deliver(client, shop, order_body(coupons=("AQTAS",)))
    assert the(Conversion).status == "awaiting_funding"
    assert reject(the(Conversion), speaker).lost_minor == COMMISSION
    assert held(cast) == (0, 0, 100_000)
    all_is_proven()


def test_what_was_said_stays_as_it_was_said(sold, speaker):
    made = reject(sold, speaker, evidence=PNG)
    with pytest.raises(IntegrityError, match="frozen"), acting_as(system="test"):
        Rejection.objects.update(note="else")
    with pytest.raises(ProgrammingError, match="denied"), acting_as(system="test"):
        RejectionFile.objects.update(name="else")
    assert the(Rejection).note == made.note


# --- Taken back -----------------------------------------------------------------------------


def test_a_rejection_taken_back_lives_by_the_same_rules(client, cast, shop, sold, speaker):
    reject(sold, speaker)
    deliver(
        client,
        shop,
        order_body(coupons=("AQTAS",), status="completed", refunded="10200.00", minutes=9),
    )
    rejection_undo(
        conversion_id=sold.public_id, brand_id=cast.tulpar.brand, user_id=cast.tulpar.owner
    )
    conversion = the(Conversion)
    assert (conversion.status, conversion.hold_until) == (
        "on_hold",
        PLACED + timedelta(days=21, minutes=9),  # of its order as it is now
    )
    assert conversion.commission_minor == 153_000  # 10 % of 15 300,00 that were kept
    assert (conversion.reason_code, conversion.reason_note) == (None, "")
    assert conversion.refused_at is None
    assert held(cast) == (153_000, 0, BUDGET - 153_000)
    with acting_as(system="test"):
        causes = ConversionVersion.objects.order_by("number").values_list("cause", flat=True)
        assert list(causes)[-4:-2] == ["rejected_by_brand", "rejection_undone"]
    all_is_proven()


def test_a_rejection_cannot_be_taken_back_the_day_after(cast, sold, speaker):
    reject(sold, speaker)
    mine = {"conversion_id": sold.public_id, "user_id": cast.tulpar.owner}
    midnight = datetime(2026, 11, 21, 19, 0, 1, tzinfo=UTC)
    with time_machine.travel(midnight, tick=False), pytest.raises(RejectionStands):
        rejection_undo(brand_id=cast.tulpar.brand, **mine)
    with pytest.raises(NotFound):
        rejection_undo(brand_id=cast.sauran.brand, **mine)
    assert the(Conversion).status == "rejected"


def test_a_sale_taken_back_waits_in_its_place_when_the_budget_was_used(client, cast, speaker):
    shop = shop_open(cast.tulpar, budget_minor=COMMISSION)
    deliver(client, shop, order_body(1, coupons=("AQTAS",)))
    first = the(Conversion)
    deliver(client, shop, order_body(2, coupons=("AQTAS",)))
    reject(first, speaker)
    assert conversions_fund() == 1  # the second order has the money now
    undone = rejection_undo(
        conversion_id=first.public_id, brand_id=cast.tulpar.brand, user_id=cast.tulpar.owner
    )
    assert (undone.status, undone.commission_minor) == ("awaiting_funding", COMMISSION)
    assert held(cast) == (COMMISSION, 0, 0)
    all_is_proven()


# --- Answered -------------------------------------------------------------------------------


def test_an_influencer_answers_once_and_both_sides_read_it(cast, sold, speaker):
    reject(sold, speaker)
    mine = {"conversion_id": sold.pk, "influencer_id": cast.tulpar.influencer}
    rejection_answer(text=" The code is on my own page only. ", evidence=PNG, **mine)
    for side in ({"brand": cast.tulpar.brand}, {"influencer": cast.tulpar.influencer}):
        with acting_as(**side):
            assert Rejection.objects.get().answer == "The code is on my own page only."
            assert RejectionFile.objects.get().side == "influencer"
    with acting_as(influencer=cast.sauran.influencer):
        assert (Rejection.objects.count(), RejectionFile.objects.count()) == (0, 0)
    with pytest.raises(RejectionStands, match="already"):
        rejection_answer(text="Again", **mine)


def test_an_answer_has_its_last_day_and_its_words(cast, sold, speaker):
    reject(sold, speaker)
    mine = {"conversion_id": sold.pk, "influencer_id": cast.tulpar.influencer}
    for text in (" ", "x" * 2_001):
        with pytest.raises(Invalid):
            rejection_answer(text=text, **mine)
    with pytest.raises(NotFound):
        rejection_answer(conversion_id=sold.pk, influencer_id=cast.sauran.influencer, text="Mine")
    late = time_machine.travel(NOW + timedelta(days=14, seconds=1), tick=False)
    with late, pytest.raises(RejectionStands, match="over"):
        rejection_answer(text="Late", **mine)


# --- Yes, and many at once ------------------------------------------------------------------


def test_a_received_sale_is_approved_before_its_hold_is_over(cast, sold, speaker):
    conversion_approve(conversion_id=sold.public_id, speaker=speaker)
    assert (the(Conversion).status, the(Conversion).approved_at) == ("approved", NOW)
    assert held(cast) == (0, COMMISSION, BUDGET - COMMISSION)
    with pytest.raises(VerdictRefused):
        conversion_approve(conversion_id=sold.public_id, speaker=speaker)


def test_many_verdicts_do_what_they_may_and_name_the_rest(client, cast, shop, speaker):
    bodies = [
        order_body(1, coupons=("AQTAS",), status="completed", minutes=5),
        order_body(2, coupons=("AQTAS",), status="completed", minutes=5),
        order_body(3, coupons=("AQTAS",)),  # on its way
    ]
    for body in bodies:
        deliver(client, shop, body)
    with acting_as(system="test"):
        one, two, three = Conversion.objects.order_by("order_number")
    wanted = [
        Said(one.public_id, Verdict.APPROVE),
        Said(two.public_id, Verdict.REJECT, 13, "Own card"),
        Said(two.public_id, Verdict.APPROVE),
        Said(three.public_id, Verdict.APPROVE),
        Said(three.public_id, Verdict.REJECT, 13),
        Said(NOBODYS, Verdict.APPROVE),
    ]
    answers = [
        None,
        None,
        Refusal.REJECTED,
        Refusal.NOT_RECEIVED,
        Refusal.NOTHING_SHOWN,
        Refusal.NOT_THERE,
    ]
    expected = [Outcome(said, no) for said, no in zip(wanted, answers, strict=True)]
    assert verdicts_judge(speaker=speaker, verdicts=wanted) == expected
    assert held(cast)[0] == 3 * COMMISSION  # nothing was done yet
    assert verdicts_apply(speaker=speaker, verdicts=wanted) == expected
    assert held(cast) == (COMMISSION, COMMISSION, BUDGET - 2 * COMMISSION)
    all_is_proven()
