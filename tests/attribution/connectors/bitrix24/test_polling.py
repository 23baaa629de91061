"""Asking the stand-in of Bitrix24 over real HTTP: pages, limits, refusals, broken answers."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

import pytest
import stamina

from attribution.connectors.base import (
    AccessDenied,
    CredentialsRefused,
    PollConnection,
    SourceRefused,
    UnknownPayload,
)
from attribution.connectors.bitrix24.connector import Bitrix24
from attribution.connectors.crm.stages import stages_settings
from core.http import OutgoingFailed
from tests.attribution.connectors.crm.poller import Poller, told

BITRIX24 = Bitrix24()
CLICK = "019de0c5b0007abc8000000000000001"
TOKEN = "1/sandboxcode0001"
GOODS = [["Көрпе", 20_000, 1], ["Сүлгі", 2_750.0, 2]]


def poller_of(sandbox, **code) -> Poller:
    sandbox.control("bitrix24/inbound", code)
    return Poller(sandbox, BITRIX24, TOKEN, {"base_url": f"{sandbox.url}/bitrix24/rest"})


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


@pytest.fixture
def poller(sandbox) -> Poller:
    found = poller_of(sandbox)
    account = BITRIX24.account(found.client, found.connection, now=datetime.now(UTC))
    fields = {each.name: each.id for each in account.fields}
    found.connection.settings.update(
        pipelines=stages_settings(account.pipelines, {}),
        click_field=fields["cpa_click"],
        code_field=fields["Промокод"],
        number_field=fields["Номер заказа"],
    )
    return found


def deal(sandbox, **fields) -> str:
    return sandbox.control("bitrix24/deals", fields)["ID"]


def move(sandbox, deal_id: str, **changes) -> None:
    sandbox.control(f"bitrix24/deals/{deal_id}", changes)


def test_what_a_portal_says_of_itself(sandbox):
    found = poller_of(sandbox)
    account = BITRIX24.account(found.client, found.connection, now=datetime.now(UTC))
    general, wholesale = account.pipelines
    assert (general.id, wholesale.id) == ("0", "1")
    assert {stage.id: stage.word for stage in general.stages} == {
        "NEW": "created",
        "EXECUTING": "created",
        "WON": "fulfilled",
        "LOSE": "cancelled",
        "APOLOGY": "cancelled",
    }
    assert [(one.id, one.name) for one in account.fields] == [
        ("UF_CRM_CLICK", "cpa_click"),
        ("UF_CRM_ORDER", "Номер заказа"),
        ("UF_CRM_PROMO", "Промокод"),
    ]


def test_a_deal_is_read_with_its_goods_its_contact_and_its_fields(sandbox, poller):
    deal(
        sandbox,
        goods=GOODS,
        click=CLICK,
        code=["AQTAS", "SALE20"],
        number=1557604691,
        phone="87010000001",
    )
    (order,) = poller.round("deals")
    assert (order.number, order.click_id, order.promo_codes) == (
        "1557604691",
        CLICK,
        ("AQTAS", "SALE20"),
    )
    assert order.customer_phone == "+77010000001"
    assert [(one.name, one.quantity, one.amount_minor) for one in order.lines] == [
        ("Көрпе", 1, 2_000_000),
        ("Сүлгі", 2, 550_000),
    ]


def test_a_deal_without_goods_is_one_line(sandbox, poller):
    deal(sandbox, OPPORTUNITY="1000000.00", UTM_CONTENT=CLICK, ORIGIN_ID="KZ-1042", code=False)
    (order,) = poller.round("deals")
    assert [one.amount_minor for one in order.lines] == [100_000_000]
    assert (order.click_id, order.number, order.promo_codes) == (CLICK, "KZ-1042", ())
    assert order.customer_phone is None


def test_names_reach_no_disk_of_ours(sandbox, poller):
    deal(sandbox, phone="87010000001")
    (record,) = poller.page("deals").records
    assert "Айгерім" not in record.body.decode()


def test_all_pages_are_read_and_the_next_round_has_no_news(sandbox, poller):
    ids = [deal(sandbox, age_days=(60 - n) / 10) for n in range(53)]
    assert told(poller.round("deals")) == [(one, "created") for one in ids]
    assert poller.round("deals") == []


def test_a_stage_says_what_it_means_in_its_pipeline(sandbox, poller):
    one = deal(sandbox)
    poller.round("deals")
    move(sandbox, one, STAGE_ID="WON")
    (won,) = poller.round("deals")
    assert (won.status, won.raw_status) == ("fulfilled", "Сделка успешна")
    assert won.fulfilled_at == won.source_updated_at
    move(sandbox, one, STAGE_ID="APOLOGY")
    assert told(poller.round("deals")) == [(one, "cancelled")]
    move(sandbox, one, STAGE_ID="C1:WON", CATEGORY_ID="1")
    assert told(poller.round("deals")) == [(one, "fulfilled")]


def test_a_pipeline_that_nobody_mapped_says_only_won_and_lost(sandbox, poller):
    new = deal(sandbox, CATEGORY_ID="7", STAGE_ID="C7:NEW")
    won = deal(sandbox, CATEGORY_ID="7", STAGE_ID="C7:WON", SEMANTICS="S")
    assert told(poller.round("deals")) == [(new, "unmapped"), (won, "fulfilled")]


def test_a_deleted_deal_is_found_missing(sandbox, poller):
    one, _other = deal(sandbox), deal(sandbox)
    poller.round("deals")
    assert poller.round("deals_known") == []
    move(sandbox, one, is_deleted=True)
    assert told(poller.round("deals_known")) == [(one, "removed")]
    assert poller.round("deals_known") == []


def test_the_portals_limit_is_a_503_that_is_waited_for(sandbox, poller):
    pages = [poller.page("deals") for _ in range(60)]
    limited = [page.is_limited for page in pages]
    assert any(limited)
    assert limited.index(True) >= 40
    assert pages[limited.index(True)].next_delay_seconds == 10
    sandbox.clock_move(30)
    assert not poller.page("deals").is_limited


def test_a_method_that_worked_too_long_is_waited_for(sandbox, poller):
    sandbox.control("faults", {"service": "bitrix24", "fault": "429"})
    page = poller.page("deals")
    assert (page.records, page.is_limited, page.next_delay_seconds) == ((), True, 60)


def test_a_refusal_tells_no_secret_and_no_log_shows_one(sandbox, caplog):
    found = poller_of(sandbox)
    found.connection = PollConnection("1/anothersecret", found.connection.settings)
    with caplog.at_level(logging.INFO), pytest.raises(CredentialsRefused) as refused:
        found.page("deals")
    assert "anothersecret" not in str(refused.value) + caplog.text
    assert "/bitrix24/rest/***/crm.deal.list.json" in caplog.text
    with pytest.raises(AccessDenied, match="insufficient_scope"):
        poller_of(sandbox, may_read=False).page("deals")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("html", UnknownPayload),
        ("truncated", UnknownPayload),
        ("500", OutgoingFailed),
        ("503", SourceRefused),
    ],
)
def test_a_broken_answer_is_no_answer(sandbox, poller, fault, error):
    deal(sandbox)
    sandbox.control("faults", {"service": "bitrix24", "fault": fault, "times": 5})
    with pytest.raises(error):
        poller.page("deals")
    sandbox.call("DELETE", "/_control/faults")


class Answers:
    """A client that gives prepared bodies, for shapes that the stand-in never has."""

    def __init__(self, *bodies: object) -> None:
        self.bodies = [json.dumps(body).encode() for body in bodies]

    def request(self, *_given, **_options):
        return type("R", (), {"status": 200, "headers": {}, "body": self.bodies.pop(0)})()


GOOD = {
    "ID": "1",
    "STAGE_ID": "WON",
    "STAGE_SEMANTIC_ID": "S",
    "CATEGORY_ID": "0",
    "OPPORTUNITY": "100.00",
    "CURRENCY_ID": "KZT",
    "CONTACT_ID": "0",
    "DATE_CREATE": "2026-11-18T14:00:00+05:00",
    "DATE_MODIFY": "2026-11-18T14:00:00+05:00",
    "MOVED_TIME": "",
}
ROW = {"id": 1, "ownerId": 1, "productId": 5, "productName": "x", "price": 10, "quantity": 2.5}


def read(deal_changes: dict, row: dict | None = None) -> list:
    connection = PollConnection("1/x", {"base_url": "http://x", "code_field": "UF_CRM_P"})
    answers = Answers(
        {"result": [GOOD | deal_changes]}, {"result": {"productRows": [row] if row else []}}
    )
    page = BITRIX24.fetch(answers, "deals", {}, connection, now=datetime.now(UTC))
    return [BITRIX24.parse("deals", record.body)[0] for record in page.records]


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("A", ("A",)),
        (["A", "B"], ("A", "B")),
        (5, ("5",)),
        (False, ()),
        (None, ()),
        ("", ()),
        ({"1": "A"}, ("A",)),
    ],
)
def test_a_field_holds_one_value_or_several(value, codes):
    (order,) = read({"UF_CRM_P": value})
    assert order.promo_codes == codes


def test_goods_by_weight_are_one_piece():
    (order,) = read({}, ROW)
    assert [(one.quantity, one.amount_minor) for one in order.lines] == [(1, 2_500)]


@pytest.mark.parametrize(
    ("changes", "row", "reason"),
    [
        ({"ID": None}, None, "result[0].ID: missing or empty"),
        ({"DATE_MODIFY": "soon"}, None, "result[0].DATE_MODIFY: not a time"),
        ({"STAGE_ID": ""}, None, "result[0].STAGE_ID: missing or empty"),
        ({}, ROW | {"price": "10"}, "result.productRows[0].price: not a number"),
        ({}, ROW | {"quantity": -1}, "result.productRows[0].quantity: not a number"),
        ({}, ROW | {"quantity": True}, "result.productRows[0].quantity: not a number"),
    ],
)
def test_a_strange_deal_is_named(changes, row, reason):
    with pytest.raises(UnknownPayload) as refused:
        read(changes, row)
    assert refused.value.reason == reason
