"""A marketplace's own totals per tag and day as what a campaign pays by (grade C). Pure.

A campaign pays a marketplace's sales by its orders or by its totals, never by both: a total names
no order, so that nobody could take out of it what an order has earned already. From its first day
on, what happened at that marketplace counts there only. docs/adr/0024-daily-totals.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from campaigns.domain.commission import CommissionTerms
from campaigns.domain.traffic_tags import Platform

# What a connection's source tells of: orders, totals, or both
PLATFORM_OF: Mapping[str, Platform] = {
    "ozon": "ozon",
    "ozon_traffic": "ozon",
    "wildberries": "wildberries",
}
SOURCES_OF: Mapping[Platform, tuple[str, ...]] = {
    platform: tuple(source for source, own in PLATFORM_OF.items() if own == platform)
    for platform in ("ozon", "wildberries")
}
PREFIX = "daily:"  # of the id of an order that is a day of a tag
NUMBER_CHARS_MAX = 64


def pays_percent_alone(terms: CommissionTerms) -> bool:
    """Whether a total can be paid by these terms. It has pieces and a sum and names neither orders
    nor goods: a sum for an order, a cap of one, or rewards by product cannot come of it."""
    return terms.percent_bps > 0 and terms == replace(
        CommissionTerms(), percent_bps=terms.percent_bps
    )


def is_paid_by_totals(totals_from: Mapping[str, str], source: str, day_on: date) -> bool:
    """Whether what happened on this day at the marketplace of this source is paid by its totals.
    `totals_from` is the campaign's {platform: first day}."""
    first_on = totals_from.get(PLATFORM_OF.get(source, ""))
    return first_on is not None and day_on >= date.fromisoformat(first_on)


# --- A day of a tag as an order -------------------------------------------------------------


def daily_id(tag: str, day_on: date) -> str:
    """The id of the order that a day of a tag becomes in its connection."""
    return f"{PREFIX}{day_on.isoformat()}:{tag}"


def daily_number(tag: str, day_on: date) -> str:
    """As people read it."""
    return f"{day_on.isoformat()} {tag}"[:NUMBER_CHARS_MAX]


def daily_day(source: str, external_id: str) -> date | None:
    """The day that an order is the total of; None for a buyer's order."""
    if not external_id.startswith(PREFIX) or source not in PLATFORM_OF:
        return None
    try:
        return date.fromisoformat(external_id[len(PREFIX) : len(PREFIX) + 10])
    except ValueError:
        return None
