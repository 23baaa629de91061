"""Three days of sales that are over, for whoever publishes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import time_machine
from django.test import Client

from tests.attribution.shop import order_body, shop_open
from tests.attribution.test_sale import deliver
from tests.cast import Cast

PLACED = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)  # 14:00 in Almaty
DAY_1, DAY_2, DAY_3 = date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)
AFTER = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)  # 01:30 of November 21 in Almaty


@contextmanager
def days_sold(client: Client, cast: Cast) -> Iterator[None]:
    """Tulpar: order 1 placed, order 2 placed and cancelled on day 1; order 1 shipped on day 3.
    Sauran: one order on day 1. Nothing on day 2. Inside it is AFTER."""
    shop, other = shop_open(cast.tulpar), shop_open(cast.sauran)
    with time_machine.travel(PLACED, tick=False) as clock:
        deliver(client, shop, order_body(1, coupons=("AQTAS",)))
        deliver(client, shop, order_body(2, coupons=("AQTAS",)))
        deliver(client, other, order_body(3, coupons=("DANAH",)))
        clock.shift(timedelta(minutes=5))
        deliver(client, shop, order_body(2, coupons=("AQTAS",), status="cancelled", minutes=5))
        clock.shift(timedelta(days=2))
        deliver(client, shop, order_body(1, coupons=("AQTAS",), status="completed", minutes=2885))
    with time_machine.travel(AFTER, tick=False):
        yield
