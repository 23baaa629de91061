"""rls_list: what row-level security costs a list page."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tools.benches.row import Row, take_turns

if TYPE_CHECKING:  # Django's own come later, when the environment is known
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet

    from campaigns.models import Campaign

BRANDS, CAMPAIGNS, PAGE_ROWS = 500, 20_000, 50
ROUNDS, PER_ROUND = 40, 25
GOAL = "<= 1.25"


def rls_list() -> Row:
    """A list of 50 rows as a brand, against the same query in a transaction of the owner.

    The owner is above row-level security and filters by hand, as code without it would.
    """
    from django.db import connections, transaction

    from core.tenancy.context import acting_as

    brand_id = _campaigns_fill()
    application, owner = connections["default"], _owner_connection()

    def as_brand() -> list[Campaign]:
        with acting_as(brand=brand_id):
            return list(_newest(brand_id))

    def as_owner() -> list[Campaign]:
        with transaction.atomic():
            return list(_newest(brand_id))

    def block(connection: BaseDatabaseWrapper, query: Callable[[], list[Campaign]]) -> float:
        connections["default"] = connection
        began = time.perf_counter()
        for _ in range(PER_ROUND):
            assert len(query()) == CAMPAIGNS // BRANDS
        return (time.perf_counter() - began) / PER_ROUND * 1000

    try:
        _walls_check(application, owner, brand_id)
        pairs = take_turns(
            ROUNDS, lambda: block(application, as_brand), lambda: block(owner, as_owner)
        )
    finally:
        connections["default"] = application
        owner.close()
    return Row(
        "rls_list",
        ours=round(pairs.ours, 3),
        reference=round(pairs.reference, 3),
        ratio=round(pairs.ratio, 3),
        unit="ms",
        goal=GOAL,
        ok=pairs.ratio <= 1.25,
        rounds=pairs.rounds,
        note=f"query of the newest {PAGE_ROWS} campaigns among {CAMPAIGNS}, context included",
    )


def _newest(brand_id: int) -> QuerySet[Campaign]:
    from campaigns.models import Campaign

    return Campaign.objects.filter(brand_id=brand_id).order_by("-id")[:PAGE_ROWS]


def _campaigns_fill() -> int:
    """Brands and their campaigns, spread evenly; returns a brand of the middle."""
    from django.db import connection

    from brands.models import Brand
    from campaigns.models import Campaign
    from core.tenancy.context import acting_as
    from core.tenancy.logins import logged_in_as_owner

    with acting_as(system="bench"):
        brands = Brand.objects.bulk_create(
            Brand(slug=f"bench-{n}", name=f"Bench {n}", legal_name="Bench", bin=f"{n:012}")
            for n in range(BRANDS)
        )
        rows = (
            Campaign(
                brand=brands[n % BRANDS],
                brand_name="Bench",
                title=f"Campaign {n}",
                destination_url="https://shop.example/",
                allowed_hosts=["shop.example"],
                budget_minor=1_000_000,
                typical_basket_minor=10_000,
            )
            for n in range(CAMPAIGNS)
        )
        Campaign.objects.bulk_create(rows, batch_size=2_000)
    with logged_in_as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return int(brands[BRANDS // 2].pk)


def _owner_connection() -> BaseDatabaseWrapper:
    from django.conf import settings
    from django.db import connections

    assert settings.DATABASE_OWNER is not None, "DATABASE_OWNER_URL is not set"
    owner = connections["default"].copy()
    owner.settings_dict = {**connections["default"].settings_dict, **settings.DATABASE_OWNER}
    return owner


def _walls_check(
    application: BaseDatabaseWrapper, owner: BaseDatabaseWrapper, brand_id: int
) -> None:
    """What is compared is what is said: the brand sees its rows only, the owner all of them."""
    from django.db import connections

    from campaigns.models import Campaign
    from core.tenancy.context import acting_as

    connections["default"] = owner
    assert Campaign.objects.count() == CAMPAIGNS
    connections["default"] = application
    with acting_as(brand=brand_id):
        assert Campaign.objects.count() == CAMPAIGNS // BRANDS
