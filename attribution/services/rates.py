"""Rates of the tenge are fetched each day, and orders that waited for one go on."""

from __future__ import annotations

import logging
from datetime import date, timedelta

from django.conf import settings

from attribution.models import ExchangeRate
from attribution.registries.national_bank import RatesUnreadable, rates_fetch
from attribution.selectors.rates import orders_ready, rates_missing
from attribution.services.replay import batch_replay
from core import clock
from core.http import OutgoingError, outgoing
from core.tenancy.context import acting_as

logger = logging.getLogger(__name__)

DAYS_BACK = 10  # an import that failed is made good for that long by itself
ORDERS_PER_RUN = 500


def rates_keep_up() -> int:
    """Fetch the days of the last DAYS_BACK, and of waiting orders, that have no rates yet, then
    let orders go on that waited. Returns how many days came in. Repeatable."""
    with acting_as(system="import rates"):
        missing = _days_missing()
    fetched = sum(rates_import(on) for on in missing)
    while orders_rate():
        pass
    return fetched


def rates_import(on: date) -> bool:
    """Fetch one day's rates; False, and a line in the log, when they cannot be had now."""
    try:
        client = outgoing(attempts_max=1)  # the next round asks again
        found = rates_fetch(client, settings.NATIONAL_BANK_URL, on)
    except (OutgoingError, RatesUnreadable) as error:
        logger.error("no exchange rates of %s: %s", on, error)
        return False
    with acting_as(system="import rates"):
        ExchangeRate.objects.bulk_create(
            [
                ExchangeRate(currency=rate.currency, rate_on=rate.rate_on, tenge=rate.tenge)
                for rate in found
            ],
            ignore_conflicts=True,
        )
    return True


def orders_rate() -> int:
    """Let up to ORDERS_PER_RUN orders go on whose rate has come; how many there were."""
    with acting_as(system="orders in other currencies"):
        ready = orders_ready(ORDERS_PER_RUN)
        if not ready:
            return 0
        batch_replay(ready)
    return len(ready)


def _days_missing() -> list[date]:
    today = clock.today()
    wanted = {today - timedelta(days=age) for age in range(DAYS_BACK + 1)}
    known = ExchangeRate.objects.filter(rate_on__in=wanted).values_list("rate_on", flat=True)
    asked_for = {day_on for _currency, day_on in rates_missing()}
    return sorted(day for day in wanted - set(known) | asked_for if day <= today)
