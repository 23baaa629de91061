"""Statuses of the seller's own deliveries: two questions a page, and what each word means."""

from __future__ import annotations

import json

import pytest

from attribution.connectors.base import AccessDenied, UnknownPayload
from attribution.connectors.wildberries.connector import FBS_STATUSES, Wildberries
from attribution.connectors.wildberries.fbs import OF_SUPPLIER, OF_WILDBERRIES
from sandbox.wildberries.token import ANALYTICS, READ_ONLY
from tests.attribution.connectors.shapes import (
    GONE,
    STRANGE,
    is_translated_or_refused,
    paths,
    raw_json,
    spoiled,
)
from tests.attribution.connectors.wildberries.test_polling import Poller, connection_to

WB = Wildberries()
GOOD = {
    "read_at": "2026-11-21T09:00:00+00:00",
    "rid": "eb.r1.0.0",
    "id": 13833711,
    "supplierStatus": "complete",
    "wbStatus": "sold",
}


def parse(**changes):
    return WB.parse(FBS_STATUSES, json.dumps(GOOD | changes).encode())


def order(sandbox, srid: str, supplier: str = "", own: str = "", **given) -> None:
    sandbox.control("wildberries/orders", {"srid": srid, "is_fbs": True} | given)
    if own:
        sandbox.control(f"wildberries/orders/{srid}/fbs", {"supplier": supplier, "own": own})


def test_units_that_are_received_or_cancelled_are_news_and_others_are_not(sandbox):
    order(sandbox, "s1", "complete", "sold")
    order(sandbox, "s2", "complete", "sorted")
    order(sandbox, "s3", "complete", "canceled_by_client")
    order(sandbox, "s4", "cancel", "waiting")
    order(sandbox, "s5", is_fbs=False)
    poller = Poller(sandbox, FBS_STATUSES, connection_to(sandbox, page_rows=2))
    moves = poller.round()
    assert [(move.external_id, move.kind) for move in moves] == [
        ("s1", "receipt"),
        ("s3", "withdrawal"),
        ("s4", "withdrawal"),
    ]
    assert len(poller.pages) >= 2
    # Nobody's address reaches a disk of ours
    bodies = b"".join(record.body for page in poller.pages for record in page.records)
    assert b"address" not in bodies
    keys = [record.event_key for page in poller.pages for record in page.records]
    poller.pages.clear()
    poller.round()
    assert [record.event_key for page in poller.pages for record in page.records] == keys


def test_without_units_of_its_own_a_seller_is_asked_once_a_round(sandbox):
    poller = Poller(sandbox, FBS_STATUSES, connection_to(sandbox))
    assert poller.round() == []
    assert [page.next_delay_seconds for page in poller.pages] == [1_800]


def test_a_token_without_the_category_is_refused_and_so_never_asks(sandbox):
    connection = connection_to(sandbox, {"bits": [ANALYTICS, READ_ONLY]})
    assert FBS_STATUSES not in WB.endpoints_open(connection.secret)
    with pytest.raises(AccessDenied):
        Poller(sandbox, FBS_STATUSES, connection).page()


def test_too_often_is_a_page_with_the_pause_that_is_named(sandbox):
    order(sandbox, "s1", "complete", "sold")
    sandbox.control("faults", {"service": "wildberries", "fault": "429", "times": 1})
    poller = Poller(sandbox, FBS_STATUSES, connection_to(sandbox))
    page = poller.page()
    assert (page.is_limited, page.next_delay_seconds) == (True, 20)
    assert len(poller.round()) == 1


@pytest.mark.parametrize("word", sorted(OF_WILDBERRIES))
def test_each_word_of_wildberries_has_its_meaning(word):
    assert [move.kind for move in parse(wbStatus=word)] == [
        kind for kind in (OF_WILDBERRIES[word],) if kind
    ]


@pytest.mark.parametrize("word", sorted(OF_SUPPLIER))
def test_the_sellers_word_counts_where_wildberries_says_nothing_yet(word):
    moves = parse(wbStatus="waiting", supplierStatus=word)
    assert [move.kind for move in moves] == [kind for kind in (OF_SUPPLIER[word],) if kind]
    assert [move.kind for move in parse(supplierStatus=word)] == ["receipt"]


def test_a_new_word_is_kept_and_refused_with_the_word(sandbox):
    order(sandbox, "s1", "complete", "beamed_up")
    page = Poller(sandbox, FBS_STATUSES, connection_to(sandbox)).page()
    (record,) = page.records
    with pytest.raises(UnknownPayload, match="wbStatus: unknown status 'beamed_up'"):
        WB.parse(FBS_STATUSES, record.body)


def test_one_strange_value_anywhere_is_translated_or_refused():
    for path in paths(GOOD):
        for instead in (GONE, *STRANGE):
            is_translated_or_refused(
                lambda value: WB.parse(FBS_STATUSES, raw_json(value)), spoiled(GOOD, path, instead)
            )
