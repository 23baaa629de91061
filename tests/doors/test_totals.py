"""Daily totals: the brand chooses them in plain words, and both sides read a day as what it is."""

from datetime import timedelta

import pytest

from attribution.models import Connection, Conversion, Order
from campaigns.models import Campaign, TrackingLink
from core.accounts.models import User
from core.tenancy.context import acting_as
from tests.attribution.shop import shop_open
from tests.attribution.test_daily_totals import NOW, counted, tag_of, work
from tests.attribution.test_sale import the
from tests.clocks import clock_at

TENGE = 100


clock = clock_at(NOW - timedelta(days=1))


@pytest.fixture
def ozon(cast):
    shop_open(cast.tulpar)
    with acting_as(system="test"):
        TrackingLink.objects.update(created_at=NOW - timedelta(days=30))
        return Connection.objects.create(
            brand_id=cast.tulpar.brand, source="ozon_traffic", name="Ozon", secrets="[]"
        )


def page_of(cast):
    campaign = the(Campaign, pk=cast.tulpar.campaign)
    return f"/en/brand/tulpar/campaigns/{campaign.public_id}/"


def logged_in(client, pk):
    client.force_login(User.objects.get(pk=pk))
    return client


def text(answer):
    return answer.content.decode()


def test_a_brand_chooses_reads_what_counts_and_takes_it_back(client, cast, ozon):
    path = page_of(cast)
    logged_in(client, cast.tulpar.owner)
    assert "also what is cancelled or returned later" in text(client.get(path))
    client.post(f"{path}totals/ozon/")
    assert the(Campaign, pk=cast.tulpar.campaign).totals_from == {"ozon": "2026-11-20"}
    assert "By daily totals since November\u00a020, 2026" in text(client.get(path))
    client.post(f"{path}totals/ozon/drop/")
    assert the(Campaign, pk=cast.tulpar.campaign).totals_from == {}


def test_who_may_not_write_and_what_is_no_marketplace_is_refused(client, cast, ozon):
    path = page_of(cast)
    logged_in(client, cast.tulpar.analyst)
    assert client.post(f"{path}totals/ozon/").status_code == 403
    (choice,) = client.get(path).context["page"].totals
    assert (choice.choose_url, choice.blocked) == ("", "")
    logged_in(client, cast.tulpar.owner)
    assert client.post(f"{path}totals/kaspi/").status_code == 404
    logged_in(client, cast.sauran.owner)
    assert client.post(f"{path.replace('tulpar', 'sauran')}totals/ozon/").status_code == 404


def test_a_refusal_says_why(client, cast, ozon):
    logged_in(client, cast.tulpar.owner)
    answer = client.post(f"{page_of(cast)}totals/wildberries/", follow=True)
    assert "Nobody counts for this brand there yet." in text(answer)


def test_both_sides_read_a_day_as_a_total_with_its_tag_and_pieces(client, cast, ozon, clock):
    logged_in(client, cast.tulpar.owner)
    client.post(f"{page_of(cast)}totals/ozon/")
    clock.move_to(NOW, tick=False)
    counted(ozon, 30_000 * TENGE, 7, tag=tag_of(cast.tulpar))
    work()
    said = (
        f"as the total of one day, November\u00a020, by the tag {tag_of(cast.tulpar)}."
        " Pieces ordered: 7. A total names no order. We read it in Ozon&#x27;s own report."
    )
    order = client.get(f"/en/brand/tulpar/orders/{the(Order).public_id}/")
    assert said in text(order)
    assert "Buyer received it" not in text(order)
    logged_in(client, cast.tulpar.person)
    rows = client.get("/en/portal/earnings/").context["page"].rows
    assert [(row.title, row.minor) for row in rows] == [("Ozon: total of a day", 300_000)]
    own = text(client.get(f"/en/portal/earnings/{the(Conversion).public_id}/"))
    assert said in own
    assert "The marketplace&#x27;s total by tag" in own
    assert "may still count this day anew" in own


def test_an_influencer_reads_on_the_campaign_what_pays(client, cast, ozon):
    logged_in(client, cast.tulpar.owner)
    client.post(f"{page_of(cast)}totals/ozon/")
    public_id = the(Campaign, pk=cast.tulpar.campaign).public_id
    logged_in(client, cast.tulpar.person)
    facts = client.get(f"/en/portal/campaigns/{public_id}/").context["page"].facts
    shown = {str(fact.label): str(fact.value) for fact in facts}
    assert shown["Ozon"] == "paid by the marketplace's total of each day"
    assert shown["Evidence"] == "A, B, C, D"


def test_the_page_of_totals_says_where_they_pay(client, cast, ozon):
    counted(ozon, 30_000 * TENGE, tag=tag_of(cast.tulpar))
    logged_in(client, cast.tulpar.owner)
    assert "nothing is paid from them. What pays" in text(client.get("/en/brand/tulpar/traffic/"))
    client.post(f"{page_of(cast)}totals/ozon/")
    assert "Campaigns that chose to pay by them do" in text(client.get("/en/brand/tulpar/traffic/"))
