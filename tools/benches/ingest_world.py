"""Shops for whoever measures or compares ways to work on order events: brands that are twins but
for their ids, and the same mail for each of them."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from campaigns.models import Campaign, Participation

PEOPLE_PER_CAMPAIGN = 10
CLICKS_PER_PERSON = 10
CLICK_DAYS = 20
BUDGET_MINOR = 10**12
LETTERS = "ABCDEFGH"  # of which none looks like another
STAMP = "%Y-%m-%dT%H:%M:%S"
# Of ten orders; the rest are nobody's.
WITH_CLICK, WITH_CODE, WITH_BOTH = range(3), range(3, 6), range(6, 8)


@dataclass(slots=True)
class Shop:
    """A brand's shop with several campaigns. `codes[i]` and `clicks[i]` are the i-th influencer's,
    the same one in every twin."""

    brand_id: int
    connection_id: int
    campaigns: list[int] = field(default_factory=list)
    participations: list[int] = field(default_factory=list)
    influencers: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    clicks: list[list[UUID]] = field(default_factory=list)


def shop_make(
    name: str,
    *,
    campaigns: int,
    now: datetime,
    budget_minor: int = BUDGET_MINOR,
    people: int = PEOPLE_PER_CAMPAIGN,
) -> Shop:
    """Live campaigns with money, `people` with codes in each, and clicks of the last days."""
    from attribution.models import Connection
    from brands.models import Brand
    from core.tenancy.context import acting_as

    users = [_user(f"{name}-{n}") for n in range(campaigns * people)]
    with acting_as(system="bench"):
        brand = Brand.objects.create(
            slug=name, name=name, legal_name=name, bin=f"{sum(name.encode()):012}"
        )
        connection = Connection.objects.create(
            brand=brand, source="woocommerce", name=name, secrets='["secret"]'
        )
        shop = Shop(brand.pk, connection.pk)
        for n in range(campaigns):
            campaign = _campaign(shop, n, now=now, budget_minor=budget_minor)
            for user in users[n::campaigns]:
                _person(shop, campaign, user)
        _clicks(shop, now)
    return shop


def _user(name: str) -> int:
    from core.accounts.models import User

    return User.objects.create_user(f"{name}@people.example", None).pk


def _campaign(shop: Shop, n: int, *, now: datetime, budget_minor: int) -> Campaign:
    from campaigns.models import Campaign, Terms
    from ledger.domain.fees import reserve_for
    from ledger.domain.journals import campaign_reserve, deposit
    from ledger.services import journals_post

    campaign = Campaign.objects.create(
        brand_id=shop.brand_id,
        brand_name="Bench",
        title=f"Campaign {n}",
        destination_url="https://shop.example/",
        allowed_hosts=["shop.example"],
        status=Campaign.Status.LIVE,
        published_at=now - timedelta(days=90),
        budget_minor=budget_minor,
        reserve_count=1,
        typical_basket_minor=1_000_000,
        platform_fee_bps=1500,
        vat_bps=1600,
    )
    Terms.objects.create(
        campaign=campaign,
        brand_id=shop.brand_id,
        version=1,
        commission_bps=700 + 130 * n,
        code_policy=list(Terms.CodePolicy)[n % 2],
        model=list(Terms.Model)[n % 2],
        published_at=now,
    )
    reserve = reserve_for(budget_minor, fee_bps=1500, vat_bps=1600)
    row = f"bench-{campaign.pk}"
    money = deposit(statement_row=row, brand_id=shop.brand_id, amount_minor=reserve.total_minor)
    kept = campaign_reserve(campaign_id=campaign.pk, n=1, brand_id=shop.brand_id, reserve=reserve)
    journals_post([money, kept], occurred_at=now)
    shop.campaigns.append(campaign.pk)
    return campaign


def _person(shop: Shop, campaign: Campaign, user_id: int) -> None:
    from campaigns.domain.codes import skeleton
    from campaigns.models import Participation, PromoCode
    from influencers.models import Influencer

    n = len(shop.codes)
    influencer = Influencer.objects.create(user_id=user_id, name=f"Person {n}")
    both: dict[str, Any] = {
        "campaign": campaign, "brand_id": shop.brand_id, "influencer": influencer
    }  # fmt: skip
    participation: Participation = Participation.objects.create(
        terms=campaign.terms.get(), state=Participation.State.APPROVED, **both
    )
    code = "BENCH" + "".join(
        LETTERS[n // len(LETTERS) ** place % len(LETTERS)] for place in range(3)
    )
    PromoCode.objects.create(
        participation=participation, code=code, canonical=code, skeleton=skeleton(code), **both
    )
    shop.codes.append(code)
    shop.participations.append(participation.pk)
    shop.influencers.append(influencer.pk)


def _clicks(shop: Shop, now: datetime) -> None:
    """Of each influencer some, of visitors of whom every third also tapped another's link."""
    from attribution.clickpath.store import partitions_ensure
    from attribution.models import Click
    from core.ids import uuid7

    partitions_ensure((now - timedelta(days=CLICK_DAYS + 12)).date(), CLICK_DAYS + 14)
    chance = random.Random(7)  # noqa: S311 repeatable
    rows = []
    visitors = [uuid7() for _ in shop.codes]
    for person, participation_id in enumerate(shop.participations):
        at = now - timedelta(days=10)
        mine = []
        for n in range(CLICKS_PER_PERSON):
            at -= timedelta(days=CLICK_DAYS / CLICKS_PER_PERSON, seconds=chance.randrange(9_000))
            visitor = visitors[(person + n) % len(visitors)] if n % 3 == 0 else uuid7()
            click = Click(
                click_id=uuid7(int(at.timestamp() * 1000)),
                at=at,
                link_id=participation_id,
                participation_id=participation_id,
                campaign_id=shop.campaigns[person * len(shop.campaigns) // len(shop.codes)],
                brand_id=shop.brand_id,
                influencer_id=shop.influencers[person],
                visitor=visitor,
                flags=0,
            )
            rows.append(click)
            mine.append(click.click_id)
        shop.clicks.append(mine)
    Click.objects.bulk_create(rows)


# --- Mail -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sale:
    """An order, without anybody's ids: every twin gets the same one."""

    number: int
    placed_at: datetime
    amounts: tuple[int, ...]  # of its lines, tenge
    evidence: int  # WITH_CLICK and so on
    person: int
    other: int
    click: int

    def body(self, shop: Shop, status: str, minutes: int = 0, refunded: int = 0) -> bytes:
        """As the shop's API shows it `minutes` after it was placed (facts/merchants.md 1.1)."""
        modified = self.placed_at + timedelta(minutes=minutes)
        has_click = self.evidence in WITH_CLICK or self.evidence in WITH_BOTH
        has_code = self.evidence in WITH_CODE or self.evidence in WITH_BOTH
        click_id = shop.clicks[self.person][self.click].hex
        zero = {"subtotal_tax": "0.00", "total_tax": "0.00"}
        order = {
            "id": self.number,
            "number": str(self.number),
            "status": status,
            "currency": "KZT",
            "prices_include_tax": True,
            "total": f"{sum(self.amounts)}.00",
            "total_tax": "0.00",
            "shipping_total": "0.00",
            "shipping_tax": "0.00",
            "discount_total": "0.00",
            "date_created_gmt": self.placed_at.strftime(STAMP),
            "date_modified_gmt": modified.strftime(STAMP),
            "date_completed_gmt": modified.strftime(STAMP) if status == "completed" else None,
            "billing": {"phone": "+7 701 000 00 01", "email": "buyer@example.org"},
            "line_items": [
                {"id": n, "name": f"Goods {n}", "product_id": n, "variation_id": 0, "quantity": 1,
                 "subtotal": f"{amount}.00", "total": f"{amount}.00", "sku": f"SKU-{n}", **zero}
                for n, amount in enumerate(self.amounts, 1)
            ],
            "coupon_lines": [
                {"id": 1, "code": shop.codes[self.other], "discount": "0.00"}
            ] if has_code else [],
            "refunds": [{"id": 1, "reason": "", "total": f"-{refunded}.00"}] if refunded else [],
            "meta_data": [
                {"id": 1, "key": "_cpa_click_id", "value": click_id}
            ] if has_click else [],
        }  # fmt: skip
        return json.dumps(order).encode()


def sales_make(
    count: int, *, chance: random.Random, now: datetime, shop: Shop, first: int
) -> list[Sale]:
    """Orders of the last ten days with one line, every third with two; the influencer of a code is
    mostly not the one of the click."""
    placed = now.replace(microsecond=0) - timedelta(days=9)
    return [
        Sale(
            number=first + n,
            placed_at=placed + timedelta(seconds=chance.randrange(8 * 86_400)),
            amounts=tuple(chance.randrange(1_000, 90_000) for _ in range(1 + (n % 3 == 0))),
            evidence=n % 10,
            person=chance.randrange(len(shop.codes)),
            other=chance.randrange(len(shop.codes)),
            click=chance.randrange(CLICKS_PER_PERSON),
        )
        for n in range(count)
    ]


def mail_of(shop: Shop, sales: Sequence[Sale]) -> list[bytes]:
    """All of them ordered, then all of them received."""
    ordered = [sale.body(shop, "processing") for sale in sales]
    return ordered + [sale.body(shop, "completed", minutes=3_000) for sale in sales]


def mail_put(shop: Shop, bodies: Sequence[bytes], *, at: datetime) -> list[UUID]:
    """Into the inbox, as the webhook's door does it; their ids. These rise with each event, so
    that twins take their mail in the same order."""
    from attribution.connectors.registry import webhook_connector
    from attribution.models import InboundEvent
    from attribution.services.inbox import WEBHOOK
    from core.ids import uuid7
    from core.tenancy.context import acting_as

    key = webhook_connector("woocommerce").event_key
    began = int(at.timestamp() * 1000)
    rows = [
        InboundEvent(
            id=uuid7(began + n),
            connection_id=shop.connection_id,
            brand_id=shop.brand_id,
            source="woocommerce",
            endpoint=WEBHOOK,
            event_key=key({}, body),
            trust=InboundEvent.Trust.SIGNED,
            body=body,
            body_sha256=hashlib.sha256(body).hexdigest(),
            received_at=at,
            next_at=at,
        )
        for n, body in enumerate(bodies)
    ]
    with acting_as(system="bench"):
        InboundEvent.objects.bulk_create(rows, batch_size=500)
    return [row.pk for row in rows]
