"""Asking the stand-in of amoCRM over real HTTP: pages, limits, refusals, broken answers."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
import stamina

from attribution.connectors.amocrm.client import token_ends_at
from attribution.connectors.amocrm.connector import AmoCrm
from attribution.connectors.base import (
    AccessDenied,
    CredentialsRefused,
    PollConnection,
    UnknownPayload,
)
from attribution.connectors.crm.stages import stages_settings
from core.http import OutgoingFailed
from tests.attribution.connectors.crm.poller import Poller, told

AMOCRM = AmoCrm()
CLICK = "019de0c5b0007abc8000000000000001"
WON, LOST = 142, 143
DAY = 86_400


def poller_of(sandbox, **token) -> Poller:
    given = sandbox.control("amocrm/token", token)["token"]
    own = {"base_url": f"{sandbox.url}/amocrm", "page_rows": 2, "currency": "KZT"}
    return Poller(sandbox, AMOCRM, given, own)


@pytest.fixture(autouse=True)
def _no_waiting():
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


@pytest.fixture
def poller(sandbox) -> Poller:
    found = poller_of(sandbox)
    account = AMOCRM.account(found.client, found.connection, now=datetime.now(UTC))
    sandbox.clock_move(2)
    fields = {each.name: each.id for each in account.fields}
    found.connection.settings.update(
        pipelines=stages_settings(account.pipelines, {}),
        click_field=fields["cpa_click"],
        code_field=fields["Промокод"],
        number_field=fields["Номер заказа"],
    )
    return found


def lead(sandbox, **fields) -> str:
    return str(sandbox.control("amocrm/leads", fields)["id"])


def move(sandbox, lead_id: str, **changes) -> None:
    sandbox.control(f"amocrm/leads/{lead_id}", changes)


def test_what_an_account_says_of_itself(sandbox):
    found = poller_of(sandbox)
    account = AMOCRM.account(found.client, found.connection, now=datetime.now(UTC))
    assert account.facts == {"seller_id": "17769199", "subdomain": "toqyma"}
    assert [(one.id, one.name) for one in account.pipelines] == [
        ("9217056", "Продажи"),
        ("9217099", "Опт"),
    ]
    words = {stage.id: (stage.word, stage.is_fixed) for stage in account.pipelines[1].stages}
    assert words == {
        "7040001": ("created", False),
        "142": ("fulfilled", True),
        "143": ("cancelled", True),
    }
    assert ("66339", "Промокод") in [(one.id, one.name) for one in account.fields]


def test_a_lead_is_read_with_its_contact_and_its_fields(sandbox, poller):
    lead(sandbox, click=CLICK, code=["AQTAS", "SALE20"], number="1557604691", phone="87010000001")
    (order,) = poller.round("leads")
    assert (order.number, order.click_id, order.promo_codes) == (
        "1557604691",
        CLICK,
        ("AQTAS", "SALE20"),
    )
    assert (order.customer_phone, order.lines[0].amount_minor) == ("+77010000001", 2_550_000)


def test_names_and_other_fields_reach_no_disk_of_ours(sandbox, poller):
    lead(sandbox, phone="87010000001")
    (record,) = poller.page("leads").records
    assert "Айгерім" not in json.loads(record.body).values()
    assert "Айгерім" not in record.body.decode()
    assert set(json.loads(record.body)) == {
        *("deal", "number", "status", "raw_status", "amount", "currency", "placed_at"),
        *("updated_at", "closed_at", "click", "codes", "phone", "lines"),
    }


def test_all_pages_are_read_and_the_next_round_has_no_news(sandbox, poller):
    ids = [lead(sandbox, age_days=5 - n) for n in range(5)]
    assert told(poller.round("leads")) == [(one, "created") for one in ids]
    assert poller.round("leads") == []


def test_won_then_lost_is_a_cancellation(sandbox, poller):
    one = lead(sandbox)
    poller.round("leads")
    move(sandbox, one, status_id=WON)
    assert told(poller.round("leads")) == [(one, "fulfilled")]
    move(sandbox, one, status_id=LOST)
    assert told(poller.round("leads")) == [(one, "cancelled")]
    move(sandbox, one, status_id=WON)
    assert told(poller.round("leads")) == [(one, "fulfilled")]


def test_won_means_won_in_every_pipeline_and_a_new_one_means_nothing_yet(sandbox, poller):
    own, new = lead(sandbox, pipeline_id=9_217_099, status_id=WON), lead(sandbox, pipeline_id=5)
    assert told(poller.round("leads")) == [(own, "fulfilled"), (new, "unmapped")]


def test_a_lead_that_changes_while_we_read_is_met_again(sandbox, poller):
    ids = [lead(sandbox, age_days=4 - n) for n in range(4)]
    first = poller.page("leads")
    move(sandbox, ids[3], price=9_000)
    found = list(first.records)
    while True:
        page = poller.page("leads")
        found += page.records
        sandbox.clock_move(page.next_delay_seconds)
        if page.is_last:
            break
    read = {json.loads(record.body)["deal"]: json.loads(record.body)["amount"] for record in found}
    assert read == {**dict.fromkeys(ids[:3], "25500"), ids[3]: "9000"}


def test_a_deleted_lead_is_found_missing_and_may_come_back(sandbox, poller):
    one, other = lead(sandbox), lead(sandbox)
    poller.round("leads")
    assert poller.round("leads_known") == []
    move(sandbox, one, is_deleted=True)
    assert poller.round("leads") == []
    assert told(poller.round("leads_known")) == [(one, "removed")]
    move(sandbox, one, is_deleted=False)
    assert told(poller.round("leads")) == [(one, "created")]
    move(sandbox, one, is_deleted=True)
    assert told(poller.round("leads_known")) == [(one, "removed")]
    assert other in poller.known.keys


def test_a_lead_in_a_pipeline_that_sells_nothing_is_gone_once(sandbox, poller):
    one = lead(sandbox)
    poller.round("leads")
    chosen = poller.connection.settings["pipelines"]["9217056"]["stages"]
    chosen["7039102"]["word"] = "ignored"
    move(sandbox, one, status_id=7_039_102)
    lead(sandbox, status_id=7_039_102)
    assert told(poller.round("leads")) == [(one, "removed")]
    assert poller.round("leads") == []


def test_the_accounts_own_limit_is_kept_to(sandbox, poller):
    pages = [poller.page("leads_known") for _ in range(3)]  # nothing is known: nothing is asked
    assert [page.is_limited for page in pages] == [False] * 3
    pages = [poller.page("leads") for _ in range(8)]
    assert [page.is_limited for page in pages] == [False] * 7 + [True]
    assert poller.cursors["leads"]["since"]


def test_too_often_is_a_page_without_a_row_and_asked_again(sandbox, poller):
    one = lead(sandbox)
    sandbox.control("faults", {"service": "amocrm", "fault": "429"})
    page = poller.page("leads")
    assert (page.records, page.is_limited, page.next_delay_seconds) == ((), True, 60)
    assert told(poller.round("leads")) == [(one, "created")]


@pytest.mark.parametrize(
    ("token", "refused"), [({"days": -1}, CredentialsRefused), ({"may_read": False}, AccessDenied)]
)
def test_a_refused_token_is_told_without_the_token(sandbox, token, refused):
    with pytest.raises(refused) as error:
        poller_of(sandbox, **token).page("leads")
    assert "sandbox-amocrm-token" not in str(error.value)


@pytest.mark.parametrize(
    ("fault", "error"),
    [("html", UnknownPayload), ("truncated", UnknownPayload), ("503", OutgoingFailed)],
)
def test_a_broken_answer_is_no_answer(sandbox, poller, fault, error):
    lead(sandbox)
    sandbox.control("faults", {"service": "amocrm", "fault": fault, "times": 5})
    with pytest.raises(error):
        poller.page("leads")
    sandbox.call("DELETE", "/_control/faults")


class Answers:
    """A client that gives prepared bodies, for shapes that the stand-in never has."""

    def __init__(self, *bodies: object) -> None:
        self.bodies = [json.dumps(body).encode() for body in bodies]

    def request(self, *_given, **_options):
        return type("R", (), {"status": 200, "headers": {}, "body": self.bodies.pop(0)})()


GOOD = {
    "id": 1,
    "price": 100,
    "pipeline_id": 1,
    "status_id": 142,
    "created_at": 1_767_225_600,
    "updated_at": 1_767_225_600,
    "closed_at": None,
    "custom_fields_values": [{"field_id": 5, "values": [1_767_225_600]}],
    "_embedded": {"contacts": []},
}


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({}, "1767225600"),
        ({"custom_fields_values": [{"field_id": 5, "values": [{"value": "a"}]}]}, "a"),
        ({"custom_fields_values": [{"field_id": 5, "values": {"0": {"value": "a"}}}]}, "a"),
        ({"custom_fields_values": [{"field_id": 5, "values": "a"}]}, "a"),
        ({"custom_fields_values": None}, "1"),
    ],
)
def test_a_value_stands_in_an_object_in_a_list_or_by_itself(changes, value):
    connection = PollConnection("t", {"base_url": "http://x", "number_field": "5"})
    answer = {"_embedded": {"leads": [GOOD | changes]}}
    page = AMOCRM.fetch(Answers(answer), "leads", {}, connection, now=datetime.now(UTC))
    assert json.loads(page.records[0].body)["number"] == value


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": "x"}, "_embedded.leads[0].id: not a whole number"),
        ({"price": []}, "_embedded.leads[0].price: not an amount"),
        ({"updated_at": None}, "_embedded.leads[0].updated_at: not a moment"),
        ({"status_id": None}, "_embedded.leads[0].status_id: not a whole number"),
        ({"custom_fields_values": {}}, "_embedded.leads[0].custom_fields_values: not a list"),
    ],
)
def test_a_strange_lead_is_named(changes, reason):
    connection = PollConnection("t", {"base_url": "http://x"})
    answer = {"_embedded": {"leads": [GOOD | changes]}}
    with pytest.raises(UnknownPayload) as refused:
        AMOCRM.fetch(Answers(answer), "leads", {}, connection, now=datetime.now(UTC))
    assert refused.value.reason == reason


def jwt(claims: object) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{part}.sig"


@pytest.mark.parametrize(
    ("token", "ends_at"),
    [
        (jwt({"exp": 1_798_761_600}), datetime(2027, 1, 1, tzinfo=UTC)),
        (jwt({"exp": "soon"}), None),
        (jwt([]), None),
        ("sandbox-amocrm-token", None),
        ("a.б.c", None),
        ("a.!.c", None),
    ],
)
def test_when_a_token_says_that_it_ends(token, ends_at):
    assert token_ends_at(token) == ends_at


def test_every_lead_of_a_page_that_is_an_order_is_held_against_ours(sandbox, poller):
    one = lead(sandbox)
    first = poller.page("leads")
    assert [(each.external_id, each.event_key) for each in first.shown] == [
        (one, first.records[0].event_key)
    ]
    move(sandbox, one, is_deleted=True)
    assert poller.page("leads").shown == ()
