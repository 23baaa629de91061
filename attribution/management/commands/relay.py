from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

import redis
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections

from attribution.services.inbox import HEARTBEAT_KEY, RELAY_BATCH, events_relay
from core.locks import lock_of_process

PAUSE_SECONDS = 0.1
HEARTBEAT_SECONDS = 30


class Command(BaseCommand):
    help = "Hands waiting inbound events to the workers, until SIGTERM. One process at a time."

    def handle(self, *args: Any, **options: Any) -> None:
        self._stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        while not self._stop.is_set():
            try:
                with lock_of_process("relay") as is_held:
                    if is_held:
                        self._relay()
            except OperationalError as error:  # the database comes back; so do we
                self.stderr.write(f"relay: {error}")
                close_old_connections()
            self._stop.wait(1)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()

    def _relay(self) -> None:
        heart = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1)
        while not self._stop.is_set():
            count = events_relay()
            try:
                heart.set(HEARTBEAT_KEY, 1, ex=HEARTBEAT_SECONDS)
            except redis.RedisError as error:  # Redis may be lost at any moment
                self.stderr.write(f"relay: {error}")
            if count < RELAY_BATCH:
                self._stop.wait(PAUSE_SECONDS)
