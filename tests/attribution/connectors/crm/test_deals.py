"""Deals of any CRM: what is kept of one, what it says, and what the brand's own words change."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given

from attribution.connectors.base import (
    OrderLineSnapshot,
    OrderRemoval,
    OrderSnapshot,
    UnknownPayload,
)
from attribution.connectors.crm.deals import Deal, deal_parse, deal_record, moment_of, texts_of
from attribution.connectors.crm.stages import (
    Pipeline,
    Stage,
    stages_chosen,
    stages_settings,
)
from attribution.connectors.payload import Fields, json_read
from tests.attribution.connectors.shapes import (
    GONE,
    STRANGE,
    is_translated_or_refused,
    json_values,
    paths,
    raw_json,
    spoiled,
)

CLICK = "019de0c5b0007abc8000000000000001"
PIPELINES = (
    Pipeline(
        "10",
        "Продажи",
        (
            Stage("1", "Новая", "created"),
            Stage("2", "Оплачено", "created"),
            Stage("142", "Успех", "fulfilled", is_fixed=True),
            Stage("143", "Отказ", "cancelled", is_fixed=True),
        ),
    ),
    Pipeline("20", "Найм", (Stage("5", "Собеседование", "created"),)),
)
CHOSEN = {("10", "2"): "paid", ("20", "5"): "ignored", ("10", "142"): "cancelled"}
SETTINGS = {
    "pipelines": stages_settings(PIPELINES, CHOSEN),
    "click_field": "c",
    "code_field": "p",
    "number_field": "n",
}
DEAL = Deal(
    id="77",
    pipeline="10",
    stage="142",
    own_word="fulfilled",
    amount="25500",
    currency="KZT",
    placed_at="2026-11-18T09:00:00+00:00",
    updated_at="2026-11-20T09:00:00+00:00",
    closed_at="2026-11-20T08:00:00+00:00",
    values={"c": (CLICK,), "p": ("AQTAS", "SALE20"), "n": ("1557604691",)},
    phone="8 701 000 00 01",
)
ORDER = OrderSnapshot(
    external_id="77",
    number="1557604691",
    status="fulfilled",
    raw_status="Успех",
    currency="KZT",
    placed_at=datetime(2026, 11, 18, 9, tzinfo=UTC),
    source_updated_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
    fulfilled_at=datetime(2026, 11, 20, 8, tzinfo=UTC),
    lines=(OrderLineSnapshot(line_id="77", sku="", name="", quantity=1, amount_minor=2_550_000),),
    click_id=CLICK,
    promo_codes=("AQTAS", "SALE20"),
    customer_phone="+77010000001",
)


def parse(raw: bytes) -> list:
    return deal_parse(Fields(json_read(raw)))


def changed(settings=SETTINGS, **changes):
    record = deal_record("amocrm", dataclasses.replace(DEAL, **changes), settings)
    return None if record is None else parse(record.body)[0]


def test_a_deal_becomes_exactly_this():
    assert changed() == ORDER


@pytest.mark.parametrize(
    ("pipeline", "stage", "own_word", "status", "raw_status"),
    [
        ("10", "1", None, "created", "Новая"),
        ("10", "2", None, "paid", "Оплачено"),
        ("10", "142", "fulfilled", "fulfilled", "Успех"),
        ("10", "143", "cancelled", "cancelled", "Отказ"),
        ("10", "9", None, "unmapped", "10:9"),
        ("99", "1", None, "unmapped", "99:1"),
        ("99", "142", "fulfilled", "fulfilled", "99:142"),
        ("99", "143", "cancelled", "cancelled", "99:143"),
    ],
)
def test_each_stage_says_what_the_brand_or_the_crm_says(
    pipeline, stage, own_word, status, raw_status
):
    order = changed(pipeline=pipeline, stage=stage, own_word=own_word)
    assert (order.status, order.raw_status) == (status, raw_status)


def test_a_pipeline_that_sells_nothing_has_no_orders():
    assert changed(pipeline="20", stage="5", own_word=None) is None


def test_nobody_maps_what_means_the_same_in_every_pipeline():
    assert stages_chosen(SETTINGS)["10", "142"] == "fulfilled"


def test_what_is_kept_of_a_map_is_read_back():
    kept = stages_settings(PIPELINES, CHOSEN)
    assert stages_settings(PIPELINES, stages_chosen({"pipelines": kept})) == kept


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"values": {}}, {"number": "77", "click_id": None, "promo_codes": ()}),
        ({"values": {}, "number": "A-1"}, {"number": "A-1"}),
        ({"values": {"c": ("{clickid}", CLICK)}}, {"click_id": CLICK}),
        ({"values": {}, "click": CLICK}, {"click_id": CLICK}),
        ({"values": {"p": ("x" * 80,)}}, {"promo_codes": ("x" * 64,)}),
        ({"phone": "кейін"}, {"customer_phone": None}),
        ({"amount": "0"}, {"lines": ()}),
        ({"stage": "143", "own_word": "cancelled"}, {"fulfilled_at": None}),
        ({"closed_at": None}, {"fulfilled_at": ORDER.source_updated_at}),
    ],
)
def test_what_is_absent_or_odd_is_left_out(changes, expected):
    order = changed(**changes)
    assert {name: getattr(order, name) for name in expected} == expected


def test_goods_are_worth_no_more_than_the_deal():
    goods = [
        {"id": "1", "sku": "9", "name": "Көрпе", "quantity": 2, "amount": "20000.00"},
        {"id": "2", "sku": "", "name": "", "quantity": 1, "amount": "10000.00"},
    ]
    order = changed(lines=goods)
    assert [line.amount_minor for line in order.lines] == [1_700_000, 850_000]
    assert (order.lines[0].name, order.lines[0].quantity) == ("Көрпе", 2)
    delivered = changed(lines=goods, amount="32000")
    assert [line.amount_minor for line in delivered.lines] == [2_000_000, 1_000_000]


def test_a_returned_deal_came_back_as_a_whole():
    settings = {"pipelines": stages_settings(PIPELINES, {("10", "1"): "returned"})}
    (line,) = changed(settings, stage="1", own_word=None).lines
    assert (line.returned_quantity, line.returned_minor) == (1, 2_550_000)


def test_a_deal_that_is_gone_is_a_removal():
    raw = json.dumps({"deal": "77", "removed": True}).encode()
    assert parse(raw) == [OrderRemoval(external_id="77", raw_status="removed")]


def good() -> dict:
    record = deal_record("amocrm", DEAL, SETTINGS)
    return json.loads(record.body)


@pytest.mark.parametrize("path", list(paths(good())), ids=str)
def test_a_spoiled_record_is_translated_or_refused(path):
    for instead in (GONE, *STRANGE):
        is_translated_or_refused(
            lambda value: parse(raw_json(value)), spoiled(good(), path, instead)
        )


@given(json_values)
def test_any_json_is_translated_or_refused(value):
    is_translated_or_refused(lambda one: parse(json.dumps(one).encode()), value)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "ignored"}, "status: not a status"),
        ({"amount": "-5"}, "amount: negative"),
        ({"amount": "abc"}, "amount: not an amount"),
        ({"currency": "DOG"}, "currency: unknown currency 'DOG'"),
        ({"lines": [{"id": 1, "quantity": 1}, {"id": 1}]}, "lines: an id comes twice"),
    ],
)
def test_a_wrong_field_is_named(changes, reason):
    with pytest.raises(UnknownPayload) as refused:
        parse(json.dumps(good() | changes).encode())
    assert refused.value.reason == reason


def test_texts_are_texts_and_whole_numbers_only():
    given = [" a ", "", None, True, 5, {"value": "x"}, "b\0", ["c"]]
    assert texts_of(given) == ("a", "5")


@pytest.mark.parametrize(
    ("seconds", "moment"),
    [
        (1_767_225_600, "2026-01-01T00:00:00+00:00"),
        (0, None),
        (-1, None),
        (10**12, None),
        (True, None),
        ("1767225600", None),
        (None, None),
    ],
)
def test_unix_seconds(seconds, moment):
    assert moment_of(seconds) == moment
