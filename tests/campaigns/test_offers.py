from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from brands.models import Brand
from campaigns.domain.offer import Offer
from campaigns.models import Campaign, Terms
from campaigns.services import CampaignConflict, campaign_create, campaign_update
from core.audit.models import AuditEntry
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as

OFFER = Offer(
    title=" Жаңа жыл ",
    destination_url="https://www.tulpar.example/p/1",
    commission_bps=1_250,
    budget_minor=10_000_000,
    typical_basket_minor=1_500_000,
    extra_hosts=("wildberries.kz",),
    hold_days=14,
    ends_on=date(2026, 12, 31),
)


def draft(cast, offer=OFFER):
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        brand = Brand.objects.get(pk=cast.tulpar.brand)
        return campaign_create(brand=brand, offer=offer)


def counts():
    with acting_as(system="test looks"):
        return Campaign.objects.count(), Terms.objects.count()


def test_a_draft_has_its_terms_and_moves_no_money(cast):
    campaign = draft(cast)
    assert (campaign.title, campaign.status, campaign.brand_name) == ("Жаңа жыл", "draft", "Tulpar")
    assert campaign.allowed_hosts == ["www.tulpar.example", "wildberries.kz"]
    assert campaign.ends_at == datetime(2026, 12, 31, 19, 0, tzinfo=UTC)  # midnight in Almaty
    with acting_as(brand=cast.tulpar.brand):
        terms = Terms.objects.get(campaign=campaign)
        assert (terms.version, terms.commission_bps, terms.published_at) == (1, 1250, None)
    with acting_as(ops=1):
        entry = AuditEntry.objects.get(action="campaign.create")
        assert (entry.user_id, entry.brand_id) == (cast.tulpar.owner, cast.tulpar.brand)


def test_an_influencer_and_another_brand_do_not_see_a_draft(cast):
    campaign = draft(cast)
    for actor in ({"influencer": cast.tulpar.influencer}, {"brand": cast.sauran.brand}):
        with acting_as(**actor):
            assert not Campaign.objects.filter(pk=campaign.pk).exists()
            assert not Terms.objects.filter(campaign_id=campaign.pk).exists()


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"title": "  "}, {"title"}),
        ({"title": "x" * 121}, {"title"}),
        ({"about": "x" * 2001}, {"about"}),
        ({"commission_bps": 0}, {"commission"}),
        ({"commission_bps": 9001}, {"commission"}),
        ({"window_days": 0}, {"window_days"}),
        ({"window_days": 91}, {"window_days"}),
        ({"hold_days": 13}, {"hold_days"}),
        ({"hold_days": 121}, {"hold_days"}),
        ({"budget_minor": 0}, {"budget"}),
        ({"budget_minor": 10**15 + 1}, {"budget"}),
        ({"typical_basket_minor": -1}, {"typical_basket"}),
        ({"code_policy": "chaos"}, {"code_policy"}),
        ({"model": "mine"}, {"model"}),
        ({"access": "secret"}, {"access"}),
        ({"ends_on": date(2026, 11, 19)}, {"ends_on"}),
        ({"destination_url": ""}, {"destination_url"}),
        ({"destination_url": "http://tulpar.example/"}, {"destination_url"}),
        ({"fallback_url": "nowhere"}, {"fallback_url"}),
        ({"extra_hosts": ("localhost",)}, {"extra_hosts"}),
        ({"extra_hosts": tuple(f"a{n}.kz" for n in range(21))}, {"extra_hosts"}),
        ({"title": "", "hold_days": 1, "budget_minor": 0}, {"title", "hold_days", "budget"}),
    ],
)
def test_an_offer_that_breaks_a_rule_says_which_fields(cast, changes, fields):
    before = counts()
    with pytest.raises(Invalid) as refused:
        draft(cast, replace(OFFER, **changes))
    assert set(refused.value.fields) == fields
    assert counts() == before


def test_a_draft_may_change_as_a_whole(cast):
    campaign = draft(cast)
    offer = replace(OFFER, title="Басқа", commission_bps=500, extra_hosts=(), ends_on=None)
    with acting_as(brand=cast.tulpar.brand):
        campaign_update(campaign_id=campaign.pk, offer=offer)
        campaign.refresh_from_db()
        assert (campaign.title, campaign.ends_at) == ("Басқа", None)
        assert campaign.allowed_hosts == ["www.tulpar.example"]
        assert Terms.objects.get(campaign=campaign).commission_bps == 500


def test_what_is_published_stays(cast):
    with acting_as(brand=cast.tulpar.brand):
        with pytest.raises(CampaignConflict, match="do not change"):
            campaign_update(campaign_id=cast.tulpar.campaign, offer=OFFER)
        assert Campaign.objects.get(pk=cast.tulpar.campaign).title == "tulpar sale"
        assert Terms.objects.get(pk=cast.tulpar.terms).commission_bps == 1000


def test_a_campaign_that_is_not_there_is_not_found(cast):
    with acting_as(brand=cast.tulpar.brand), pytest.raises(NotFound):
        campaign_update(campaign_id=404, offer=OFFER)
