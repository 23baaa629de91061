"""An order is tried by the rules of now: the same answer as a real one's, and nothing stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import InternalError, connection
from django.test import Client

from attribution.models import Candidate, Conversion, Decision, Order, OrderLine
from attribution.rerun_forms import SimulatorForm
from attribution.services import simulation
from attribution.services.simulation import (
    Imagined,
    ImaginedLine,
    imagined_simulate,
    orders_called,
    stored_simulate,
)
from campaigns.models import CodePool, PromoCode
from core.audit.models import AuditEntry
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as
from ledger.models import Journal
from tests.attribution.shop import click_make, order_body, shop_open
from tests.attribution.test_peers import also_here, terms_set
from tests.attribution.test_sale import COMMISSION, PLACED, count, deliver, the
from tests.clocks import clock_at

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
GOODS = [ImaginedLine("BLANKET", 2_550_000, 1)]


_noon = clock_at(NOW)


def everything() -> dict[str, int]:
    models = (Order, OrderLine, Decision, Candidate, Conversion, Journal)
    counted = {model.__name__: count(model) for model in models}
    with acting_as(ops=1):
        return counted | {"audit": AuditEntry.objects.count()}


def tried(cast, shop, **said):
    imagined = Imagined(
        **{"connection_id": shop.connection, "placed_at": PLACED, "lines": GOODS} | said
    )
    with acting_as(brand=cast.tulpar.brand):
        return imagined_simulate(brand_id=cast.tulpar.brand, imagined=imagined)


def told(simulated):
    """[(whose, rule, tiyn)] by line, and [(whose, verdict, reason)] of the first."""
    names = {pk: each.influencer.name for pk, each in simulated.names.items()}
    lines = [
        (
            names[each.participation.pk] if each.participation else None,
            str(each.decided.rule),
            each.earned.commission_minor if each.earned else None,
        )
        for each in simulated.lines
    ]
    verdicts = [
        (names[each.candidate.participation_id], str(each.verdict), str(each.reason))
        for each in simulated.lines[0].decided.verdicts
    ]
    return lines, verdicts


def test_a_code_and_a_click_are_tried_as_an_order_with_them_is_decided(cast, shop, client):
    dana = also_here(cast)
    click = click_make(dana, at=PLACED - timedelta(hours=3))
    before = everything()
    lines, verdicts = told(tried(cast, shop, promo_codes=["аqtаs"], click_id=click.click_id))
    assert everything() == before
    assert lines == [("Aliya", "code_wins", COMMISSION)]
    assert verdicts == [("Dana", "assist", "code_wins"), ("Aliya", "decided", "decided")]
    deliver(client, shop, order_body(coupons=("аqtаs",), click_id=click.click_id.hex))
    conversion = the(Conversion)
    assert (conversion.influencer_id, conversion.commission_minor) == (
        cast.tulpar.influencer,
        COMMISSION,
    )


def test_a_stored_order_is_tried_under_the_rules_of_now(cast, shop, client):
    dana = also_here(cast)
    click = click_make(dana, at=PLACED - timedelta(hours=3))
    deliver(client, shop, order_body(coupons=("AQTAS",), click_id=click.click_id.hex))
    terms_set(cast, code_policy="click_wins", commission_bps=2000)
    before = everything()
    with acting_as(brand=cast.tulpar.brand):
        (order,) = orders_called(cast.tulpar.brand, "9001")
        simulated = stored_simulate(brand_id=cast.tulpar.brand, order=order)
    assert told(simulated)[0] == [("Dana", "click_wins", 2 * COMMISSION)]
    assert simulated.lines[0].now.influencer.name == "Aliya"
    assert everything() == before


def test_a_link_stands_for_a_tap_just_before(cast, shop):
    lines, verdicts = told(tried(cast, shop, link_token=cast.tulpar.token))
    assert (lines, verdicts) == (
        [("Aliya", "only_candidate", COMMISSION)],
        [("Aliya", "decided", "decided")],
    )


def test_lines_are_worked_out_together(cast, shop):
    terms_set(cast, commission_bps=0, fixed_minor=2_000_00)
    goods = [ImaginedLine("A", 6_000_000), ImaginedLine("B", 4_000_000, 3)]
    lines, _verdicts = told(tried(cast, shop, lines=goods, promo_codes=["AQTAS"]))
    assert [minor for _name, _rule, minor in lines] == [1_200_00, 800_00]


def test_without_evidence_nobody_is_credited(cast, shop):
    assert told(tried(cast, shop, promo_codes=["SALE20"])) == (
        [(None, "no_candidate", None)],
        [],
    )


def test_a_one_time_code_is_not_used_up(cast, shop):
    with acting_as(system="test"):
        pool = CodePool.objects.create(
            campaign_id=cast.tulpar.campaign, brand_id=cast.tulpar.brand, name="Stories"
        )
        PromoCode.objects.create(
            participation_id=cast.tulpar.participation, campaign_id=cast.tulpar.campaign,
            brand_id=cast.tulpar.brand, influencer_id=cast.tulpar.influencer, pool=pool,
            code="ONCEX", canonical="ONCEX", skeleton="ONCEX", state="reserved",
        )  # fmt: skip
    lines, _verdicts = told(tried(cast, shop, promo_codes=["ONCEX"]))
    assert lines[0][0] == "Aliya"
    assert the(PromoCode, code="ONCEX").state == "reserved"


def test_the_database_itself_refuses_every_write_meanwhile(cast, shop):
    with (
        pytest.raises(InternalError, match="read-only transaction"),
        simulation._writing_nothing(),
    ):
        Order.objects.filter(brand_id=cast.tulpar.brand).update(number="x")
    with acting_as(system="test"):  # and afterwards it takes them again
        assert Order.objects.filter(brand_id=cast.tulpar.brand).update(number="x") == 0
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only")
            assert cursor.fetchone() == ("off",)


def test_what_is_not_the_brands_is_refused_in_words(cast, shop):
    theirs = click_make(cast.sauran, at=PLACED - timedelta(hours=3))
    for said, field in (
        ({"click_id": theirs.click_id}, "click"),
        ({"click_id": UUID("019de0c5-b000-7abc-8000-000000000001")}, "click"),
        ({"link_token": cast.sauran.token}, "click"),
    ):
        with pytest.raises(Invalid) as refused:
            tried(cast, shop, **said)
        assert list(refused.value.fields) == [field]
    other = shop_open(cast.sauran)
    with pytest.raises(NotFound):
        tried(cast, shop, connection_id=other.connection)


# --- The form -------------------------------------------------------------------------------


def form(**given) -> SimulatorForm:
    return SimulatorForm(given, sources=[(7, "Shop")])


def test_goods_are_read_line_by_line():
    filled = form(source="7", goods="25 500\nBLANKET; 1000,50\nPILLOW\t300\t2\n", codes="a, b ,,")
    assert filled.is_valid(), filled.errors
    imagined = filled.imagined(NOW)
    assert imagined.lines == [
        ImaginedLine("", 2_550_000),
        ImaginedLine("BLANKET", 100_050),
        ImaginedLine("PILLOW", 30_000, 2),
    ]  # fmt: skip
    assert (imagined.promo_codes, imagined.placed_at) == (["a", "b"], NOW)


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({}, "source", "Choose where the order would come from."),
        ({"source": "7"}, "goods", "Write a number of an order, or goods with their sums."),
        ({"goods": "BLANKET; many"}, "goods", "Line 1: Write the sum in digits"),
        ({"goods": "1\nA; 1; 0"}, "goods", "Line 2: Write the pieces as a whole number"),
        ({"goods": "A; 1; 2; 3"}, "goods", "Line 1: Write the article, the sum and the pieces"),
        ({"click": "abc"}, "click", "This is no click id of ours, and no link."),
        ({"phone": "123"}, "phone", "No phone has this number."),
        ({"source": "9"}, "source", "Select a valid choice."),
        ({"placed_at": "yesterday"}, "placed_at", "Enter a valid date/time."),
    ],
)
def test_what_cannot_be_tried_is_said_at_its_field(given, field, said):
    errors = form(**given).errors
    assert said in " ".join(errors[field])


def test_a_click_is_taken_by_its_id_its_page_or_its_link():
    click = "019de0c5b0007abc8000000000000001"
    for text, wanted in (
        (click, (UUID(click), "")),
        (f"https://shop.example/?a=1&cpa_click={click}", (UUID(click), "")),
        ("https://birge.example/c/Ab12cd34", (None, "ab12cd34")),
    ):
        filled = form(source="7", goods="1", click=text)
        assert filled.is_valid(), filled.errors
        assert filled.cleaned_data["click"] == wanted


# --- The page -------------------------------------------------------------------------------


def test_the_page_shows_who_why_and_what_it_costs(cast, shop, client):
    with acting_as(system="test"):
        from core.accounts.models import User

        owner = User.objects.get(pk=cast.tulpar.owner)
    browser = Client()
    browser.force_login(owner)
    path = "/en/brand/tulpar/simulator/"
    assert browser.get(path).status_code == 200
    given = {"source": shop.connection, "goods": "25500", "codes": "AQTAS"}
    page = browser.post(path, given).content.decode()
    for said in ("Whose sale: Aliya", "Promo code AQTAS", "there is no other evidence"):
        assert said in page
    # 2 550,00 and 15 % of it, 382,50, and 16 % of that, 61,20
    result = browser.post(path, given).context["page"].result
    assert [row.minor for row in result.parts[0].sums if row.strong] == [255_000, 299_370]
    refused = browser.post(path, {"number": "404"})
    assert refused.status_code == 422
    assert "You have no order with this number." in refused.content.decode()
