"""Tulpar with a site on Tilda, an amoCRM and a Bitrix24, all of them stand-ins; and its workers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import override_settings

from attribution.models import Connection, Conversion, Order, PollCursor
from attribution.services.connections import connection_create
from attribution.services.crm import crm_choices_save
from attribution.services.polling import connections_poll
from attribution.services.same_sale import same_sales_settle
from brands.models import Brand
from core import clock
from core.tenancy.context import acting_as
from sandbox.tilda.forms import posted
from tests.attribution.shop import click_make, shop_open
from tests.attribution.test_sale import work

AMO_TOKEN, BITRIX_URL = (
    "sandbox-amocrm-token",
    "https://toqyma.bitrix24.kz/rest/1/sandboxcode0001/",
)
KEY = "merchants-own-key"
COMMISSION = 255_000  # 25 500 tenge at 10 %
WON, LOST, PAID_STAGE = 142, 143, 7_039_102


@pytest.fixture
def outside(cast, sandbox):
    shop_open(cast.tulpar)
    sandbox.control("amocrm/token")
    sandbox.control("bitrix24/inbound")
    with override_settings(SANDBOX_URL=sandbox.url):
        yield sandbox


def connect(cast, source: str, **typed) -> Connection:
    with acting_as(system="test"):
        brand = Brand.objects.get(pk=cast.tulpar.brand)
    made, secret = connection_create(brand=brand, source=source, name=source, **typed)
    assert secret == ""
    return made


def tilda(cast, **typed) -> Connection:
    return connect(cast, "tilda", **({"currency": "KZT", "sent": "at_once"} | typed))


def amocrm(cast, sandbox, **typed) -> Connection:
    given = {"address": "toqyma.amocrm.ru", "token": AMO_TOKEN, "currency": "KZT"} | typed
    made = connect(cast, "amocrm", **given)
    sandbox.clock_move(2)
    fields = {"click_field": "66337", "code_field": "66339", "number_field": "66341"}
    return crm_choices_save(connection_id=made.pk, words={}, fields=fields)


def bitrix24(cast, **typed) -> Connection:
    made = connect(cast, "bitrix24", **({"token": BITRIX_URL} | typed))
    fields = {"click_field": "UF_CRM_CLICK", "code_field": "UF_CRM_PROMO"}
    return crm_choices_save(connection_id=made.pk, words={}, fields=fields)


def row(connection: Connection) -> Connection:
    with acting_as(system="test"):
        return Connection.objects.get(pk=connection.pk)


def click_of(cast) -> str:
    return click_make(cast.tulpar, at=clock.now() - timedelta(days=1)).click_id.hex


def settle() -> None:
    """What the workers do until nothing is left."""
    for _ in range(3):
        work()
        with acting_as(system="test"):
            ids = list(Order.objects.values_list("pk", flat=True))
        same_sales_settle(ids)
    work()


def poll(sandbox) -> None:
    sandbox.clock_move(2)  # amoCRM answers seven questions a second
    with acting_as(system="test"):
        PollCursor.objects.update(next_at=clock.now(), polled_at=None)
    connections_poll()
    settle()


def buy(client, made: Connection, sandbox, **order) -> dict:
    """A cart of Tilda, carried to the door by the test client."""
    given = {
        "orderid": "1557604691",
        "items": [["Көрпе", 1, 25_500]],
        "amount": "25500",
        "promocode": "",
        "discount": "0",
        "phone": "+7 (701) 000-00-01",
        "click": "",
        "sys": "none",
        "systranid": "0",
    } | order
    body, kind = posted(given, given.pop("shape", "brackets"))
    headers = {"HTTP_API_KEY": KEY} if given.get("key") else {}
    path = f"/hooks/tilda/{made.endpoint_token}"
    answer = client.post(path, body, content_type=kind, **headers)
    settle()
    return {"status": answer.status_code, **given}


def lead(sandbox, **fields) -> str:
    given = {"phone": "87010000001", "age_days": 0.01} | fields
    return str(sandbox.control("amocrm/leads", given)["id"])


def move(sandbox, lead_id: str, **changes) -> None:
    sandbox.control(f"amocrm/leads/{lead_id}", changes)


def living() -> list[tuple]:
    """(order's source, status, commission) of what is not lost."""
    with acting_as(system="test"):
        rows = Conversion.objects.exclude(status__in=("rejected", "reversed")).order_by("pk")
        return [(each.source, each.status, each.commission_minor) for each in rows]
