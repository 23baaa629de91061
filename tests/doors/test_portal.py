"""The influencer's pages: what each shows, in three languages, and whose things they never show."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from attribution.models import Conversion, Order
from attribution.services.lifecycle import conversions_advance
from campaigns.models import TrackingLink
from compliance.services import tax_rules_load
from core.accounts.models import User
from core.clock import day_end
from core.tenancy.context import acting_as
from payouts.models import Payout
from payouts.services.batches import batch_create
from tests.attribution.shop import click_make, order_body, shop_open, signed
from tests.attribution.test_sale import work
from tests.clocks import clock_at
from tests.payouts.test_batches import RULES, payee_make

PLACED = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LANGUAGES = ("kk", "ru", "en")


_noon = clock_at(NOW)


@pytest.fixture
def world(cast, client):
    """Aliya has an approved order with her click and code, one on hold, one cancelled."""
    tax_rules_load(text=RULES, maker_id=cast.maker, checker_id=cast.checker)
    shop = shop_open(cast.tulpar)
    click = click_make(cast.tulpar, at=PLACED - timedelta(days=1))
    bodies = [
        order_body(1, status="completed", click_id=click.click_id.hex, coupons=("AQTAS",),
                   total="1000000.00", placed=PLACED),
        order_body(2, status="completed", coupons=("AQTAS",), placed=NOW - timedelta(days=3)),
        order_body(3, status="processing", coupons=("AQTAS",), placed=NOW - timedelta(days=2)),
        order_body(3, status="cancelled", coupons=("AQTAS",), placed=NOW - timedelta(days=2),
                   minutes=9),
    ]  # fmt: skip
    for body in bodies:
        assert client.post(shop.path, body, **signed(body)).status_code == 200
        work()
    assert conversions_advance() == 1
    return cast


@pytest.fixture
def aliya(client, world):
    client.force_login(User.objects.get(pk=world.tulpar.person))
    return client


def ids(model, **filters):
    with acting_as(system="test"):
        return list(model.objects.filter(**filters).values_list("public_id", flat=True))


def page_urls(world) -> dict[str, str]:
    with acting_as(system="test"):
        campaign = TrackingLink.objects.get(pk=world.tulpar.link).campaign.public_id
        link = TrackingLink.objects.get(pk=world.tulpar.link).public_id
        sale = Conversion.objects.get(order_number="1").public_id
    return {
        "home": reverse("portal:home"),
        "campaigns": reverse("portal:campaigns"),
        "campaign": reverse("portal:campaign", args=[campaign]),
        "links": reverse("portal:links"),
        "link": reverse("portal:link", args=[link]),
        "link_new": reverse("portal:link_new", args=[link]),
        "clicks": reverse("portal:clicks"),
        "earnings": reverse("portal:earnings"),
        "earning": reverse("portal:earning", args=[sale]),
        "payouts": reverse("portal:payouts"),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_opens_in_every_language(aliya, world, language):
    with override(language):
        urls = page_urls(world)
    for name, url in urls.items():
        answer = aliya.get(url)
        assert answer.status_code == 200, name
        assert f'lang="{language}"' in answer.content.decode(), name


def test_home_shows_the_stages_of_money(aliya):
    with override("en"):
        page = aliya.get(reverse("portal:home")).context["page"]
    stages = {stage.status: stage.minor for stage in page.strip.stages}
    # 1 000 000,00 approved and 25 500,00 on hold, at 10 %
    assert stages == {"on_hold": 255_000, "approved": 10_000_000, "payable": 0, "paid": 0}
    assert (page.payable.state, page.payable.minor) == ("setup", 10_000_000)
    assert page.links[0].code == "AQTAS"
    assert (page.links[0].orders, page.links[0].earned_minor) == (2, 10_255_000)


def test_a_campaign_is_shown_with_its_last_day_not_the_one_after_it(aliya, world):
    with acting_as(system="test"):
        campaign = TrackingLink.objects.get(pk=world.tulpar.link).campaign
        campaign.ends_at = day_end(date(2026, 12, 31))
        campaign.save()
    with override("en"):
        cards = aliya.get(reverse("portal:campaigns")).context["page"].cards
        page = aliya.get(reverse("portal:campaign", args=[campaign.public_id])).context["page"]
    assert [card.ends_on for card in cards if card.ends_on] == [date(2026, 12, 31)]
    assert page.card.ends_on == date(2026, 12, 31)
    assert [fact.value for fact in page.facts if fact.label == "Last day"] == ["Dec\u00a031"]


def test_a_ready_payee_sees_the_net_before_it_is_paid(aliya, world):
    payee_make(world, "tulpar", "individual_gph")
    with override("en"):
        page = aliya.get(reverse("portal:payouts")).context["page"]
    assert (page.payable.state, page.payable.net_minor) == ("ready", 7_515_000)
    assert [row.minor for row in page.sums] == [
        10_000_000, -1_000_000, -450_000, -200_000, -835_000, 7_515_000,
    ]  # fmt: skip


def test_an_earning_tells_why_it_is_theirs(aliya, world):
    with override("en"):
        page = aliya.get(page_urls(world)["earning"]).context["page"]
    assert [(row.grade, row.verdict) for row in page.trace.rows] == [
        ("A", "confirms"),
        ("B", "decided"),
    ]
    assert [step.kind for step in page.steps][:2] == ["click", "order"]
    assert page.sums[-1].minor == 10_000_000


@pytest.mark.parametrize(
    ("trust", "said"),
    [
        ("signed", "The source signed what it told of this order."),
        ("pulled", "We read this order at the source ourselves."),
        ("hint", "Nobody signed this order: a second source or the brand has to confirm it."),
    ],
)
def test_an_earning_says_who_told_of_its_order(aliya, world, trust, said):
    with override("en"):
        url = page_urls(world)["earning"]
        with acting_as(system="test"):
            Order.objects.update(trust=trust)
        assert said in aliya.get(url).context["page"].hint


def test_the_sheet_is_a_fragment_for_htmx(aliya, world):
    url = page_urls(world)["earning"]
    fragment = aliya.get(url, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "<html" in aliya.get(url).content.decode()


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [("approved", ["1"]), ("on_hold", ["2"]), ("lost", ["3"]), ("nonsense", ["3", "2", "1"])],
)
def test_a_filter_shows_its_part(aliya, chosen, numbers):
    page = aliya.get(reverse("portal:earnings"), {"status": chosen}).context["page"]
    with acting_as(system="test"):
        rows = {str(it.public_id): it.order_number for it in Conversion.objects.all()}
    assert [rows[row.url.rstrip("/").rpartition("/")[2]] for row in page.rows] == numbers


def test_a_payout_shows_its_arithmetic(aliya, world):
    payee_make(world, "tulpar", "individual_gph")
    batch_create(maker_id=world.maker)
    (public_id,) = ids(Payout)
    for language in LANGUAGES:
        with override(language):
            answer = aliya.get(reverse("portal:payout", args=[public_id]))
        assert answer.status_code == 200
    page = answer.context["page"]
    assert (page.status, page.minor, page.shares[0].minor) == ("created", 7_515_000, 10_000_000)
    assert aliya.get(reverse("portal:home")).context["page"].payable.state == "sent"


def test_somebody_elses_things_are_the_same_as_missing_ones(aliya, world):
    with acting_as(system="test"):
        foreign = TrackingLink.objects.get(pk=world.sauran.link).public_id
    for name, public_id in [
        ("portal:link", foreign),
        ("portal:link", uuid4()),
        ("portal:earning", uuid4()),
        ("portal:payout", uuid4()),
        ("portal:campaign", uuid4()),
    ]:
        assert aliya.get(reverse(name, args=[public_id])).status_code == 404


def test_a_broken_cursor_begins_anew(aliya):
    for after in ("x", "2026-01-01_1", "_", "2026-11-21T00:00:00+00:00_99999999999999999999"):
        answer = aliya.get(reverse("portal:earnings"), {"after": after})
        assert len(answer.context["page"].rows) == 3, after


def test_nobody_is_sent_to_the_login(client, world):
    answer = client.get(reverse("portal:home"))
    assert answer.status_code == 302
    assert "/login/" in answer.url


@pytest.mark.parametrize("name", ["home", "earnings", "links", "campaigns"])
def test_a_list_asks_the_same_number_of_questions_for_more_rows(
    aliya, world, name, django_assert_num_queries, client
):
    """Counted once, then again with five more orders."""
    url = page_urls(world)[name]
    with CaptureQueriesContext(connection) as before:
        aliya.get(url)
    with acting_as(system="test"):
        row = Conversion.objects.get(order_number="2")
        for _n in range(5):
            row.pk, row.public_id, row.status, row.reason_code = None, uuid4(), "rejected", 23
            row.save()
    with django_assert_num_queries(len(before.captured_queries)):
        aliya.get(url)
