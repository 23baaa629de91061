"""A claimed receipt, from a follower's word to the shop's, and to the influencer's reward."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from attribution.domain.receipts import Limits, ReceiptRefused, Refusal, ShopReceipt
from attribution.models import (
    Candidate,
    Connection,
    Conversion,
    InboundEvent,
    Order,
    ReceiptClaim,
)
from attribution.services.ingest import inbound_events_process
from attribution.services.lifecycle import conversions_advance
from attribution.services.receipt_confirm import (
    Confirmed,
    ReceiptConflict,
    receipt_accept,
    receipt_refuse,
    receipts_advance,
    receipts_confirm,
)
from attribution.services.receipt_registers import (
    receipt_limits_change,
)
from attribution.services.receipts import people_purge
from campaigns.models import Campaign, Participation, Terms, TrackingLink
from core.errors import NotFound
from core.tenancy.context import acting_as
from tests.attribution.receipts import ABAI, DOSTYK, NOW, SIGN, SOLD_AT, chain_open, claim, receipt
from tests.attribution.test_sale import count, held, the, work
from tests.clocks import clock_at

# 12 300,00 at 10 %
REWARD = 123_000
SALE = ShopReceipt(ABAI, SIGN, 1_230_000)
RETURN = replace(SALE, is_return=True)


clock = clock_at(NOW)


@pytest.fixture
def chain(cast):
    return chain_open(cast.tulpar)


def refused(*args, **kwargs) -> Refusal:
    with pytest.raises(ReceiptRefused) as error:
        claim(*args, **kwargs)
    assert error.value.code == f"receipt_{error.value.refusal.value}"
    return error.value.refusal


def shop_says(chain, *shown: ShopReceipt) -> Confirmed:
    outcome = receipts_confirm(connection_id=chain.connection, receipts=shown)
    work()
    receipts_advance()
    return replace(outcome, changed_ids=())


def change(model, pk, **values) -> None:
    with acting_as(system="test data"):
        model.objects.filter(pk=pk).update(**values)


def test_a_claim_is_an_order_of_grade_d_that_waits_for_the_shop(cast, chain):
    made = claim(chain.token)
    work()
    order, conversion, candidate = the(Order), the(Conversion), the(Candidate)
    assert (made.state, made.shop, made.external_id) == ("waiting", "Abai 10", f"{ABAI}:{SIGN}")
    assert (order.source, order.external_id) == ("receipt", f"{ABAI}:{SIGN}")
    assert (order.trust, order.status) == ("hint", "paid")
    assert (conversion.status, conversion.grade) == ("pending", "D")
    assert conversion.participation_id == cast.tulpar.participation
    assert (candidate.kind, candidate.evidence, candidate.verdict) == (
        "receipt_claim",
        SIGN,
        "decided",
    )
    assert held(cast)[0] == REWARD
    assert the(InboundEvent).outcome == {"orders": [order.pk]}
    assert the(Connection, source="receipt").state == "ok"


def test_what_the_shop_shows_too_is_approved_by_silence_and_nothing_before(cast, chain, clock):
    claim(chain.token)
    work()
    assert shop_says(chain, SALE) == Confirmed(confirmed=1)
    conversion = the(Conversion)
    assert (conversion.status, conversion.confirmed_at) == ("on_hold", NOW)
    assert conversion.hold_until == SOLD_AT + timedelta(days=21)
    assert shop_says(chain, SALE) == Confirmed(known=1)
    clock.move_to(NOW + timedelta(days=22))
    assert conversions_advance() == 1
    assert held(cast)[1] == REWARD


def test_a_word_that_comes_before_the_order_is_made_counts_when_it_is(chain):
    claim(chain.token)
    receipts_confirm(connection_id=chain.connection, receipts=[SALE])
    assert receipts_advance() == 0
    work()
    assert receipts_advance() == 1
    assert the(Conversion).confirmed_at == NOW


def test_without_the_shop_nothing_is_approved_and_then_it_is_refused(cast, chain, clock):
    claim(chain.token)
    work()
    clock.move_to(NOW + timedelta(days=14))
    assert (receipts_advance(), conversions_advance()) == (0, 0)
    clock.shift(timedelta(seconds=1))
    assert receipts_advance() == 1
    work()
    conversion = the(Conversion)
    assert the(ReceiptClaim).state == "expired"
    assert (conversion.status, conversion.reason_code) == ("rejected", 15)
    assert held(cast) == (0, 0, 50_000_000)
    # The file comes late: what it shows is a sale all the same
    assert shop_says(chain, SALE) == Confirmed(confirmed=1)
    revived = the(Conversion, status="on_hold")
    assert (revived.commission_minor, revived.confirmed_at is None) == (REWARD, False)


def test_another_sum_waits_for_the_brand_whose_word_is_the_files(cast, chain):
    made = claim(chain.token)
    assert shop_says(chain, replace(SALE, total_minor=1_000_000)) == Confirmed(differing=1)
    assert (the(Conversion).status, held(cast)[0]) == ("pending", REWARD)
    assert shop_says(chain, replace(SALE, total_minor=1_000_000)) == Confirmed(known=1)
    receipt_accept(claim_id=made.pk)
    work()
    receipts_advance()
    conversion = the(Conversion)
    assert (conversion.status, conversion.base_minor) == ("on_hold", 1_000_000)
    assert held(cast)[0] == 100_000
    with pytest.raises(ReceiptConflict):
        receipt_accept(claim_id=made.pk)


def test_a_difference_that_nobody_settles_ends_with_the_shops_own_sum(chain, clock):
    claim(chain.token)
    shop_says(chain, replace(SALE, total_minor=1_000_000))
    clock.move_to(NOW + timedelta(days=15))
    receipts_advance()
    work()
    assert (the(ReceiptClaim).state, the(Conversion).base_minor) == ("confirmed", 1_000_000)


def test_a_corrected_file_ends_a_difference(chain):
    claim(chain.token)
    shop_says(chain, replace(SALE, total_minor=1_000_000))
    assert shop_says(chain, SALE) == Confirmed(confirmed=1)
    assert (the(Conversion).status, the(Conversion).base_minor) == ("on_hold", 1_230_000)


def test_a_person_of_the_brand_may_refuse_with_a_reason(cast, chain):
    made = claim(chain.token)
    work()
    with pytest.raises(ReceiptConflict):
        receipt_refuse(claim_id=made.pk, note=" \x00 ")
    receipt_refuse(claim_id=made.pk, note="Staff purchase")
    work()
    assert (the(Conversion).status, held(cast)[0]) == ("rejected", 0)
    assert the(ReceiptClaim).note == "Staff purchase"
    with pytest.raises(ReceiptConflict):
        receipt_refuse(claim_id=made.pk, note="again")
    with pytest.raises(NotFound):
        receipt_refuse(claim_id=0, note="x")


@pytest.mark.parametrize("order", [(SALE, RETURN), (RETURN, SALE)])
def test_a_returned_receipt_earns_nothing_whatever_stands_first_in_the_file(cast, chain, order):
    claim(chain.token)
    work()
    assert shop_says(chain, *order) == Confirmed(confirmed=1, returned=1)
    assert (the(ReceiptClaim).state, the(Conversion).status) == ("returned", "reversed")
    assert held(cast) == (0, 0, 50_000_000)
    assert shop_says(chain, *order) == Confirmed(known=2)


def test_states_that_are_worked_on_in_any_order_end_in_the_last_one(cast, chain):
    claim(chain.token)
    receipts_confirm(connection_id=chain.connection, receipts=[SALE, RETURN])
    with acting_as(system="test"):
        newest_first = InboundEvent.objects.order_by("-event_key").values_list("pk", flat=True)
        events = list(newest_first)
    for event_id in events:
        inbound_events_process([event_id])
    assert (the(Order).status, count(Conversion), held(cast)[0]) == ("returned", 0, 0)


def test_the_receipt_of_a_return_that_somebody_claims_earns_nothing(cast, chain):
    claim(chain.token)
    work()
    assert shop_says(chain, RETURN) == Confirmed(returned=1)
    assert (the(Conversion).status, held(cast)[0]) == ("reversed", 0)


def test_a_part_that_comes_back_lowers_the_reward(cast, chain):
    claim(chain.token)
    part = replace(RETURN, total_minor=230_000)
    assert shop_says(chain, SALE, part) == Confirmed(confirmed=1, returned=1)
    assert (the(Conversion).status, the(Conversion).base_minor) == ("on_hold", 1_000_000)
    assert held(cast)[0] == 100_000
    assert shop_says(chain, part) == Confirmed(known=1)


def test_a_spreadsheet_that_lost_the_zero_in_front_still_finds_its_claim(chain):
    claim(chain.token)
    lost = replace(SALE, sign=SIGN.lstrip("0"))
    others = [ShopReceipt(DOSTYK, SIGN, 1_230_000), ShopReceipt(ABAI, "1123456789", 1)]
    assert shop_says(chain, lost, *others) == Confirmed(confirmed=1, ignored=2)


def test_a_file_speaks_only_for_its_own_connection(cast, chain):
    claim(chain.token)
    with acting_as(system="test data"):
        foreign = Connection.objects.create(
            brand_id=cast.sauran.brand, source="receipt", name="Theirs", secrets="[]"
        )
    assert receipts_confirm(connection_id=foreign.pk, receipts=[SALE]) == Confirmed(ignored=1)
    with pytest.raises(NotFound):
        receipts_confirm(connection_id=0, receipts=[SALE])


# --- Refusals -------------------------------------------------------------------------------


def test_a_receipt_is_claimed_once_whoever_claims(cast, chain):
    """Also by another influencer of the same brand, and with a zero put in front."""
    with acting_as(system="test data"):
        other = Participation.objects.create(
            campaign_id=cast.tulpar.campaign,
            brand_id=cast.tulpar.brand,
            influencer_id=cast.sauran.influencer,
            terms_id=cast.tulpar.terms,
            state="approved",
        )
        link = TrackingLink.objects.create(
            participation=other,
            campaign_id=cast.tulpar.campaign,
            brand_id=cast.tulpar.brand,
            influencer_id=cast.sauran.influencer,
            destination_url="https://tulpar.example/",
        )
    claim(chain.token)
    assert refused(chain.token, cookie="b") is Refusal.CLAIMED_HERE
    assert refused(link.token, cookie="c") is Refusal.CLAIMED_ELSEWHERE
    assert refused(link.token, receipt("0" + SIGN), cookie="c") is Refusal.CLAIMED_ELSEWHERE
    assert (count(ReceiptClaim), count(InboundEvent)) == (1, 1)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"sold_at": NOW + timedelta(minutes=11)}, Refusal.IN_FUTURE),
        ({"sold_at": NOW - timedelta(hours=73)}, Refusal.TOO_OLD),
        ({"total_minor": 99_999}, Refusal.TOO_SMALL),
        ({"total_minor": 50_000_001}, Refusal.TOO_LARGE),
        ({"register": "999999999999"}, Refusal.OTHER_SHOP),
    ],
)
def test_a_receipt_outside_the_rules_is_refused_by_its_number(chain, changed, refusal):
    assert refused(chain.token, receipt(**changed)) is refusal
    assert count(ReceiptClaim) == 0


def test_without_consent_or_a_page_nothing_is_kept(cast, chain):
    assert refused(chain.token, has_consent=False) is Refusal.NO_CONSENT
    assert refused("nosuchtoken") is Refusal.NO_SUCH_PAGE
    assert refused(cast.sauran.token) is Refusal.NO_SUCH_PAGE  # its brand has no registers
    assert count(ReceiptClaim) == 0


@pytest.mark.parametrize(
    ("model", "key", "values"),
    [
        (Participation, "participation", {"state": "left"}),
        (TrackingLink, "link", {"state": "disabled"}),
        (Campaign, "campaign", {"status": "closed"}),
        (Campaign, "campaign", {"ends_at": NOW - timedelta(hours=1)}),
        (Connection, None, {"state": "off"}),
    ],
)
def test_what_is_over_takes_no_receipts(cast, chain, model, key, values):
    change(model, getattr(cast.tulpar, key) if key else chain.connection, **values)
    assert refused(chain.token) is Refusal.NO_SUCH_PAGE


def test_terms_that_do_not_pay_for_this_evidence_take_no_receipts(cast, chain):
    with acting_as(system="test data"):
        terms = Terms.objects.create(
            campaign_id=cast.tulpar.campaign,
            brand_id=cast.tulpar.brand,
            version=2,
            commission_bps=1000,
            paying_grades="AB",
        )
    change(Participation, cast.tulpar.participation, terms=terms)
    assert refused(chain.token) is Refusal.NO_SUCH_PAGE


def test_a_sale_from_before_the_campaign_is_refused(cast, chain):
    change(Campaign, cast.tulpar.campaign, published_at=NOW - timedelta(hours=4))
    assert refused(chain.token) is Refusal.BEFORE_CAMPAIGN


def test_people_and_influencers_have_a_number_of_claims_a_day(chain, clock):
    receipt_limits_change(
        connection_id=chain.connection, limits=Limits(person_max=2, influencer_max=4)
    )
    claim(chain.token, receipt("1000000001"))
    claim(chain.token, receipt("1000000002"))
    assert refused(chain.token, receipt("1000000003")) is Refusal.TOO_MANY_OF_PERSON
    claim(chain.token, receipt("1000000003"), cookie="b")
    claim(chain.token, receipt("1000000004"), cookie="c")
    assert refused(chain.token, receipt("1000000005"), cookie="d") is Refusal.TOO_MANY_OF_INFLUENCER
    clock.shift(timedelta(days=1))
    claim(chain.token, receipt("1000000005"))


def test_a_new_cookie_for_every_claim_does_not_help(chain):
    for number in range(20):
        claim(
            chain.token, receipt(f"10000000{number:02}"), cookie=str(number), network="10.1.2.0/24"
        )
    it = receipt("2000000000")
    assert refused(chain.token, it, cookie="new", network="10.1.2.0/24") is (
        Refusal.TOO_MANY_OF_PERSON
    )
    claim(chain.token, it, cookie="new", network="10.1.3.0/24")


def test_whose_browser_it_was_is_kept_blind_and_for_a_month(chain, clock):
    claim(chain.token, cookie="secret-cookie", network="10.1.2.0/24")
    kept = the(ReceiptClaim)
    assert len(kept.person_index) == len(kept.network_index) == 64
    said = json.dumps([str(value) for value in vars(kept).values()]) + repr(the(InboundEvent).body)
    assert "secret-cookie" not in said
    assert "10.1.2.0" not in said
    clock.move_to(NOW + timedelta(days=30))
    assert people_purge() == 0
    clock.shift(timedelta(seconds=1))
    assert (people_purge(), people_purge()) == (1, 0)
    assert (the(ReceiptClaim).person_index, the(ReceiptClaim).network_index) == ("", "")
