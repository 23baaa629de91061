"""The influencer's links: an address and its answer, endings, names of posts, QR, the switch."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from campaigns.models import Campaign, Participation, Terms, TrackingLink
from core import clock
from core.accounts.models import User
from core.tenancy.context import acting_as
from exchange.web.qr import qr_png, qr_svg
from ledger.domain.journals import ConversionRef, accrual
from ledger.services import journals_post
from tests.attribution.shop import shop_open
from tests.clocks import clock_at
from tests.world import NOON

PRODUCT = "https://www.tulpar.example/product/7?color=red"


noon = clock_at(NOON)


@pytest.fixture
def aliya(client, cast):
    client.force_login(User.objects.get(pk=cast.tulpar.person))
    with override("en"):
        yield client


def look(client, url, **more):
    return client.get(reverse("portal:link_create"), {"url": url, **more})


def make(client, url, **more):
    return client.post(reverse("portal:link_create"), {"url": url, **more})


def links(cast):
    with acting_as(influencer=cast.tulpar.influencer):
        rows = TrackingLink.objects.order_by("pk")
        return list(rows.values_list("token", "destination_url", "state"))


def change(model, pk, **values):
    with acting_as(system="test data"):
        model.objects.filter(pk=pk).update(**values)


def public_id(cast, side="tulpar"):
    with acting_as(system="test looks"):
        return TrackingLink.objects.get(pk=vars(cast)[side].link).public_id


def campaign_id(cast, side="tulpar"):
    with acting_as(system="test looks"):
        return str(Campaign.objects.get(pk=vars(cast)[side].campaign).public_id)


def link_page(client, cast, **query):
    return client.get(reverse("portal:link", args=[public_id(cast)]), query)


# --- A pasted address -----------------------------------------------------------------------


def test_a_covered_address_says_by_which_campaign_and_what_it_pays(aliya, cast):
    before = links(cast)
    answer = look(aliya, f" {PRODUCT} ")
    page = answer.context["page"]
    assert answer.status_code == 200
    assert (page.url, page.url_text) == (PRODUCT, PRODUCT.removeprefix("https://"))
    (cover,) = page.mine
    assert (cover.title, cover.rate_text, cover.per_sale_minor) == ("tulpar sale", "10%", 200_000)
    assert "Covered by the campaign “tulpar sale”, 10%" in answer.content.decode()
    assert links(cast) == before  # looking makes nothing


def test_the_address_becomes_a_link(aliya, cast):
    answer = make(aliya, PRODUCT)
    token, destination, state = links(cast)[-1]
    assert (destination, state, len(token)) == (PRODUCT, "active", 8)
    with acting_as(system="test looks"):
        made = TrackingLink.objects.get(token=token).public_id
    assert answer.url == reverse("portal:link_new", args=[made])


def test_a_link_may_have_an_ending(aliya, cast):
    answer = make(aliya, PRODUCT, ending="Aliya-Koilek")
    assert answer.status_code == 302
    assert links(cast)[-1][:2] == ("aliya-koilek", PRODUCT)
    page = aliya.get(answer.url)
    assert "/c/aliya-koilek" in page.content.decode()


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        ("abc", "4 to 40 characters"),
        ("a" * 10_000, "4 to 40 characters"),
        ("айгерім", "Latin letters"),
        ("b1rge", "could be taken for a page of Birge"),
    ],
)
def test_a_wrong_ending_is_said_at_its_field_and_keeps_what_was_typed(aliya, cast, ending, said):
    before = links(cast)
    answer = make(aliya, PRODUCT, ending=ending)
    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors["ending"])
    assert answer.context["page"].url == PRODUCT
    assert f'value="{ending}"' in answer.content.decode()
    assert links(cast) == before


def test_a_twin_of_anothers_ending_is_said_with_a_free_one(aliya, cast):
    with acting_as(system="test data"):
        TrackingLink.objects.create(
            participation_id=cast.sauran.participation,
            campaign_id=cast.sauran.campaign,
            brand_id=cast.sauran.brand,
            influencer_id=cast.sauran.influencer,
            token="dana-koilek",
            destination_url="https://sauran.example/",
        )
    answer = make(aliya, PRODUCT, ending="dana-koi1ek")
    assert answer.status_code == 422
    assert "Free: dana-koi1ek-2" in str(answer.context["form"].errors["ending"])


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("tulpar.example/product/7", "must begin with https"),
        ("https://tulpar.example@evil.example/", "@ before the host"),
        ("http://tulpar.example/product/7", "must begin with https"),
        ("javascript:alert(1)", "must begin with https"),
        ("https://wb.ru/abc", "wb.ru makes short links"),
        ("https://ozon.ru/t/abc", "paste the full address"),
        ("https://kaspi.kz/?c=" + "7" * 10_000, "up to 500 characters"),
    ],
)
def test_what_is_no_address_of_a_product_is_said_beside_it(aliya, cast, url, said):
    before = links(cast)
    for answer in (look(aliya, url), make(aliya, url)):
        assert answer.status_code == 422
        assert said in answer.context["page"].error
        assert said in answer.content.decode().replace("&#x27;", "'")
        assert answer.context["page"].mine == []
    assert links(cast) == before


def test_nothing_pasted_shows_the_field_alone(aliya):
    answer = aliya.get(reverse("portal:link_create"))
    page = answer.context["page"]
    assert (answer.status_code, page.url, page.error) == (200, "", "")
    assert "No campaign has" not in answer.content.decode()


def test_a_site_of_a_campaign_that_one_may_join_leads_there(aliya, cast):
    before = links(cast)
    for answer in (
        look(aliya, "https://sauran.example/p"),
        make(aliya, "https://sauran.example/p"),
    ):
        page = answer.context["page"]
        assert page.mine == []
        assert [cover.title for cover in page.open_to_join] == ["sauran sale"]
        assert page.open_to_join[0].url.endswith(f"/campaigns/{campaign_id(cast, 'sauran')}/")
    assert links(cast) == before


@pytest.mark.parametrize("url", ["https://qozy.example/1", "https://tulpar.example.evil.example/"])
def test_a_site_that_nobody_covers_is_a_question_to_the_brand(aliya, cast, url):
    before = links(cast)
    for answer in (look(aliya, url), make(aliya, url)):
        page = answer.context["page"]
        assert (page.mine, page.open_to_join) == ([], [])
        assert page.host in page.ask_text
        assert f"No campaign has {page.host}: ask the brand" in answer.content.decode()
    assert links(cast) == before


def second_campaign(cast, **changes):
    """Another campaign of Tulpar's sites, which pays more, with Aliya in it."""
    party = cast.tulpar
    with acting_as(system="test data"):
        campaign = Campaign.objects.get(pk=party.campaign)
        campaign.pk, campaign.public_id, campaign.title = None, uuid4(), "tulpar gold"
        campaign.save()
        terms = Terms.objects.create(
            campaign=campaign,
            brand_id=party.brand,
            version=1,
            commission_bps=1500,
            published_at=NOON,
        )
        Participation.objects.create(
            campaign=campaign,
            brand_id=party.brand,
            influencer_id=party.influencer,
            terms=terms,
            state=changes.get("state", "approved"),
        )
    return str(campaign.public_id)


def test_of_several_campaigns_one_is_chosen_and_the_best_paid_is_first(aliya, cast):
    gold = second_campaign(cast)
    page = look(aliya, PRODUCT).context["page"]
    assert [(c.title, c.is_chosen) for c in page.mine] == [
        ("tulpar gold", True),
        ("tulpar sale", False),
    ]
    make(aliya, PRODUCT, campaign=campaign_id(cast))
    make(aliya, PRODUCT, campaign=gold)
    with acting_as(influencer=cast.tulpar.influencer):
        made = TrackingLink.objects.filter(destination_url=PRODUCT).order_by("pk")
        assert [link.campaign.title for link in made] == ["tulpar sale", "tulpar gold"]


def test_an_application_makes_no_link_yet(aliya, cast):
    second_campaign(cast, state="applied")
    page = look(aliya, PRODUCT).context["page"]
    assert [cover.title for cover in page.mine] == ["tulpar sale"]
    assert [cover.title for cover in page.open_to_join] == ["tulpar gold"]


def test_a_campaign_of_somebody_else_cannot_be_chosen(aliya, cast):
    make(aliya, PRODUCT, campaign=campaign_id(cast, "sauran"))
    with acting_as(system="test looks"):
        assert TrackingLink.objects.latest("pk").campaign_id == cast.tulpar.campaign


# --- Names of posts -------------------------------------------------------------------------


def test_a_post_gets_a_link_with_its_name(aliya, cast):
    answer = link_page(aliya, cast, sub1=" reels 21/11 ", sub3="кк")
    tagged = answer.context["page"].tagged
    base = answer.context["page"].card.url
    assert tagged.names == ["reels 21/11", "", "кк", "", ""]
    assert tagged.url == f"{base}?sub1=reels%2021%2F11&sub3=%D0%BA%D0%BA"
    assert tagged.url.replace("&", "&amp;") in answer.content.decode()
    assert answer.context["page"].qr_svg_url.endswith("?" + tagged.url.partition("?")[2])


def test_without_a_name_there_is_no_second_link(aliya, cast):
    assert link_page(aliya, cast).context["page"].tagged.url == ""
    assert link_page(aliya, cast, sub1="  ").context["page"].tagged.url == ""


def test_a_name_cannot_leave_its_attribute(aliya, cast):
    html = link_page(aliya, cast, sub1='"><script>alert(1)</script>').content.decode()
    assert "<script>alert" not in html


# --- QR -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "content_type", "draw"),
    [("svg", "image/svg+xml", qr_svg), ("png", "image/png", qr_png)],
)
def test_the_qr_code_is_a_file_with_the_links_name(aliya, cast, kind, content_type, draw):
    page = link_page(aliya, cast).context["page"]
    answer = aliya.get(page.qr_svg_url if kind == "svg" else page.qr_png_url)
    assert answer.headers["Content-Type"] == content_type
    name = f'attachment; filename="birge-{cast.tulpar.token}-qr.{kind}"'
    assert answer.headers["Content-Disposition"] == name
    assert answer.content == draw(page.card.url)


def test_the_qr_code_carries_the_names_of_a_post(aliya, cast):
    page = link_page(aliya, cast, sub1="flyer").context["page"]
    assert aliya.get(page.qr_svg_url).content == qr_svg(f"{page.card.url}?sub1=flyer")


@pytest.mark.parametrize("kind", ["gif", "svg.exe", "SVG"])
def test_another_kind_of_file_does_not_exist(aliya, cast, kind):
    url = reverse("portal:link_qr", args=[public_id(cast), kind])
    assert aliya.get(url).status_code == 404


# --- The switch -----------------------------------------------------------------------------


def test_a_link_is_switched_off_and_on(aliya, cast):
    page = link_page(aliya, cast).context["page"]
    assert (page.card.status, page.on_url) == ("on", "")
    answer = aliya.post(page.off_url, follow=True)
    page = answer.context["page"]
    assert (page.card.status, page.off_url) == ("off", "")
    assert "You switched it off. You can switch it on again." in answer.content.decode()
    assert links(cast)[0][2] == "disabled"
    answer = aliya.post(page.on_url, follow=True)
    assert answer.context["page"].card.status == "on"
    assert links(cast)[0][2] == "active"


def test_a_refused_switch_says_why(aliya, cast):
    change(TrackingLink, cast.tulpar.link, state="disabled")
    change(Campaign, cast.tulpar.campaign, status="closed")
    answer = aliya.post(reverse("portal:link_on", args=[public_id(cast)]), follow=True)
    assert "This campaign is over." in answer.content.decode()
    assert links(cast)[0][2] == "disabled"


STATES = {
    "on": {},
    "paused": {"campaign": {"status": "paused"}},
    "ended": {"campaign": {"status": "closed"}, "link": {"state": "disabled"}},
    "ended by its day": {"campaign": {"ends_at": NOON - timedelta(seconds=1)}},
    "off": {"link": {"state": "disabled"}},
    "left": {"participation": {"state": "left"}, "link": {"state": "disabled"}},
    "no_budget": {},
}


@pytest.mark.parametrize("case", STATES)
def test_the_list_says_the_state_in_words(aliya, cast, case):
    party = cast.tulpar
    models = {"campaign": Campaign, "link": TrackingLink, "participation": Participation}
    for name, values in STATES[case].items():
        change(models[name], getattr(party, name), **values)
    if case == "no_budget":
        budget_spend(party)
    (card,) = aliya.get(reverse("portal:links")).context["page"].cards
    assert card.status == case.partition(" ")[0]
    assert link_page(aliya, cast).context["page"].card.status == card.status


def budget_spend(party):
    """All of it, as one reward."""
    shop_open(party, budget_minor=1_000)
    ref = ConversionRef(
        conversion_id=1,
        campaign_id=party.campaign,
        brand_id=party.brand,
        influencer_id=party.influencer,
    )
    with acting_as(system="test data"):
        draft = accrual(ref, version=1, commission_minor=1_000, fee_minor=150)
        journals_post([draft], occurred_at=clock.now())


# --- Whose ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "name", "more"),
    [
        ("get", "link", []),
        ("get", "link_qr", ["svg"]),
        ("post", "link_off", []),
        ("post", "link_on", []),
    ],
)
def test_somebody_elses_link_is_the_same_as_a_missing_one(aliya, cast, method, name, more):
    for key in (public_id(cast, "sauran"), uuid4()):
        url = reverse(f"portal:{name}", args=[key, *more])
        assert getattr(aliya, method)(url).status_code == 404
    with acting_as(system="test looks"):
        assert TrackingLink.objects.get(pk=cast.sauran.link).state == "active"


def test_switching_is_no_link(aliya, cast):
    for name in ("link_off", "link_on"):
        assert aliya.get(reverse(f"portal:{name}", args=[public_id(cast)])).status_code == 405


def test_the_list_asks_the_same_number_of_questions_for_more_links(aliya, cast):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert aliya.get(reverse("portal:links")).status_code == 200
        return len(queries)

    asked()
    few = asked()
    for number in range(5):
        make(aliya, f"https://tulpar.example/product/{number}")
    assert asked() == few


def test_a_card_says_when_its_orders_are_of_several_links(aliya, cast):
    page = aliya.get(reverse("portal:links")).context["page"]
    assert [card.is_of_several for card in page.cards] == [False]
    make(aliya, PRODUCT)
    answer = aliya.get(reverse("portal:links"))
    assert [card.is_of_several for card in answer.context["page"].cards] == [True, True]
    assert "of all your links and the code" in answer.content.decode()
    assert link_page(aliya, cast).context["page"].card.is_of_several
