"""A day, a law and money: what tests of campaigns and pages stand on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from brands.services import deposit_book
from compliance.services import tax_rules_load
from core.tenancy.context import acting_as
from tests.cast import Cast

NOON = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)  # 12:00 in Almaty
RULES_2026 = Path(__file__).parents[1] / "compliance/data/rules_2026.toml"
PRIVACY = Path(__file__).parents[1] / "compliance/data/privacy.toml"


def law_load(cast: Cast) -> int:
    """Put the figures of 2026 in force, by two people."""
    return tax_rules_load(text=RULES_2026.read_text(), maker_id=cast.maker, checker_id=cast.checker)


def privacy_load(cast: Cast) -> int:
    """Say how long personal data is kept, by two people."""
    return tax_rules_load(text=PRIVACY.read_text(), maker_id=cast.maker, checker_id=cast.checker)


def money_put(
    cast: Cast,
    brand_id: int,
    amount_minor: int,
    reference: str = "1",
    *,
    day: date = date(2026, 11, 2),
) -> None:
    """Free balance for a brand."""
    with acting_as(ops=cast.maker, user_id=cast.maker):
        deposit_book(
            brand_id=brand_id,
            amount_minor=amount_minor,
            bank_reference=reference,
            received_on=day,
            booked_by_id=cast.maker,
        )
