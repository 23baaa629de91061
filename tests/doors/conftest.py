"""A brand at work: Tulpar with people of every role, orders of every kind, and sources."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import transaction
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from attribution.models import Connection, InboundEvent, Order
from attribution.models.clicks import ClickDaily
from attribution.services.connections import connection_create
from attribution.services.lifecycle import conversions_advance
from attribution.services.order_uploads import upload_receive
from brands.models import Brand, Member
from campaigns.models import Campaign, Participation
from campaigns.services import campaign_create
from core.accounts.models import User
from core.audit.models import AuditEntry
from core.ids import uuid7
from core.tenancy.context import acting_as
from sandbox.wildberries.token import mint
from tests.attribution.connectors.kaspi.sheets import book, row
from tests.attribution.shop import Shop, click_make, order_body, shop_open, signed
from tests.attribution.test_sale import work
from tests.campaigns.test_offers import OFFER
from tests.cast import Cast, cast_make, user_make
from tests.world import law_load

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)  # 14:00 in Almaty
OCTOBER = datetime(2026, 10, 20, 9, 0, tzinfo=UTC)
DRAFT_BUDGET = 10_000_000  # with 15 % fee and 16 % VAT on it: 11 740 000


@dataclass(frozen=True)
class Workplace:
    """`people` is by role; "stranger" owns another brand, "nobody" is not logged in."""

    cast: Cast
    shop: Shop
    marketplace: int
    people: dict[str, int]
    draft: int
    applied: int

    def client(self, who: str, *, second_factor: bool = False, **options: Any) -> Client:
        client = Client(**options)
        if who != "nobody":
            client.force_login(User.objects.get(pk=self.people[who]))
        if second_factor:
            second_factor_use(client, self.people.get(who))
        return client

    def url(self, name: str, /, *args: Any, language: str = "en") -> str:
        with override(language):
            return reverse(f"brand:{name}", args=[self.cast.tulpar.slug, *args])

    def get(self, name: str, /, *args: Any, who: str = "owner", **query: str) -> HttpResponse:
        return self.client(who).get(self.url(name, *args), query)

    def page(self, name: str, /, *args: Any, who: str = "owner", **query: str) -> Any:
        """What the view gave to the template, in English."""
        answer = self.get(name, *args, who=who, **query)
        assert answer.status_code == 200, answer.status_code
        return answer.context["page"]

    def post(self, name: str, /, *args: Any, who: str = "owner", **given: Any) -> HttpResponse:
        return self.client(who).post(self.url(name, *args), given)

    def order(self, number: str) -> UUID:
        return public_id(Order, number=number)

    @property
    def live(self) -> UUID:
        return public_id(Campaign, pk=self.cast.tulpar.campaign)


def second_factor_use(client: Client, user_id: int | None) -> None:
    """As after a login with a code besides the password."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": 1}]
    session["account_authentication_methods_user"] = str(user_id)
    session.save()


def public_id(model: type[Model], **filters: Any) -> UUID:
    with acting_as(system="test"):
        return model.objects.get(**filters).public_id


def the(model: type[Model], **filters: Any) -> Any:
    with acting_as(system="test"):
        return model.objects.get(**filters)


def count(model: type[Model], **filters: Any) -> int:
    with acting_as(system="test"):
        return model.objects.filter(**filters).count()


@pytest.fixture(scope="module")
def _workplace_made(django_db_setup, django_db_blocker) -> Iterator[Workplace]:
    """Made once for the tests of a module: it takes seconds. Each of them begins anew from it."""
    with (
        django_db_blocker.unblock(),
        time_machine.travel(NOW, tick=False),
        undone_at_the_end(),
    ):
        yield workplace_make(cast_make())


@pytest.fixture
def workplace(_workplace_made, db) -> Iterator[Workplace]:
    """Tulpar at work on November 21, 14:00."""
    with time_machine.travel(NOW, tick=False):
        yield _workplace_made


@contextmanager
def undone_at_the_end() -> Iterator[None]:
    """A transaction that is rolled back, and that `acting_as` may open its own in."""
    block = transaction.atomic()
    block._from_testcase = True  # as django.test.TestCase does
    with block:
        yield
        transaction.set_rollback(True)


def deliver(desk: Workplace, body: bytes) -> None:
    """A webhook, and the worker behind it."""
    assert Client().post(desk.shop.path, body, **signed(body)).status_code == 200
    work()


def clicks_count(cast: Cast, *, people: int) -> None:
    """Clicks of two days ago, as the drain sums them."""
    mine = cast.tulpar
    with acting_as(system="test data"):
        ClickDaily.objects.create(
            day_on=(NOW - timedelta(days=2)).date(),
            link_id=mine.link,
            campaign_id=mine.campaign,
            brand_id=mine.brand,
            influencer_id=mine.influencer,
            people=people,
        )


def workplace_make(cast: Cast) -> Workplace:
    law_load(cast)
    shop = shop_open(cast.tulpar)
    people = people_make(cast)
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        brand = Brand.objects.get(pk=cast.tulpar.brand)
        draft = campaign_create(brand=brand, offer=replace(OFFER, budget_minor=DRAFT_BUDGET))
        marketplace, _secret = connection_create(
            brand=brand, source="wildberries", name="WB", token=mint(now=NOW)
        )
    with acting_as(system="test data"):
        Campaign.objects.filter(pk=cast.tulpar.campaign).update(reserve_count=1)  # by shop_open
        applied = Participation.objects.create(
            campaign_id=cast.tulpar.campaign,
            brand_id=cast.tulpar.brand,
            influencer_id=cast.sauran.influencer,  # Dana asks Tulpar
            terms_id=cast.tulpar.terms,
            state=Participation.State.APPLIED,
        )
    made = Workplace(cast, shop, marketplace.pk, people, draft.pk, applied.pk)
    orders_make(made)
    return made


def orders_make(desk: Workplace) -> None:
    """1 approved, 2 on hold, 3 cancelled, 4 on the way, 5 nobody's, 6 on hold and part returned.

    Each is of 25 500,00 but the first, of 1 000 000,00; Aliya earns 10 %.
    """
    click = click_make(desk.cast.tulpar, at=OCTOBER - timedelta(days=1))
    clicks_count(desk.cast, people=20)
    mine = {"coupons": ("AQTAS",)}
    for body in (
        order_body(1, status="completed", click_id=click.click_id.hex, total="1000000.00",
                   placed=OCTOBER, **mine),
        order_body(2, status="completed", placed=NOW - timedelta(days=3), **mine),
        order_body(3, status="processing", placed=NOW - timedelta(days=2), **mine),
        order_body(3, status="cancelled", placed=NOW - timedelta(days=2), minutes=9, **mine),
        order_body(4, placed=NOW - timedelta(days=1), **mine),
        order_body(5, placed=NOW - timedelta(hours=5), coupons=("SALE20",)),
        order_body(6, status="completed", placed=NOW - timedelta(days=4), **mine),
        order_body(6, status="completed", placed=NOW - timedelta(days=4), refunded="10200.00",
                   minutes=60, **mine),
    ):  # fmt: skip
        deliver(desk, body)
    assert conversions_advance() == 1


def people_make(cast: Cast) -> dict[str, int]:
    mine = cast.tulpar
    people = {
        "owner": mine.owner,
        "analyst": mine.analyst,
        "manager": user_make("manager@tulpar.example", name="tulpar manager"),
        "finance": user_make("finance@tulpar.example", name="tulpar finance"),
        "stranger": cast.sauran.owner,
    }
    with acting_as(system="test data"):
        for role in ("manager", "finance"):
            Member.objects.create(
                brand_id=mine.brand, user_id=people[role], name=f"tulpar {role}", role=role
            )
        for member in Member.objects.filter(brand_id=mine.brand):
            member.email = f"{member.role}@tulpar.example"
            member.save(update_fields=["email"])
    return people


def event_make(
    desk: Workplace, *, state: str = "dead", body: bytes = b"{}", key: str = "9:x"
) -> UUID:
    """An event of the shop as the inbox keeps it, the newest of all."""
    with acting_as(system="test data"):
        return InboundEvent.objects.create(
            pk=uuid7(int(NOW.timestamp() * 1000) + InboundEvent.objects.count()),
            connection_id=desk.shop.connection,
            brand_id=desk.shop.brand,
            source="woocommerce",
            endpoint="webhook",
            event_key=key,
            trust="signed",
            headers={"x-wc-webhook-topic": "order.updated"},
            body=body,
            body_sha256="0" * 64,
            state=state,
            attempts=1,
            error="UnknownPayload: status" if state == "dead" else "",
        ).pk


class OrderFile(io.BytesIO):
    """An export of Kaspi's cabinet, as often as it is posted."""

    name = "orders.xlsx"

    def __init__(self, *rows: list[Any]) -> None:
        super().__init__(book(rows or [row()]))

    def read(self, *_size: Any) -> bytes:
        return self.getvalue()


def upload_make(desk: Workplace, *rows: list[Any]) -> tuple[UUID, UUID]:
    """A shop on Kaspi without a token, and an export of it that waits for the brand's word."""
    made, _secret = connection_create(brand=brand_of(desk), source="kaspi", name="Kaspi")
    upload = upload_receive(
        connection_id=made.pk,
        name=OrderFile.name,
        raw=OrderFile(*rows).read(),
        user_id=desk.cast.tulpar.owner,
    )
    return made.public_id, upload.public_id


def table_make(desk: Workplace, raw: bytes = b"id;date;sum\n1;20.11.2026;5\n") -> tuple[UUID, UUID]:
    """A source of the brand's own files, and one that waits for its columns."""
    made, _secret = connection_create(brand=brand_of(desk), source="file", name="Own file")
    upload = upload_receive(
        connection_id=made.pk, name="own.csv", raw=raw, user_id=desk.cast.tulpar.owner
    )
    return made.public_id, upload.public_id


def brand_of(desk: Workplace) -> Brand:
    with acting_as(system="test"):
        return Brand.objects.get(pk=desk.cast.tulpar.brand)


def shop_id(desk: Workplace) -> UUID:
    return public_id(Connection, pk=desk.shop.connection)


def marketplace_id(desk: Workplace) -> UUID:
    return public_id(Connection, pk=desk.marketplace)


def written(desk: Workplace) -> int:
    """How many audit entries ops can read."""
    with acting_as(ops=desk.cast.checker):
        return AuditEntry.objects.count()
