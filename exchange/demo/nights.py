"""The demo's past days, published as each of them was over."""

from __future__ import annotations

from datetime import datetime, timedelta

from attribution.services.proofs import proofs_publish
from core import clock
from exchange.demo.history import DAYS


def nights_publish(now: datetime) -> None:
    """An hour and a bit after each midnight, as beat does it."""
    for days_ago in reversed(range(DAYS + 3)):
        midnight = clock.day_start(clock.day_of(now - timedelta(days=days_ago)))
        with clock.telling(min(now, midnight + timedelta(minutes=65))):
            proofs_publish()
