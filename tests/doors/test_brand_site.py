"""The page "Your site", the tag manager's template, and the brand's word for a hint."""

import json
from html import unescape
from uuid import uuid4

import pytest
from django.conf import settings

from attribution.models import Connection, Conversion, Order
from core.tenancy.context import acting_as
from tests.attribution.shop import click_make, order_body
from tests.attribution.test_sale import deliver, work
from tests.doors.conftest import NOW, marketplace_id, shop_id, the


def tell(workplace, **said):
    client = workplace.client("nobody")
    answer = client.post(
        f"/t/{shop_id(workplace).hex}", json.dumps(said).encode(), content_type="text/plain"
    )
    assert answer.status_code == 204


def test_the_page_shows_the_snippets_of_this_shop_to_copy(workplace):
    page = workplace.page("connection_site", shop_id(workplace))
    site = shop_id(workplace).hex
    assert f'src="{settings.BASE_URL}/js/birge.js" data-site="{site}"' in page.snippet
    assert f"{settings.BASE_URL}/t/{site}.gif" in page.purchase
    body = workplace.get("connection_site", shop_id(workplace)).content.decode()
    assert page.snippet not in body  # as text, and not as a script of ours
    assert page.snippet in unescape(body)


@pytest.mark.parametrize(
    ("asked", "kept"), [("", 90), ("30", 30), ("60", 60), ("7", 90), ("x", 90), ("-30", 90)]
)
def test_a_click_is_kept_as_long_as_the_brand_chooses(workplace, asked, kept):
    path = workplace.url("connection_site", shop_id(workplace))
    body = workplace.client("owner").get(path, {"days": asked}).content.decode()
    assert f'data-days="{kept}"' in unescape(body)


def test_it_waits_for_the_first_event_and_then_shows_the_last(workplace):
    card = workplace.page("connection_site", shop_id(workplace)).card
    assert (card.last_at, card.last_text) == (None, "")
    tell(workplace, order="KZ-1")
    tell(workplace, order="KZ-2", click="0192f3b4c5d67e8fa0b1c2d3e4f50617")
    cards = workplace.page("integrations").sites
    assert [(each.name, each.last_at) for each in cards] == [("Shop", NOW)]
    assert {"Order KZ-2, by a click on a link", "Order KZ-1, without a click"} >= {
        each.last_text for each in cards
    }


def test_a_marketplace_has_no_pages_of_the_brands(workplace):
    path = workplace.url("connection_site", marketplace_id(workplace))
    answer = workplace.client("owner").get(path)
    assert answer.url == workplace.url("connection", marketplace_id(workplace))
    assert [each.name for each in workplace.page("integrations").sites] == ["Shop"]


def test_the_template_is_a_file_that_knows_the_shop(workplace):
    path = workplace.url("connection_template", shop_id(workplace))
    answer = workplace.client("analyst").get(path)
    assert answer["Content-Disposition"] == 'attachment; filename="birge.tpl"'
    text = answer.content.decode()
    assert f"{settings.BASE_URL}/js/birge.js" in text
    assert f'"defaultValue": "{shop_id(workplace).hex}"' in text


@pytest.mark.parametrize("name", ["connection_site", "connection_template"])
def test_nobody_elses_shop_is_shown(workplace, name):
    assert workplace.client("owner").get(workplace.url(name, uuid4())).status_code == 404
    with acting_as(system="test data"):
        other = Connection.objects.create(
            brand_id=workplace.cast.sauran.brand, source="woocommerce", name="x", secrets="[]"
        )
    found = workplace.client("owner").get(workplace.url(name, other.public_id))
    assert found.status_code == 404


def test_events_of_pages_are_in_the_log_and_not_in_the_sources_figures(workplace):
    before = workplace.page("integrations").cards[0]
    tell(workplace, order="KZ-1")
    after = workplace.page("integrations").cards[0]
    assert (after.today, after.hours, after.last_event_at) == (
        before.today,
        before.hours,
        before.last_event_at,
    )
    rows = workplace.page("connection", shop_id(workplace)).events
    row = next(each for each in rows if each.text == "Thank-you page, KZ-1")
    assert row.trust == "unsigned hint"
    body = workplace.client("owner").get(row.url.partition("#")[0]).context["page"].event.body
    assert json.loads(body) == {"order": "KZ-1"}


def hinted(workplace) -> Order:
    """An order that only its thank-you page ties to a click."""
    click = click_make(workplace.cast.tulpar, at=NOW.replace(hour=1))
    tell(workplace, order="7777", click=click.click_id.hex)
    work()
    body = order_body(7777, placed=NOW.replace(hour=8))
    deliver(workplace.client("nobody"), workplace.shop, body)
    return the(Order, external_id="7777")


def test_the_order_says_what_its_page_said_and_asks_for_the_brands_word(workplace):
    order = hinted(workplace)
    page = workplace.page("order", order.public_id)
    assert page.trace.rows[0].title == "Click, named by the thank-you page"
    assert page.trace.rule.startswith("only the thank-you page names a click")
    assert page.hint == "Only your thank-you page named this click. Confirm that the sale is real."
    assert page.confirm_url == workplace.url("order_confirm", order.public_id)
    assert [step.kind for step in page.steps][:2] == ["click", "order"]

    answer = workplace.client("owner").post(page.confirm_url)
    assert answer.url == workplace.url("order", order.public_id)
    assert the(Conversion, order=order).confirmed_at == NOW
    after = workplace.page("order", order.public_id)
    assert (after.confirm_url, after.hint != page.hint) == ("", True)


def test_who_only_reads_confirms_nothing(workplace):
    order = hinted(workplace)
    assert workplace.page("order", order.public_id, who="analyst").confirm_url == ""
    path = workplace.url("order_confirm", order.public_id)
    assert workplace.client("analyst").post(path).status_code == 403
    assert workplace.client("stranger").post(path).status_code == 404
    assert workplace.client("owner").get(path).status_code == 405
    assert the(Conversion, order=order).confirmed_at is None
