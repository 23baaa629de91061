"""A receipt and an order of Kaspi of one purchase: one reward, and who says that it is one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from attribution.domain.receipts import Limits, ShopReceipt
from attribution.domain.verdicts import Refusal, Verdict
from attribution.models import (
    Candidate,
    Connection,
    Conversion,
    Decision,
    Order,
    ReceiptClaim,
    ReceiptMatch,
)
from attribution.services.lifecycle import conversions_advance
from attribution.services.receipt_answers import receipt_part, receipt_question_answer
from attribution.services.receipt_confirm import (
    ReceiptConflict,
    receipt_accept,
    receipts_advance,
    receipts_confirm,
)
from attribution.services.receipt_registers import receipt_limits_change
from attribution.services.same_sale import same_sales_settle
from attribution.services.simulation import (
    Imagined,
    ImaginedLine,
    imagined_simulate,
    stored_simulate,
)
from attribution.services.verdicts import Said, Speaker, verdicts_judge
from core.errors import Invalid
from core.notify.models import Message
from core.tenancy.context import acting_as
from tests.attribution.phones import leave, order_tell, second_page, wall_open
from tests.attribution.receipts import ABAI, NOW, SIGN, claim, receipt, registers_open
from tests.attribution.shop import Shop, order_body, shop_open
from tests.attribution.test_sale import count, deliver, held, the, work
from tests.clocks import clock_at

GOODS = 2_550_000  # 25 500,00 of an order of Kaspi: at 10 % a reward of 2 550,00
REWARD = 255_000
SHOWN = ShopReceipt(ABAI, SIGN, GOODS)


noon = clock_at(NOW)


@pytest.fixture
def wall(cast):
    return wall_open(cast)


@pytest.fixture
def chain(cast, wall):
    return registers_open(cast.tulpar)


def number_bought(wall, code: str = "701", **changes) -> None:
    """An order of Kaspi yesterday whose buyer has left a number on Aliya's page."""
    leave(wall.token)
    order_tell(wall, code, placed_at=NOW - timedelta(days=1), **changes)


def paper_brought(chain, sign: str = SIGN, *, token: str = "", **changes) -> ReceiptClaim:
    it = receipt(sign, **({"total_minor": GOODS} | changes))
    made = claim(token or chain.token, it, cookie=sign)
    work()
    return made


def looked_at() -> None:
    """What the worker does about orders that changed, and about what that tells the inbox."""
    with acting_as(system="test"):
        ids = list(Order.objects.order_by("pk").values_list("pk", flat=True))
    same_sales_settle(ids)
    work()


def shop_shows(chain, *shown: ShopReceipt) -> None:
    receipts_confirm(connection_id=chain.connection, receipts=shown or [SHOWN])
    work()
    receipts_advance()


def shop_of(cast) -> tuple[int, str, int]:
    with acting_as(system="test"):
        made = Connection.objects.get(brand_id=cast.tulpar.brand, source="woocommerce")
    return made.pk, made.endpoint_token, made.brand_id


def sales() -> list[tuple[str, str, int | None]]:
    with acting_as(system="test"):
        rows = Conversion.objects.order_by("source")
        return [(row.source, row.status, row.reason_code) for row in rows]


def judged_of(source: str) -> list[tuple[str, str, str]]:
    """The latest decision about the only order of a source."""
    with acting_as(system="test"):
        latest = Decision.objects.filter(order__source=source).order_by("-number").first()
        rows = Candidate.objects.filter(decision=latest).order_by("kind")
        return [(row.kind, row.evidence, row.verdict) for row in rows]


# --- One purchase ---------------------------------------------------------------------------


@pytest.mark.parametrize("is_paper_first", [True, False])
def test_a_receipt_and_an_order_with_the_number_are_one_reward(cast, wall, chain, is_paper_first):
    if is_paper_first:
        paper_brought(chain)
    number_bought(wall)
    if not is_paper_first:
        paper_brought(chain)
    looked_at()
    assert sales() == [("kaspi", "pending", None), ("receipt", "rejected", 12)]
    assert held(cast)[0] == REWARD
    assert judged_of("kaspi") == [
        ("phone_claim", "701", "decided"),
        ("receipt_claim", SIGN, "confirms"),
    ]
    assert judged_of("receipt") == [("receipt_claim", SIGN, "dropped")]
    assert the(Order, source="receipt").same_sale_id == the(Order, source="kaspi").pk
    found = the(ReceiptMatch)
    assert (found.state, found.decided_by_id) == ("same", None)
    looked_at()  # and it stays so
    assert count(ReceiptMatch) == 1
    assert held(cast)[0] == REWARD


@pytest.mark.parametrize("is_shown_first", [True, False])
def test_the_shops_word_about_the_receipt_confirms_what_only_a_number_spoke_for(
    cast, wall, chain, noon, is_shown_first
):
    paper_brought(chain)
    if is_shown_first:
        shop_shows(chain)
    number_bought(wall, status="COMPLETED")
    looked_at()
    assert the(Conversion, source="kaspi").confirmed_at is None
    if is_shown_first:
        receipts_advance()
    else:
        shop_shows(chain)
    assert the(Conversion, source="kaspi").confirmed_at == NOW
    noon.move_to(NOW + timedelta(days=22))
    assert conversions_advance() == 1
    assert sales() == [("kaspi", "approved", None), ("receipt", "rejected", 12)]
    assert held(cast)[:2] == (0, REWARD)


def test_a_receipt_that_the_shop_does_not_find_confirms_nothing(cast, wall, chain, noon):
    paper_brought(chain)
    number_bought(wall, status="COMPLETED")
    looked_at()
    noon.move_to(NOW + timedelta(days=22))
    receipts_advance()
    work()
    assert the(ReceiptClaim).state == "expired"
    assert conversions_advance() == 0
    assert the(Conversion, source="kaspi").confirmed_at is None
    assert held(cast)[0] == REWARD


def test_a_cancelled_purchase_earns_nothing_by_its_receipt_either(cast, wall, chain):
    paper_brought(chain)
    number_bought(wall)
    looked_at()
    order_tell(wall, "701", placed_at=NOW - timedelta(days=1), status="CANCELLED")
    looked_at()
    assert sales() == [("kaspi", "rejected", 15), ("receipt", "rejected", 12)]
    assert held(cast)[0] == 0


def test_a_reward_that_is_promised_stands_and_the_order_counts_under_it(cast, wall, chain, noon):
    leave(wall.token)
    paper_brought(chain)
    shop_shows(chain)
    noon.move_to(NOW + timedelta(days=22))
    assert conversions_advance() == 1
    order_tell(wall, placed_at=NOW - timedelta(days=1))  # read weeks late
    assert held(cast)[:2] == (REWARD, REWARD)
    looked_at()
    assert sales() == [("kaspi", "rejected", 12), ("receipt", "approved", None)]
    assert held(cast)[:2] == (0, REWARD)


@pytest.mark.parametrize(
    "changed",
    [
        {"total_minor": GOODS + 100},
        {"sold_at": NOW - timedelta(days=1, minutes=11)},
    ],
    ids=["another sum", "paid before it was ordered"],
)
def test_what_does_not_fit_are_two_purchases(cast, wall, chain, changed):
    paper_brought(chain, **changed)
    number_bought(wall)
    looked_at()
    assert [status for _source, status, _reason in sales()] == ["pending", "pending"]
    assert count(ReceiptMatch) == 0


def test_a_brand_whose_registers_print_no_orders_says_so(cast, wall, chain):
    receipt_limits_change(connection_id=chain.connection, limits=Limits(order_days=0))
    paper_brought(chain)
    number_bought(wall)
    looked_at()
    assert held(cast)[0] == 2 * REWARD
    with pytest.raises(Invalid):
        receipt_limits_change(connection_id=chain.connection, limits=Limits(order_days=31))


def test_another_brands_receipt_is_never_this_orders(cast, wall):
    shop_open(cast.sauran)
    paper_brought(registers_open(cast.sauran))
    number_bought(wall)
    looked_at()
    assert [status for _source, status, _reason in sales()] == ["pending", "pending"]
    assert count(ReceiptMatch) == 0


# --- What a person is asked -----------------------------------------------------------------


def asked(cast, wall, chain, *, tenge: int = 25_500) -> ReceiptClaim:
    """Aliya's follower left the number, Dana's brought a receipt with the same sum."""
    made = paper_brought(chain, token=second_page(cast), total_minor=tenge * 100)
    shop_shows(chain, replace(SHOWN, total_minor=tenge * 100))
    number_bought(wall, status="COMPLETED", tenge=tenge)
    looked_at()
    receipts_advance()
    return made


def test_two_influencers_are_a_question_and_until_its_answer_the_receipt_waits(
    cast, wall, chain, noon
):
    asked(cast, wall, chain)
    assert the(ReceiptMatch).state == "open"
    assert sales() == [("kaspi", "on_hold", None), ("receipt", "on_hold", None)]
    letters = Message.objects.filter(kind="receipt_question")
    with acting_as(system="test"):
        assert letters.count() == 1  # the owner's: an analyst may not answer
    noon.move_to(NOW + timedelta(days=23))
    assert conversions_advance() == 0  # the receipt is asked about, the number is unconfirmed
    speaker = Speaker(cast.tulpar.brand, "page")
    paper = the(Conversion, source="receipt")
    (outcome,) = verdicts_judge(speaker=speaker, verdicts=[Said(paper.public_id, Verdict.APPROVE)])
    assert outcome.refusal is Refusal.ASKED


def test_the_answer_one_purchase_leaves_it_to_the_number_in_the_order(cast, wall, chain, noon):
    made = asked(cast, wall, chain)
    receipt_question_answer(claim=made, order=the(Order, source="kaspi").public_id)
    work()
    receipts_advance()
    assert sales() == [("kaspi", "on_hold", None), ("receipt", "rejected", 12)]
    assert judged_of("kaspi") == [
        ("phone_claim", "701", "decided"),
        ("receipt_claim", SIGN, "assist"),
    ]
    # Another influencer's receipt does not say that the sale is Aliya's
    assert the(Conversion, source="kaspi").confirmed_at is None
    assert held(cast)[0] == REWARD
    with pytest.raises(ReceiptConflict):
        receipt_question_answer(claim=made, order=None)


def test_the_answer_two_purchases_pays_both_and_is_not_asked_again(cast, wall, chain, noon):
    made = asked(cast, wall, chain)
    with pytest.raises(Invalid):
        receipt_question_answer(claim=made, order=made.public_id)
    receipt_question_answer(claim=made, order=None)
    looked_at()
    assert the(ReceiptMatch).state == "apart"
    noon.move_to(NOW + timedelta(days=23))
    assert conversions_advance() == 1
    assert sales() == [("kaspi", "on_hold", None), ("receipt", "approved", None)]


def test_of_two_orders_with_one_sum_the_brand_chooses(cast, wall, chain):
    made = paper_brought(chain)
    number_bought(wall)
    order_tell(wall, "702", placed_at=NOW - timedelta(hours=20))
    looked_at()
    with acting_as(system="test"):
        states = list(ReceiptMatch.objects.values_list("order__number", "state"))
    assert sorted(states) == [("701", "open"), ("702", "open")]
    receipt_question_answer(claim=made, order=the(Order, number="702").public_id)
    work()
    with acting_as(system="test"):
        states = list(ReceiptMatch.objects.values_list("order__number", "state"))
    assert sorted(states) == [("701", "apart"), ("702", "same")]
    assert held(cast)[0] == 2 * REWARD


def test_an_order_that_a_code_decided_is_asked_about_and_never_taken_for_one(
    client, cast, wall, chain
):
    shop = Shop(*shop_of(cast))
    paper_brought(chain)
    for number, days in ((1, 2), (2, 4)):
        at = NOW - timedelta(days=days)
        deliver(client, shop, order_body(number, coupons=("AQTAS",), placed=at))
    looked_at()
    found = the(ReceiptMatch)  # of the days about the receipt only
    assert (found.state, found.order_id) == ("open", the(Order, number="1").pk)


def test_a_question_whose_order_is_cancelled_holds_nothing(cast, wall, chain, noon):
    asked(cast, wall, chain)
    order_tell(wall, "701", placed_at=NOW - timedelta(days=1), status="CANCELLED")
    looked_at()
    receipts_advance()
    noon.move_to(NOW + timedelta(days=23))
    assert conversions_advance() == 1
    assert sales()[1] == ("receipt", "approved", None)


def test_the_brand_parts_what_was_taken_for_one(cast, wall, chain):
    made = paper_brought(chain)
    shop_shows(chain)
    number_bought(wall)
    looked_at()
    assert held(cast)[0] == REWARD
    receipt_part(claim=made)
    looked_at()
    receipts_advance()
    with acting_as(system="test"):
        living = Conversion.objects.exclude(status="rejected").order_by("source")
        assert [(row.source, row.status) for row in living] == [
            ("kaspi", "pending"),
            ("receipt", "on_hold"),
        ]
    assert judged_of("kaspi") == [("phone_claim", "701", "decided")]
    assert held(cast)[0] == 2 * REWARD
    with pytest.raises(ReceiptConflict):
        receipt_part(claim=made)


def test_of_another_sum_in_the_shops_list_that_one_is_compared_once_it_counts(cast, wall, chain):
    made = paper_brought(chain, total_minor=GOODS + 100)
    shop_shows(chain, SHOWN)
    number_bought(wall)
    looked_at()
    assert (the(ReceiptClaim).state, count(ReceiptMatch)) == ("differs", 0)
    receipt_accept(claim_id=made.pk)
    work()
    looked_at()
    assert the(ReceiptMatch).state == "same"
    assert held(cast)[0] == REWARD


# --- Tried ----------------------------------------------------------------------------------


def tried(wall, *, phone: str = "+77011234567", tenge: int = 25_500):
    """Whose an order of yesterday would be, what speaks for it, and the receipts beside it."""
    imagined = Imagined(
        connection_id=wall.connection,
        placed_at=NOW - timedelta(days=1),
        lines=[ImaginedLine("TU-BLANKET", tenge * 100)],
        phone=phone,
    )
    with acting_as(brand=wall.brand):
        return said_by(imagined_simulate(brand_id=wall.brand, imagined=imagined))


def said_by(simulated):
    (line,) = simulated.lines
    names = {pk: each.influencer.name for pk, each in simulated.names.items()}
    whose = line.participation and names[line.participation.pk]
    judged = [(str(each.candidate.kind), str(each.verdict)) for each in line.decided.verdicts]
    return whose, judged, [(each.influencer_name, each.is_sure) for each in simulated.receipts]


def test_a_tried_order_meets_the_numbers_and_the_receipts_that_a_real_one_would(cast, wall, chain):
    leave(wall.token)
    assert tried(wall, phone="") == (None, [], [])
    assert tried(wall, phone="+77019999999") == (None, [], [])
    assert tried(wall) == ("Aliya", [("phone_claim", "decided")], [])
    paper_brought(chain)
    assert tried(wall) == ("Aliya", [("phone_claim", "decided")], [("Aliya", True)])
    assert tried(wall, tenge=25_501) == ("Aliya", [("phone_claim", "decided")], [])
    paper_brought(chain, "9999999999", token=second_page(cast))
    assert tried(wall)[2] == [("Aliya", False), ("Dana", False)]
    assert count(ReceiptMatch) == 0


def test_a_stored_order_is_tried_with_a_number_that_nobody_has_told_it_yet(cast, wall, monkeypatch):
    order_tell(wall, placed_at=NOW - timedelta(days=1))
    with monkeypatch.context() as patched:
        patched.setattr("tests.attribution.phones.settle", lambda: None)
        leave(wall.token)
    order = the(Order)
    with acting_as(brand=wall.brand):
        told = said_by(stored_simulate(brand_id=wall.brand, order=order))
    assert told == ("Aliya", [("phone_claim", "decided")], [])
    assert count(Conversion) == 0
