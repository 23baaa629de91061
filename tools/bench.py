"""Measure against a reference in the same run and write build/bench.json.

    tools/bench.py            every row
    tools/bench.py rls_list   one

Absolute times depend on the machine; a row is a ratio of two things that take turns. Needs the
servers of `tools/stack.py run`: it migrates and fills the database it is given.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # Django's own come later, when the environment is known
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet

    from campaigns.models import Campaign

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path[0] = str(ROOT)

from tools.errors import StackError  # noqa: E402

OUTPUT = ROOT / "build" / "bench.json"
BRANDS, CAMPAIGNS, PAGE_ROWS = 500, 20_000, 50
ROUNDS, PER_ROUND = 40, 25


@dataclass(frozen=True, slots=True)
class Row:
    """One line of build/bench.json; `ratio` is ours / reference, a cost for `rls_list`."""

    name: str
    ours: float
    reference: float
    ratio: float
    unit: str
    goal: str
    ok: bool
    rounds: int
    note: str


# --- Rows -----------------------------------------------------------------------------------


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
        pairs = [(block(application, as_brand), block(owner, as_owner)) for _ in range(ROUNDS)]
    finally:
        connections["default"] = application
        owner.close()
    ratio = statistics.median(ours / reference for ours, reference in pairs)
    return Row(
        "rls_list",
        ours=round(statistics.median(ours for ours, _ in pairs), 3),
        reference=round(statistics.median(reference for _, reference in pairs), 3),
        ratio=round(ratio, 3),
        unit="ms",
        goal="<= 1.25",
        ok=ratio <= 1.25,
        rounds=ROUNDS,
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
        if Brand.objects.exists():
            raise StackError("bench fills a database of its own: this one is not empty.")
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


ROWS: dict[str, Callable[[], Row]] = {"rls_list": rls_list}


# --- Command --------------------------------------------------------------------------------


def table(rows: Sequence[Row]) -> str:
    lines = [f"{'row':<20}{'ours':>10}{'reference':>12}{'ratio':>8}  goal        ok"]
    for row in rows:
        figures = f"{row.ours:>10} {row.reference:>11} {row.ratio:>7}"
        lines.append(f"{row.name:<20}{figures}  {row.goal:<10}  {'yes' if row.ok else 'NO'}")
    return "\n".join(lines)


def main(names: Sequence[str]) -> int:
    if unknown := set(names) - ROWS.keys():
        print(f"no row {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings.test")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    try:
        rows = [ROWS[name]() for name in names or ROWS]
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    print(f"{table(rows)}\n{OUTPUT}")
    return 0 if all(row.ok for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
