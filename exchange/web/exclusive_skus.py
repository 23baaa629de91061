"""Exclusive articles in words, the same for both sides."""

from __future__ import annotations

from django.utils.translation import gettext as _

from campaigns.models import ExternalCode, Participation
from campaigns.selectors.exclusive_skus import exclusive_sku_list
from core import clock
from core.clock import day_of, last_day
from exchange.web.formatting import day_full
from exchange.web.pages.common import Fact


def sku_when(code: ExternalCode) -> str:
    """When orders with it are theirs. "since 20 November 2026", "20 November 2026 – 5 December
    2026"."""
    assert code.valid_from is not None, code.pk
    first = day_full(day_of(code.valid_from))
    if code.valid_until is None:
        return _("since %(date)s") % {"date": first}
    last = day_full(last_day(code.valid_until))
    return f"{first} – {last}"


def sku_is_over(code: ExternalCode) -> bool:
    return code.valid_until is not None and code.valid_until <= clock.now()


def sku_facts(row: Participation | None) -> list[Fact]:
    """What the influencer may show: their own articles that are not over."""
    if row is None:
        return []
    return [
        Fact(_("Your own article"), f"{code.value} ({sku_when(code)})")
        for code in exclusive_sku_list(row)
        if not sku_is_over(code)
    ]
