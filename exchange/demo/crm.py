"""A small workshop: its site on Tilda tells carts, its amoCRM says what became of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote, urlencode
from uuid import UUID

from attribution.connectors.registry import webhook_connector
from attribution.models import Connection, InboundEvent
from attribution.services.connections import connection_create
from attribution.services.crm import crm_choices_save
from attribution.services.inbox import webhook_receive
from attribution.services.ingest import inbound_events_process
from brands.models import Brand
from core.tenancy.context import acting_as
from exchange.demo import stage
from exchange.demo.telling import Story

SITE = "Тоқыма шеберханасы"
# (days ago, goods, price, the buyer's phone, what the manager made of the lead)
CARTS = (
    (2, "Қолдан тоқылған көрпе", 38_900, "+77010000111", stage.LEAD_WON),
    (1, "Балаларға арналған көрпе", 24_500, "+77010000112", stage.LEAD_PAID),
    (0.2, "Жүн шәлі", 17_200, "+77010000113", stage.LEAD_NEW),
)
FIRST_NUMBER = 1_763_700_001
WORKSHOP_SINCE = timedelta(days=3)


def workshop_open(brand: Brand, code: str, click_id: UUID | None, now: datetime) -> Story:
    """Three carts of these days, hints all of them, and their leads: the next reading of the CRM
    confirms the one that was won."""
    yield now - WORKSHOP_SINCE
    site, _secret = connection_create(
        brand=brand, source="tilda", name=SITE, currency="KZT", sent="at_once"
    )
    token = stage.amocrm_open()
    crm, _secret = connection_create(
        brand=brand,
        source="amocrm",
        name="amoCRM",
        address="toqyma.amocrm.ru",
        token=token,
        currency="KZT",
    )
    crm_choices_save(
        connection_id=crm.pk, words={stage.PAID_STAGE: "paid"}, fields=stage.AMOCRM_FIELDS
    )
    for n, (days_ago, goods, price, phone, status) in enumerate(CARTS):
        number = str(FIRST_NUMBER + n)
        yield now - timedelta(days=days_ago)
        click = click_id.hex if click_id and n == 0 else ""
        _tell(site, _cart(number, goods, price, phone, click, "" if click else code))
        stage.amocrm_sell(number, price, phone, status, days_ago)


def _tell(site: Connection, body: bytes) -> None:
    """As Tilda does it, through the one door."""
    with acting_as(system="demo history"):
        webhook_receive(webhook_connector("tilda"), site, {}, body)
        waiting = InboundEvent.objects.filter(connection=site, state=InboundEvent.State.RECEIVED)
        ids = list(waiting.values_list("pk", flat=True))
    inbound_events_process(ids)


def _cart(number: str, goods: str, price: int, phone: str, click: str, code: str) -> bytes:
    """A form of Tilda, in brackets (facts/merchants.md 1.3)."""
    utm = quote("utm_source=instagram|||utm_medium=social")
    cookies = f"TILDAUTM={utm}" + (f"; cpa_click={click}" if click else "")
    return urlencode(
        {
            "Name": "Сатып алушы",
            "Phone": phone,
            "payment[sys]": "none",
            "payment[systranid]": "0",
            "payment[orderid]": number,
            "payment[products][0][name]": goods,
            "payment[products][0][quantity]": "1",
            "payment[products][0][price]": str(price),
            "payment[products][0][amount]": str(price),
            "payment[promocode]": code,
            "payment[amount]": str(price),
            "formid": "form42581206",
            "formname": "Cart",
            "tranid": f"467251:{number}",
            "COOKIES": cookies,
        }
    ).encode()
