"""The wall of Kaspi: a number that a follower left meets the buyer's, and the brand confirms it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from attribution.domain.phone_claims import PhoneRefusal, PhoneRefused
from attribution.models import (
    Candidate,
    Connection,
    Conversion,
    Decision,
    Order,
    PhoneClaim,
    PhoneMark,
    PhonePepper,
)
from attribution.services.conversions import order_confirm
from attribution.services.lifecycle import conversions_advance
from attribution.services.phone_claims import phone_withdraw
from attribution.services.phone_peppers import (
    PhonesClosed,
    pepper_rotate,
    phones_close,
    phones_open,
)
from attribution.services.phone_purge import phones_purge
from campaigns.models import Participation, PromoCode, Terms
from campaigns.services.code_pools import PoolTerms, codes_import
from campaigns.services.exclusive_skus import exclusive_sku_reserve
from core.audit.models import AuditEntry
from core.errors import NotFound
from core.tenancy.context import acting_as
from tests.attribution.phones import (
    NOW,
    PHONE,
    days,
    leave,
    order_tell,
    second_page,
    settle,
    wall_open,
)
from tests.attribution.test_sale import count, held, the
from tests.clocks import clock_at

HOUR = timedelta(hours=1)


noon = clock_at(NOW)


@pytest.fixture
def wall(cast):
    return wall_open(cast)


def refusal(token, *given, **changes) -> PhoneRefusal:
    with pytest.raises(PhoneRefused) as refused:
        leave(token, *given, **changes)
    return refused.value.refusal


def reasons(code: str = "701") -> dict[int, str]:
    """{participation: why its number won or lost} in the order's latest decision."""
    with acting_as(system="test"):
        latest = Decision.objects.filter(order__external_id=code).latest("number")
        return dict(latest.candidates.values_list("participation_id", "reason"))


# --- The two meet ---------------------------------------------------------------------------


def test_a_number_that_was_left_makes_the_order_theirs_once_the_brand_confirms(cast, wall, noon):
    leave(wall.token)
    noon.move_to(NOW + days(2))
    order_tell(wall)
    conversion = the(Conversion)
    assert (conversion.grade, conversion.status) == ("D", "pending")
    assert conversion.participation_id == cast.tulpar.participation
    assert conversion.commission_minor == 255_000  # 10 % of 25 500,00
    (row,) = the(Decision, number=2).trace
    assert (row["kind"], row["evidence"], row["grade"]) == ("phone_claim", "701", "D")
    # Received; silence alone approves nothing of grade D
    order_tell(wall, status="COMPLETED", phone=None, placed_at=NOW + days(2))
    noon.move_to(NOW + days(60))
    conversions_advance()
    assert the(Conversion).status == "on_hold"
    assert order_confirm(order_id=the(Order).pk) == 1
    conversions_advance()
    assert the(Conversion).status == "approved"
    assert held(cast)[:2] == (0, 255_000)


@pytest.mark.parametrize(
    ("claimed_after", "is_theirs"),
    [
        (72 * HOUR, True),
        (72 * HOUR + timedelta(seconds=1), False),
        (-days(30), True),
        (-days(30) - timedelta(seconds=1), False),
    ],
)
def test_either_may_come_first_within_the_window(cast, wall, noon, claimed_after, is_theirs):
    moments = sorted([(NOW, "order"), (NOW + claimed_after, "claim")])
    for moment, what in moments:
        noon.move_to(moment)
        if what == "order":
            order_tell(wall, placed_at=NOW)
        else:
            leave(wall.token)
    assert count(Conversion) == is_theirs


def test_an_order_that_is_read_late_finds_its_number(cast, wall, noon):
    leave(wall.token)
    noon.move_to(NOW + days(10))
    order_tell(wall, placed_at=NOW + days(1))
    assert the(Conversion).grade == "D"


def test_another_number_and_a_masked_one_match_nothing(cast, wall):
    leave(wall.token)
    order_tell(wall, "701", phone="7011234568")
    order_tell(wall, "702", phone=None)
    assert count(Conversion) == 0
    assert count(PhoneMark) == 1


def test_a_pair_is_told_once_and_a_masked_repeat_changes_nothing(cast, wall):
    leave(wall.token)
    order_tell(wall)
    order_tell(wall, status="COMPLETED", phone=None)
    settle()
    assert count(Candidate, kind="phone_claim") == 1
    assert count(Conversion) == 1


@pytest.mark.parametrize(("model", "winner"), [("last_click", "dana"), ("first_click", "aliya")])
def test_of_two_pages_the_campaigns_model_chooses(cast, wall, noon, model, winner):
    other = second_page(cast)
    with acting_as(system="test data"):
        terms = Terms.objects.get(pk=cast.tulpar.terms)
        terms.pk, terms.version, terms.model = None, 2, model
        terms.save()
        Participation.objects.filter(campaign_id=cast.tulpar.campaign).update(terms=terms)
    leave(wall.token)
    noon.move_to(NOW + HOUR)
    leave(other, cookie="b")
    order_tell(wall, placed_at=NOW + 2 * HOUR)
    conversion = the(Conversion)
    assert (conversion.influencer_id == cast.sauran.influencer) == (winner == "dana")
    lost = "earlier_claim_wins" if winner == "aliya" else "later_claim_wins"
    assert sorted(reasons().values()) == sorted(["decided", lost])
    rule = {"dana": "last_claim", "aliya": "first_claim"}[winner]
    with acting_as(system="test"):
        assert Decision.objects.latest("number").rule == rule


def test_an_exclusive_article_beats_a_number(cast, wall):
    token = second_page(cast)
    exclusive_sku_reserve(participation_id=cast.tulpar.participation, sku="TU-BLANKET")
    leave(token)
    order_tell(wall)
    conversion = the(Conversion)
    assert (conversion.grade, conversion.influencer_id) == ("A", cast.tulpar.influencer)
    assert "stronger_evidence_wins" in reasons().values()


def test_a_number_is_no_evidence_in_another_shop(cast, wall):
    leave(wall.token)
    with acting_as(system="test data"):
        Connection.objects.filter(pk=wall.connection).update(source="insales")
        PhoneClaim.objects.update(brand_id=cast.tulpar.brand)
        kaspi = Connection.objects.create(
            brand_id=cast.sauran.brand, source="kaspi", name="K", secrets="[]"
        )
    phones_open(brand_id=cast.sauran.brand)
    order_tell(type(wall)(kaspi.pk, wall.token, cast.sauran.brand))
    assert count(PhoneMark, brand_id=cast.sauran.brand) == 1
    assert count(Conversion) == 0


# --- What is kept ---------------------------------------------------------------------------


def test_the_number_itself_is_kept_nowhere_and_the_consent_is(cast, wall):
    kept = leave(wall.token, network="10.1.0.0/24", language="ru").claim
    assert len(kept.phone_index) == 64
    assert "7011234567" not in repr(vars(kept))
    assert (kept.phone_end, kept.consent_version, kept.consent_language) == ("67", 1, "ru")
    assert kept.network_index
    assert len(kept.consent_sha256) == 64
    assert kept.counts_until == NOW + days(30)
    assert kept.erase_at == NOW + days(60)
    with acting_as(ops=1):
        said = AuditEntry.objects.get(action="phone_claim.leave")
    assert said.after == {"consent": "1 ru", "has_code": False}


@pytest.mark.parametrize(
    ("given", "changes", "number"),
    [
        (["12345"], {}, PhoneRefusal.NOT_A_PHONE),
        ([], {"agreed": ""}, PhoneRefusal.NO_CONSENT),
        ([], {"agreed": "0" * 64}, PhoneRefusal.CONSENT_CHANGED),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_kept(wall, given, changes, number):
    assert refusal(wall.token, *given, **changes) is number
    assert count(PhoneClaim) == 0


def test_a_number_left_twice_is_one_claim_and_only_its_browser_knows_it(wall):
    first = leave(wall.token)
    again = leave(wall.token, "+7 701 1234567")
    elsewhere = leave(wall.token, cookie="b")
    assert {each.claim.pk for each in (first, again, elsewhere)} == {first.claim.pk}
    assert [first.is_own, again.is_own, elsewhere.is_own] == [True, True, False]


def test_a_browser_a_neighbourhood_and_a_page_have_limits_for_a_day(wall, noon, monkeypatch):
    for n in range(3):
        leave(wall.token, f"870112345{n}1", network="net")
    assert refusal(wall.token, "87011234599") is PhoneRefusal.TOO_MANY_OF_PERSON
    monkeypatch.setattr("attribution.services.phone_claims.NETWORK_MAX", 3)
    near = refusal(wall.token, "87011234599", cookie="b", network="net")
    assert near is PhoneRefusal.TOO_MANY_OF_PERSON
    monkeypatch.setattr("attribution.services.phone_claims.INFLUENCER_MAX", 3)
    far = refusal(wall.token, "87011234599", cookie="c", network="far")
    assert far is PhoneRefusal.TOO_MANY_OF_INFLUENCER
    noon.move_to(NOW + days(1))
    assert leave(wall.token, "87011234599").is_own


# --- The bonus ------------------------------------------------------------------------------


def test_a_one_time_code_is_given_once_for_a_number_in_a_campaign(cast, wall):
    terms = PoolTerms(
        campaign_id=cast.tulpar.campaign, participation_id=cast.tulpar.participation, name="Bonus"
    )
    codes_import(terms, raw=b"BONUS-1X\nBONUS-2X")
    first = leave(wall.token)
    assert first.claim.code is not None
    assert (first.claim.code.code, first.claim.code.state) == ("BONUS-1X", "reserved")
    assert leave(wall.token).claim.code_id == first.claim.code_id
    assert leave(second_page(cast), cookie="b").claim.code is None
    assert leave(wall.token, "87011112233").claim.code.code == "BONUS-2X"
    assert (
        leave(wall.token, "87011112244").claim.code is None
    )  # none is left: it counts all the same
    assert count(PromoCode, state="reserved") == 2


# --- Taken back, and over -------------------------------------------------------------------


def test_a_follower_takes_the_number_back_and_decisions_stay(cast, wall, noon):
    leave(wall.token)
    leave(second_page(cast), cookie="b")
    order_tell(wall)
    assert phone_withdraw(token=wall.token, text="87011234567") == 2
    with acting_as(system="test"):
        left = PhoneClaim.objects.order_by("pk").values_list(
            "state", "phone_index", "phone_end", "person_index", "network_index"
        )
        assert list(left) == [("withdrawn", "", "", "", "")] * 2
    assert count(PhoneMark) == 0
    assert the(Conversion).grade == "D"
    order_tell(wall, "702")
    assert count(Conversion) == 1
    assert phone_withdraw(token=wall.token, text="87011234567") == 0
    assert leave(wall.token).is_own  # and may agree once more


def test_what_is_left_of_a_number_is_erased_on_the_day_that_was_promised(cast, wall, noon):
    leave(wall.token)
    order_tell(wall)
    noon.move_to(NOW + days(60) - timedelta(seconds=1))
    phones_purge()
    assert the(PhoneClaim).state == "active"
    assert count(PhoneMark) == 0  # of orders after which nobody can claim any more
    noon.move_to(NOW + days(60))
    assert phones_purge() == 1
    erased = the(PhoneClaim)
    assert (erased.state, erased.phone_index, erased.phone_end) == ("expired", "", "")
    assert the(Conversion).grade == "D"
    with acting_as(ops=1):
        assert AuditEntry.objects.filter(action="phone_claim.expire").count() == 1


def test_a_new_key_finds_old_numbers_until_nothing_lies_under_the_old_one(cast, wall, noon):
    leave(wall.token)
    pepper_rotate(brand_id=wall.brand)
    assert leave(wall.token).is_own  # known, under the old key
    assert count(PhoneClaim) == 1
    order_tell(wall)
    assert the(Conversion).grade == "D"
    noon.move_to(NOW + days(60))
    phones_purge()
    with acting_as(system="test"):
        assert list(PhonePepper.objects.values_list("number", flat=True)) == [2]


def test_a_closed_page_takes_none_and_those_left_count(cast, wall, noon):
    leave(wall.token)
    phones_close(brand_id=wall.brand)
    assert refusal(wall.token, "87011112233") is PhoneRefusal.NO_SUCH_PAGE
    order_tell(wall)
    assert the(Conversion).grade == "D"
    with pytest.raises(PhonesClosed):
        pepper_rotate(brand_id=wall.brand)
    with pytest.raises(NotFound):
        phones_open(brand_id=0)


def test_nobody_is_asked_where_nobody_said_how_long_a_number_is_kept(cast, wall, noon):
    noon.move_to(NOW.replace(year=2025))
    assert refusal(wall.token, PHONE) is PhoneRefusal.NO_SUCH_PAGE
