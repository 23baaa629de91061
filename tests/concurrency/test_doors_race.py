"""Two people, or one impatient one, press a button at once: a thing is done once, or refused.

The first stays uncommitted until the second waits for it (see test_ledger_race.overlap).
"""

from __future__ import annotations

import pytest
import time_machine

from brands.models import Brand, Deposit
from brands.services import brand_create
from campaigns.domain.codes import skeleton
from campaigns.models import Campaign, Participation, PromoCode, TrackingLink
from campaigns.services import CampaignConflict, campaign_create, campaign_join, campaign_publish
from core.errors import Invalid
from core.tenancy.context import acting_as
from influencers.models import Payee
from influencers.services import payee_save
from ledger.domain import accounts
from ledger.selectors import balance_minor
from ledger.services import InsufficientFunds
from tests.campaigns.test_offers import OFFER
from tests.concurrency.test_ledger_race import overlap
from tests.world import NOON, law_load, money_put

IIN = "901231400013"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON):
        yield NOON


def counts(*models):
    with acting_as(system="test looks"):
        return tuple(model.objects.count() for model in models)


def test_joining_twice_at_once_is_one_participation(committed_cast):
    cast = committed_cast
    before = counts(Participation, TrackingLink, PromoCode)

    def join():
        return campaign_join(
            campaign_id=cast.tulpar.campaign, influencer_id=cast.sauran.influencer
        ).pk

    join_alone = overlap(join, join)
    after = counts(Participation, TrackingLink, PromoCode)
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 1]
    with acting_as(system="test looks"):
        assert Participation.objects.filter(pk=join_alone).exists()


def test_two_who_join_at_once_never_get_twin_codes(committed_cast, monkeypatch):
    """Both would first be given the same code."""
    cast = committed_cast
    with acting_as(system="test data"):
        Participation.objects.filter(pk=cast.tulpar.participation).update(state="left")
    offers = {"first": iter(["SAMEX"]), "second": iter(["SAMEX", "FREEX"])}
    turn = iter(["first", "second", "second"])
    monkeypatch.setattr(
        "campaigns.services.codes.code_generate", lambda name: next(offers[next(turn)])
    )

    def join(influencer_id):
        campaign_join(campaign_id=cast.tulpar.campaign, influencer_id=influencer_id)

    overlap(lambda: join(cast.tulpar.influencer), lambda: join(cast.sauran.influencer))
    with acting_as(system="test looks"):
        codes = list(PromoCode.objects.filter(brand_id=cast.tulpar.brand).order_by("pk"))
    assert [code.code for code in codes] == ["AQTAS", "SAMEX", "FREEX"]
    assert len({skeleton(code.code) for code in codes}) == 3


def test_money_for_one_campaign_publishes_one(committed_cast):
    cast = committed_cast
    law_load(cast)
    money_put(cast, cast.tulpar.brand, 15_000_000)
    with acting_as(brand=cast.tulpar.brand):
        brand = Brand.objects.get(pk=cast.tulpar.brand)
        first, second = (campaign_create(brand=brand, offer=OFFER).pk for _n in range(2))
    with pytest.raises(InsufficientFunds) as refused:
        overlap(
            lambda: campaign_publish(campaign_id=first),
            lambda: campaign_publish(campaign_id=second),
        )
    assert refused.value.missing_minor == 2 * 11_740_000 - 15_000_000
    with acting_as(system="test looks"):
        live = Campaign.objects.filter(pk__in=[first, second], status="live")
        assert [campaign.pk for campaign in live] == [first]
        assert balance_minor(accounts.brand_free(cast.tulpar.brand)) == 15_000_000 - 11_740_000


def test_one_campaign_is_published_once(committed_cast):
    cast = committed_cast
    law_load(cast)
    money_put(cast, cast.tulpar.brand, 50_000_000)
    with acting_as(brand=cast.tulpar.brand):
        brand = Brand.objects.get(pk=cast.tulpar.brand)
        campaign_id = campaign_create(brand=brand, offer=OFFER).pk

    def publish():
        campaign_publish(campaign_id=campaign_id)

    with pytest.raises(CampaignConflict):
        overlap(publish, publish)
    with acting_as(system="test looks"):
        assert balance_minor(accounts.brand_free(cast.tulpar.brand)) == 50_000_000 - 11_740_000


def test_a_row_of_the_statement_is_booked_once(committed_cast):
    cast = committed_cast

    def book():
        money_put(cast, cast.tulpar.brand, 1_000)

    overlap(book, book)
    assert counts(Deposit) == (1,)
    with acting_as(system="test looks"):
        assert balance_minor(accounts.brand_free(cast.tulpar.brand)) == 1_000


def test_one_iin_is_one_payee(committed_cast):
    cast = committed_cast

    def save(influencer_id):
        payee_save(influencer_id=influencer_id, iin_text=IIN, full_name="С Ә", email="a@x.example")

    with pytest.raises(Invalid):
        overlap(lambda: save(cast.tulpar.influencer), lambda: save(cast.sauran.influencer))
    assert counts(Payee) == (1,)


def test_two_brands_of_one_name_get_two_addresses(committed_cast):
    cast = committed_cast

    def create(user_id, number):
        return brand_create(
            user_id=user_id,
            person_name="A",
            email="a@x.example",
            name="Ақтас",
            legal_name="Ақтас",
            bin_text=number,
        ).slug

    slug = overlap(
        lambda: create(cast.tulpar.owner, "260150000109"),
        lambda: create(cast.sauran.owner, "260150000017"),
    )
    assert slug == "aqtas-2"
