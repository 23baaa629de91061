"""What may be published: what the law forbids never, what we look at first only after that."""

from dataclasses import replace

import pytest

from brands.models import Brand
from campaigns.models import Campaign
from campaigns.services import CampaignConflict, campaign_create, campaign_publish, campaign_update
from campaigns.services.categories import (
    CategoryRefused,
    campaign_review_ask,
    campaign_review_pass,
    campaign_review_refuse,
    category_save,
)
from core.accounts.models import User
from core.audit.models import AuditEntry
from core.errors import Invalid
from core.notify.models import Message
from core.tenancy.context import acting_as
from ledger.domain import accounts
from ledger.selectors import balance_minor
from tests.campaigns.test_offers import OFFER
from tests.world import money_put

LAW = "Law “On advertising” No. 508-II"
FREE = 50_000_000


def category(slug, flag, **changes):
    said = {
        "name_kk": slug,
        "name_ru": slug,
        "name_en": slug.title(),
        "law": LAW if flag == "forbidden" else "",
        "source": "test",
        "confidence": "unconfirmed",
        "position": 1,
        "is_active": True,
    }
    with acting_as(ops=1):
        return category_save(slug=slug, flag=flag, maker_id=1, **said | changes)


@pytest.fixture
def draft(cast, law):
    """A draft of Tulpar's about something, with the money to publish it."""
    money_put(cast, cast.tulpar.brand, FREE)

    def make(slug=""):
        with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
            brand = Brand.objects.get(pk=cast.tulpar.brand)
            return campaign_create(brand=brand, offer=replace(OFFER, category=slug))

    return make


def free(cast):
    with acting_as(system="test looks"):
        return balance_minor(accounts.brand_free(cast.tulpar.brand))


def review(campaign):
    with acting_as(system="test looks"):
        return Campaign.objects.get(pk=campaign.pk).review


def test_a_pyramid_is_refused_with_the_name_of_the_law_and_no_money_moves(cast, draft):
    category("pyramid", "forbidden")
    campaign = draft("pyramid")
    with pytest.raises(CategoryRefused, match="“Pyramid” are never published: Law “On advert"):
        campaign_publish(campaign_id=campaign.pk)
    with pytest.raises(CampaignConflict):
        campaign_review_ask(campaign_id=campaign.pk)
    assert free(cast) == FREE


def test_what_we_look_at_first_is_published_after_our_yes(cast, draft):
    category("loans", "restricted")
    User.objects.filter(pk=cast.tulpar.owner).update(language="en")
    campaign = draft("loans")
    with pytest.raises(CategoryRefused, match="looked at by us"):
        campaign_publish(campaign_id=campaign.pk)
    campaign_review_ask(campaign_id=campaign.pk)
    with pytest.raises(CategoryRefused, match="We are looking"):
        campaign_publish(campaign_id=campaign.pk)
    with pytest.raises(CampaignConflict):
        campaign_review_ask(campaign_id=campaign.pk)
    with acting_as(ops=1, user_id=cast.maker):
        campaign_review_pass(campaign_id=campaign.pk)
        entry = AuditEntry.objects.get(action="campaign.review_pass")
        assert (entry.user_id, entry.after) == (cast.maker, {"review": "passed"})
    with acting_as(system="test looks"):
        letter = Message.objects.get(kind="campaign_reviewed")
    assert letter.email == "owner@tulpar.example"
    assert "(Loans). You can publish it now." in letter.body
    assert campaign_publish(campaign_id=campaign.pk).status == "live"


def test_our_no_has_a_reason_and_a_changed_campaign_is_looked_at_anew(cast, draft):
    category("loans", "restricted")
    campaign = draft("loans")
    campaign_review_ask(campaign_id=campaign.pk)
    with acting_as(ops=1):
        with pytest.raises(Invalid):
            campaign_review_refuse(campaign_id=campaign.pk, note=" ")
        campaign_review_refuse(campaign_id=campaign.pk, note="No licence is shown.")
        with pytest.raises(CampaignConflict):
            campaign_review_pass(campaign_id=campaign.pk)
    with pytest.raises(CategoryRefused, match="No licence is shown"):
        campaign_publish(campaign_id=campaign.pk)
    campaign_update(campaign_id=campaign.pk, offer=replace(OFFER, category="loans"))
    assert review(campaign) == ""
    campaign_review_ask(campaign_id=campaign.pk)
    assert review(campaign) == "asked"


def test_a_yes_does_not_outlive_a_change(cast, draft):
    category("loans", "restricted")
    campaign = draft("loans")
    campaign_review_ask(campaign_id=campaign.pk)
    with acting_as(ops=1):
        campaign_review_pass(campaign_id=campaign.pk)
    campaign_update(campaign_id=campaign.pk, offer=replace(OFFER, category="loans", about="Else"))
    with pytest.raises(CategoryRefused):
        campaign_publish(campaign_id=campaign.pk)


@pytest.mark.parametrize("slug", ["", "shoes"])
def test_what_is_allowed_or_not_said_is_published(draft, slug):
    category("shoes", "allowed")
    assert campaign_publish(campaign_id=draft(slug).pk).status == "live"


def test_a_category_of_no_list_is_refused(draft):
    with pytest.raises(Invalid) as refused:
        draft("magic")
    assert list(refused.value.fields) == ["category"]


def test_a_forbidden_category_names_its_law():
    with pytest.raises(Invalid) as refused:
        category_save(slug="x", maker_id=1, flag="forbidden", law=" ", source="s", is_active=True)
    assert list(refused.value.fields) == ["law"]
