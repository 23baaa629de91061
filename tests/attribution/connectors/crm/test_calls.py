"""The calls of amoCRM and Bitrix24: whose they are, what they ring, and nothing that they claim."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.connectors.amocrm.connector import AmoCrmWebhook
from attribution.connectors.base import BadSignature, CallRefused, Doorbell, UnknownPayload
from attribution.connectors.bitrix24.connector import Bitrix24Event

AMO, BITRIX = AmoCrmWebhook(), Bitrix24Event()
AMO_OWN = {"seller_id": "17769199", "subdomain": "toqyma"}
BITRIX_OWN = {"seller_id": "toqyma.bitrix24.kz", "member_id": "d897"}
TOKEN = "jvh9y1token"


def amo(account: dict | None = None, action: str = "status") -> bytes:
    named = {"id": "17769199", "subdomain": "toqyma"} if account is None else account
    pairs = {f"leads[{action}][0][id]": "25399013", f"leads[{action}][1][id]": "25399014"}
    return urlencode(pairs | {f"account[{name}]": value for name, value in named.items()}).encode()


def bitrix(event: str = "ONCRMDEALUPDATE", ts: str = "1766047124", **auth: str | None) -> bytes:
    given = {
        "domain": "toqyma.bitrix24.kz",
        "member_id": "d897",
        "application_token": TOKEN,
        **auth,
    }
    pairs = {"event": event, "event_handler_id": "975", "data[FIELDS][ID]": "7405", "ts": ts}
    own = {f"auth[{name}]": value for name, value in given.items() if value is not None}
    return urlencode(pairs | own).encode()


# --- amoCRM ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("account", "status"),
    [
        ({"id": "17769199"}, None),
        ({"subdomain": "toqyma"}, None),
        ({"id": "17769199", "subdomain": "toqyma"}, None),
        ({"id": "17769199", "subdomain": "other"}, 403),
        ({"id": "1"}, 403),
        ({"id": ""}, 403),
        ({}, 403),
    ],
)
def test_amocrm_names_its_account(account, status):
    if status is None:
        AMO.caller_check(None, amo(account), AMO_OWN)
        return
    with pytest.raises(CallRefused) as refused:
        AMO.caller_check(None, amo(account), AMO_OWN)
    assert refused.value.status == status


@pytest.mark.parametrize(
    "body",
    [
        b"account[id]" + b"[x]" * 10_000 + b"=1",
        b"&".join(b"a%d=" % n for n in range(5_001)),
        b"account=1&account[id]=17769199",
        b"account[id]=17769199%00",
        b"account[id]=\xff",
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_form_that_bursts_or_clashes_is_refused_at_the_door(body):
    for connector, own in ((AMO, AMO_OWN), (BITRIX, BITRIX_OWN)):
        with pytest.raises(CallRefused) as refused:
            connector.caller_check(None, body, own)
        assert refused.value.status == 400


@pytest.mark.parametrize(
    ("action", "endpoints"),
    [
        ("add", ("leads",)),
        ("status", ("leads",)),
        ("update", ("leads",)),
        ("delete", ("leads", "leads_known")),
        ("restore", ("leads", "leads_known")),
    ],
)
def test_amocrm_rings_for_what_it_names(action, endpoints):
    assert AMO.parse(amo(action=action), AMO_OWN) == [Doorbell(endpoints)]


def test_what_is_no_lead_rings_nothing():
    assert AMO.parse(b"contacts[add][0][id]=1&account[id]=17769199", AMO_OWN) == []
    assert AMO.parse(b"leads=1", AMO_OWN) == []


# --- Bitrix24 --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("auth", "status"),
    [
        ({}, None),
        ({"domain": "TOQYMA.bitrix24.kz"}, None),
        ({"member_id": "d898"}, 403),
        ({"member_id": "ғ"}, 403),
        ({"member_id": None}, 400),
        ({"domain": "other.bitrix24.kz"}, 403),
        ({"domain": None}, 400),
    ],
)
def test_bitrix24_names_its_portal_and_its_member(auth, status):
    if status is None:
        BITRIX.caller_check(None, bitrix(**auth), BITRIX_OWN)
        return
    with pytest.raises(CallRefused) as refused:
        BITRIX.caller_check(None, bitrix(**auth), BITRIX_OWN)
    assert refused.value.status == status


def test_before_the_first_call_any_member_is_possible():
    BITRIX.caller_check(None, bitrix(member_id="x"), {"seller_id": "toqyma.bitrix24.kz"})


@pytest.mark.parametrize(
    ("auth", "secrets", "is_right"),
    [
        ({}, [TOKEN], True),
        ({}, ["new", TOKEN], True),
        ({}, [], False),
        ({}, ["new"], False),
        ({"application_token": TOKEN[:-1]}, [TOKEN], False),
        ({"application_token": None}, [TOKEN], False),
        ({"application_token": ""}, [""], False),
        ({"application_token": "ғ"}, [TOKEN], False),
    ],
)
def test_the_application_token_keeps_strangers_out(auth, secrets, is_right):
    if is_right:
        BITRIX.verify({}, bitrix(**auth), secrets)
        return
    with pytest.raises(BadSignature):
        BITRIX.verify({}, bitrix(**auth), secrets)


@pytest.mark.parametrize(
    ("event", "endpoints"),
    [
        ("ONCRMDEALADD", ("deals",)),
        ("ONCRMDEALUPDATE", ("deals",)),
        ("OnCrmDealUpdate", ("deals",)),
        ("ONCRMDEALDELETE", ("deals_known",)),
        ("ONCRMLEADADD", None),
        ("", None),
    ],
)
def test_bitrix24_rings_for_deals_and_says_who_it_is(event, endpoints):
    bell = [Doorbell(endpoints, (("member_id", "d897"),))] if endpoints else []
    assert BITRIX.parse(bitrix(event), BITRIX_OWN) == bell


def test_one_deal_in_one_second_is_one_bell():
    assert BITRIX.event_key({}, bitrix()) == BITRIX.event_key({}, bitrix(member_id="x"))
    assert BITRIX.event_key({}, bitrix()) != BITRIX.event_key({}, bitrix(ts="1766047125"))
    assert BITRIX.event_key({}, bitrix()) != BITRIX.event_key({}, bitrix("ONCRMDEALDELETE"))


@given(st.binary(max_size=80) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_a_bell_or_refused(raw):
    for connector, own in ((AMO, AMO_OWN), (BITRIX, BITRIX_OWN)):
        assert 1 <= len(connector.event_key({}, raw)) <= 200
        for step in (
            partial(connector.caller_check, None, raw, own),
            partial(connector.verify, {}, raw, [TOKEN]),
            partial(connector.parse, raw, own),
        ):
            try:
                step()
            except (CallRefused, BadSignature, UnknownPayload):
                continue
