"""Move clicks from Redis into PostgreSQL, for as long as it runs. SIGTERM ends it well."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from attribution.clickpath.drain import Drain, redis_connect


class Command(BaseCommand):
    help = (
        "Moves clicks from the Redis stream into PostgreSQL, exactly once. Runs until SIGTERM or "
        "SIGINT, which let it finish its batch. One at a time: a second one waits for the first."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stop.set())
        client = redis_connect(settings.REDIS_URL)
        try:
            Drain(client, stop).run()
        finally:
            client.close()
