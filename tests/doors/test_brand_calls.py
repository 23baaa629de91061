"""Postbacks and the REST API on the brand's pages: connecting, what to paste, and the log of every
call, also of those that were refused."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.test import Client

from attribution.connectors.postback.presets import PRESETS
from attribution.connectors.postback.reading import sign
from attribution.models import Connection
from attribution.services.connections import connection_create
from brands.selectors import api_key_find
from tests.attribution.test_sale import work
from tests.doors.conftest import NOW, brand_of, the

TS = str(int(NOW.timestamp()))


def connect(desk, who="owner", **typed):
    """(the page after connecting, its connection)"""
    given = {"name": "CRM", "preset": "native", "currency": "KZT"} | typed
    client = desk.client(who)
    answer = client.post(desk.url("connection_new", "postback"), given, follow=True)
    assert answer.status_code == 200
    return answer.context["page"], the(Connection, source="postback")


def call(found, **said):
    return Client().get(f"/postback/{found.endpoint_token}?{urlencode(said)}").json()


@pytest.mark.parametrize("preset", PRESETS)
def test_each_preset_has_an_address_to_paste_with_its_own_names(workplace, preset):
    page, found = connect(workplace, preset=preset)
    address = page.copies[0].value
    assert urlsplit(address).path == f"/postback/{found.endpoint_token}"
    names = {name for name, _value in parse_qsl(urlsplit(address).query)}
    own = PRESETS[preset]
    assert {own.click, own.order, own.amounts[0], own.status} <= names
    assert [secret.label for secret in page.secrets] == (["Secret"] if own.signature else [])
    assert bool(page.rotate_url) == bool(own.signature)


def test_the_secret_is_shown_once_and_signs(workplace):
    page, found = connect(workplace)
    said = {"order_id": "7", "sum": "100.00", "ts": TS}
    assert call(found, **said, sig=sign(said, page.secrets[0].value))["status"] == "accepted"
    assert workplace.page("connection", found.public_id).secrets == []


def test_a_new_secret_is_shown_after_a_rotation_and_the_old_one_works_on(workplace):
    page, found = connect(workplace)
    client = workplace.client("owner")
    made = client.post(workplace.url("connection_secret", found.public_id), follow=True)
    (new,) = made.context["page"].secrets
    for number, secret in enumerate((page.secrets[0].value, new.value)):
        said = {"order_id": str(number), "sum": "100.00", "ts": TS}
        assert call(found, **said, sig=sign(said, secret))["status"] == "accepted"


def test_every_call_is_in_the_log_and_those_refused_have_a_filter(workplace):
    _page, found = connect(workplace, preset="tune")
    call(found, adv_sub="KZ-1", amount="100.00", security_token="hush")
    work()
    call(found, adv_sub="KZ-1", amount="100.00", security_token="hush")
    call(found, adv_sub="{order}", amount="100.00", security_token="hush")
    page = workplace.page("connection", found.public_id)
    # Time stands still here, and ids of one moment are in no order
    assert sorted((row.text, row.status, row.repeats) for row in page.events) == [
        ("4. Your system did not replace its macro: adv_sub", "refused", 0),
        ("KZ-1", "done", 1),
    ]
    assert page.card.cause == "1 kind of call was refused in the last day: the log says why."
    refused = workplace.page("connection", found.public_id, show="refused")
    assert [row.status for row in refused.events] == ["refused"]
    shown = workplace.get("connection", found.public_id)
    assert b"hush" not in shown.content


@pytest.mark.parametrize(
    ("said", "hidden"),
    [
        ({"adv_sub": "KZ-1", "amount": "100.00"}, []),
        ({"adv_sub": "{x}", "buyer": "Aliya", "aff_sub": "Dana"}, ["Aliya", "Dana"]),
        ({"adv_sub": "{x}", "promo_code": "a@b.example"}, ["a@b.example"]),
    ],
)
def test_a_call_is_shown_with_what_was_read_and_nothing_of_a_buyer(workplace, said, hidden):
    _page, found = connect(workplace, preset="tune")
    call(found, **said)
    (row,) = workplace.page("connection", found.public_id).events
    body = workplace.client("owner").get(row.url.partition("#")[0]).context["page"].event.body
    assert said["adv_sub"] in body
    assert not [text for text in hidden if text in body]


def test_other_sources_have_no_filter_of_refused_calls(workplace):
    page = workplace.page("connection", the(Connection, pk=workplace.shop.connection).public_id)
    assert [choice.label for choice in page.choices] == ["All", "Errors only"]


def test_the_api_is_connected_once_with_a_key_that_is_shown_once(workplace):
    client = workplace.client("owner")
    answer = client.post(workplace.url("connection_new", "api"), {"name": "Server"}, follow=True)
    page = answer.context["page"]
    (key,) = page.secrets
    assert sorted(api_key_find(key.value).scopes) == ["orders:read", "orders:write"]
    assert page.copies[0].value.endswith("/api/v1/orders")
    again = client.post(workplace.url("connection_new", "api"), {"name": "Another"})
    assert again.status_code == 422
    found = the(Connection, source="api")
    assert workplace.page("connection", found.public_id).secrets == []


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("source", ["postback", "api"])
def test_pages_are_drawn_in_every_language(workplace, source, language):
    typed = {"preset": "native", "currency": "KZT"} if source == "postback" else {}
    made, _secret = connection_create(brand=brand_of(workplace), source=source, name="X", **typed)
    client = workplace.client("owner")
    for url in (
        workplace.url("connection_new", source, language=language),
        workplace.url("connection", made.public_id, language=language),
        workplace.url("connection_site", made.public_id, language=language),
        workplace.url("integrations", language=language),
    ):
        assert client.get(url).status_code == 200


def test_who_may_only_read_connects_nothing(workplace):
    answer = workplace.post("connection_new", "postback", who="analyst", name="X", preset="tune")
    assert answer.status_code == 403
