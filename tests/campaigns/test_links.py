"""Links of one's own: an ending, off and on, and what a pasted address becomes."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from campaigns.domain.link_ending import looks_of
from campaigns.models import AppTarget, Campaign, TrackingLink
from campaigns.services import (
    CampaignConflict,
    ParticipationConflict,
    app_target_save,
    campaign_join,
    participation_leave,
    tracking_link_create,
    tracking_link_disable,
    tracking_link_enable,
)
from core.audit.models import AuditEntry
from core.errors import Invalid, NotFound
from core.ids import link_token
from core.tenancy.context import acting_as

PRODUCT = "https://tulpar.example/product/2"


def make(party, url=PRODUCT, ending=""):
    with acting_as(influencer=party.influencer, user_id=party.person):
        return tracking_link_create(participation_id=party.participation, url=url, ending=ending)


def links_of(party):
    with acting_as(influencer=party.influencer):
        return list(TrackingLink.objects.order_by("pk").values_list("token", flat=True))


def audited(action):
    with acting_as(ops=1):
        return list(AuditEntry.objects.filter(action=action).values_list("before", "after"))


# --- What an address becomes ----------------------------------------------------------------


def test_a_marketplaces_address_is_stored_without_the_session_of_who_copied_it(cast):
    with acting_as(system="test data"):
        hosts = ["www.wildberries.kz"]
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(allowed_hosts=hosts)
    page = "https://www.wildberries.kz/catalog/31/detail.aspx"
    link = make(cast.tulpar, f"{page}?targetUrl=GP&cpa_click=foreign&utm_source=other")
    assert link.destination_url == page
    assert make(cast.tulpar, f"{page}?targetUrl=SP").pk == link.pk
    with pytest.raises(Invalid, match=r"www\.wildberries\.ru is not among"):
        make(cast.tulpar, "https://www.wildberries.ru/catalog/31/detail.aspx")


NETWORK = "https://ad.admitad.com/g/1e8d114494abc/"


@pytest.fixture
def through_network(cast):
    """Tulpar's campaign leads through Admitad, and names the shop behind it."""
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(
            destination_url=f"{NETWORK}?ulp=https%3A%2F%2Faliexpress.com",
            allowed_hosts=["ad.admitad.com", "aliexpress.com"],
        )
    return cast.tulpar


def test_a_product_of_a_shop_behind_a_network_is_reached_through_it(through_network):
    product = "https://aliexpress.com/item/1005.html"
    link = make(through_network, product)
    assert link.destination_url == f"{NETWORK}?ulp=https%3A%2F%2Faliexpress.com%2Fitem%2F1005.html"
    assert make(through_network, product).pk == link.pk
    assert make(through_network, f"{link.destination_url}&subid=mine").pk == link.pk


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://ad.admitad.com/g/anothers1/?ulp=https%3A%2F%2Faliexpress.com", "not a link"),
        (f"https://aliexpress.com/{'%D2%9B' * 70}", "too long for the network"),
        ("https://elsewhere.com/1", "not among this campaign's sites"),
    ],
)
def test_a_link_that_would_not_count_at_the_network_is_refused(through_network, url, said):
    with pytest.raises(Invalid, match=said):
        make(through_network, url)


def test_a_short_link_is_refused_with_what_to_do(cast):
    with pytest.raises(Invalid, match=r"wb\.ru makes short links.*paste the full") as refused:
        make(cast.tulpar, "https://wb.ru/abc")
    assert list(refused.value.fields) == ["url"]


# --- An ending ------------------------------------------------------------------------------


def test_an_ending_of_ones_own(cast):
    link = make(cast.tulpar, ending=" Aliya-Koilek ")
    assert (link.token, link.destination_url, link.state) == ("aliya-koilek", PRODUCT, "active")
    assert audited("link.create")[-1] == ({}, {"token": "aliya-koilek", "url": PRODUCT})
    assert make(cast.tulpar, ending="aliya-koilek").pk == link.pk
    assert make(cast.tulpar).pk == link.pk  # a link to this product is there


def test_a_product_may_have_a_random_link_and_one_with_an_ending(cast):
    random = make(cast.tulpar)
    chosen = make(cast.tulpar, ending="aliya-koilek")
    assert len({random.pk, chosen.pk}) == 2


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("abc", "4 to 40 characters"),
        ("a" * 41, "4 to 40 characters"),
        ("айгерім", "Latin letters"),
        ("adm1n", "could be taken for a page"),
    ],
)
def test_an_ending_that_breaks_a_rule_is_refused_by_it(cast, ending, said):
    before = links_of(cast.tulpar)
    with pytest.raises(Invalid, match=said) as refused:
        make(cast.tulpar, ending=ending)
    assert list(refused.value.fields) == ["ending"]
    assert links_of(cast.tulpar) == before


@pytest.mark.parametrize("twin", ["aliya-koilek", "a1iya-koilek", "aliyakoilek", "aiiya-k0ilek"])
def test_nobody_gets_an_ending_that_looks_like_anothers(cast, twin):
    make(cast.tulpar, ending="aliya-koilek")
    before = links_of(cast.sauran)
    with pytest.raises(Invalid, match=rf"“{twin}” is taken, or looks like .*Free: {twin}-2\."):
        make(cast.sauran, "https://sauran.example/x", ending=twin)
    assert links_of(cast.sauran) == before
    assert make(cast.sauran, "https://sauran.example/x", ending=f"{twin}-2").token == f"{twin}-2"


def test_a_random_token_cannot_be_imitated_either(cast):
    token = cast.tulpar.token
    with pytest.raises(Invalid, match="is taken, or looks like"):
        make(cast.sauran, "https://sauran.example/x", ending=f"{token[:4]}-{token[4:]}")


def test_an_ending_never_moves_to_another_product(cast):
    link = make(cast.tulpar, ending="aliya-koilek")
    with pytest.raises(Invalid, match="your link to another product already"):
        make(cast.tulpar, "https://tulpar.example/product/3", ending="aliya-koilek")
    tracking_link_disable(link_id=link.pk)
    with pytest.raises(Invalid, match="your link to another product already"):
        make(cast.tulpar, "https://tulpar.example/product/3", ending="aliya-koilek")


def test_an_ending_is_not_free_again_when_its_owner_left(cast):
    make(cast.tulpar, ending="aliya-koilek")
    with acting_as(influencer=cast.tulpar.influencer):
        participation_leave(participation_id=cast.tulpar.participation)
    with pytest.raises(Invalid, match="is taken"):
        make(cast.sauran, "https://sauran.example/x", ending="aliya-koilek")


def test_the_database_refuses_a_twin_whoever_writes(cast):
    link = make(cast.tulpar, ending="aliya-koilek")
    with acting_as(system="test data"):
        for token in ("a1iyakoilek", "Aliya-2", "ab"):
            columns = {
                "participation_id": link.participation_id,
                "campaign_id": link.campaign_id,
                "brand_id": link.brand_id,
                "influencer_id": link.influencer_id,
                "destination_url": PRODUCT,
            }
            with pytest.raises(IntegrityError), transaction.atomic():
                TrackingLink.objects.create(token=token, **columns)


def test_somebody_who_was_faster_is_no_fault_of_ours(cast, monkeypatch):
    make(cast.tulpar, ending="aliya-koilek")
    monkeypatch.setattr("campaigns.services.links._link_known", lambda *_given: None)
    with pytest.raises(Invalid, match="is taken"):
        make(cast.sauran, "https://sauran.example/x", ending="a1iya-koilek")


@pytest.mark.django_db
def test_python_and_postgresql_see_the_same_looks():
    words = ["aigerirn", "vvvv", "rnrn", "a-b_c", "0o1il", "rvvn", "r-n", "rrnn", "2026"]
    words += [link_token() for _each in range(50)]
    field = TrackingLink._meta.get_field("token_looks")
    expression = str(field.generated_sql(connection)[0])
    values = field.generated_sql(connection)[1]
    with connection.cursor() as cursor:
        rows = ", ".join(["(%s)"] * len(words))
        sql = f'SELECT token, {expression} FROM (VALUES {rows}) AS words("token")'  # noqa: S608
        cursor.execute(sql, [*values, *words])
        assert dict(cursor.fetchall()) == {word: looks_of(word) for word in words}


# --- Off and on -----------------------------------------------------------------------------


def state(party):
    with acting_as(influencer=party.influencer):
        return TrackingLink.objects.get(pk=party.link).state


def test_a_link_is_switched_off_and_on_and_both_are_written_down(cast):
    party = cast.tulpar
    with acting_as(influencer=party.influencer, user_id=party.person):
        tracking_link_disable(link_id=party.link)
        tracking_link_disable(link_id=party.link)
    assert state(party) == "disabled"
    with acting_as(influencer=party.influencer, user_id=party.person):
        tracking_link_enable(link_id=party.link)
        tracking_link_enable(link_id=party.link)
    assert state(party) == "active"
    off, on = {"state": "disabled"}, {"state": "active"}
    assert audited("link.disable") == [(on, off)]
    assert audited("link.enable") == [(off, on)]


def test_who_left_does_not_switch_a_link_on_until_they_come_back(cast):
    party = cast.tulpar
    with acting_as(influencer=party.influencer):
        participation_leave(participation_id=party.participation)
        with pytest.raises(ParticipationConflict, match="Join it again"):
            tracking_link_enable(link_id=party.link)
        assert state(party) == "disabled"
        campaign_join(campaign_id=party.campaign, influencer_id=party.influencer)
        tracking_link_enable(link_id=party.link)
    assert state(party) == "active"


def test_a_closed_campaign_switches_nothing_on(cast):
    tracking_link_disable(link_id=cast.tulpar.link)
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(status="closed")
    with pytest.raises(CampaignConflict):
        tracking_link_enable(link_id=cast.tulpar.link)
    assert state(cast.tulpar) == "disabled"


@pytest.mark.parametrize("switch", [tracking_link_disable, tracking_link_enable])
def test_there_is_no_such_link(db, switch):
    with pytest.raises(NotFound):
        switch(link_id=999)


# --- Apps -----------------------------------------------------------------------------------

APP = {
    "host": "www.Tulpar.example",
    "android_package": " example.tulpar.app ",
    "source_url": "https://tulpar.example/app",
    "is_confirmed": True,
    "is_active": True,
    "note": " tried on two phones ",
}


def app_save(cast, **changes):
    with acting_as(ops=cast.maker, user_id=cast.maker):
        return app_target_save(maker_id=cast.maker, **APP | changes)


def test_ops_enter_an_app_once_per_host_and_change_it(cast):
    target = app_save(cast)
    assert (target.host, target.android_package) == ("tulpar.example", "example.tulpar.app")
    assert (target.is_active, target.confidence) == (True, "confirmed")
    assert target.note == "tried on two phones"
    again = app_save(cast, host="tulpar.example", is_active=False, is_confirmed=False)
    assert (again.pk, again.is_active, again.confidence) == (target.pk, False, "unconfirmed")
    before, after = audited("app_target.save")[-1]
    assert (before["is_active"], after["is_active"]) == (True, False)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"host": "https://tulpar.example"}, "host"),
        ({"host": "tulpar"}, "host"),
        ({"android_package": "tulpar"}, "android_package"),
        ({"android_package": "example.app;end"}, "android_package"),
        ({"source_url": "I heard it"}, "source_url"),
        ({"is_confirmed": False}, "is_active"),
    ],
)
def test_a_doubtful_app_is_refused(cast, changes, field):
    with pytest.raises(Invalid) as refused:
        app_save(cast, **changes)
    assert list(refused.value.fields) == [field]
    with acting_as(ops=cast.maker):
        assert AppTarget.objects.count() == 0


def test_no_app_is_shipped_and_the_database_opens_none_unconfirmed(cast):
    with acting_as(ops=cast.maker):
        assert AppTarget.objects.count() == 0
        with pytest.raises(IntegrityError), transaction.atomic():
            AppTarget.objects.create(
                host="tulpar.example",
                android_package="example.tulpar.app",
                is_active=True,
                source_url="https://tulpar.example/app",
                changed_by_id=1,
            )
