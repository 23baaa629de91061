from __future__ import annotations

import re
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from attribution.services.lifecycle import conversions_advance
from attribution.services.proofs import proofs_publish
from core import clock
from core.demo_clock import demo_clock_advance
from core.tenancy.context import acting_as
from exchange.demo import stage
from payouts.services.checks import register_checks_refresh

DAYS_MAX = 366
_SPAN = re.compile(r"(\d{1,4})([dh])")


class Command(BaseCommand):
    help = "Moves the demo world's clock ahead (22d, 6h), and lets what waits for time happen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("by", help="how far: 22d or 6h")

    def handle(self, *, by: str, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Only the demo world's clock can be moved: DEMO is not 1.")
        with acting_as(system="demo clock"):
            total = demo_clock_advance(_span(by))
        if settings.SANDBOX_URL:
            stage.clock_set(total)
        approved = conversions_advance()
        asked = register_checks_refresh()
        published = len(proofs_publish())
        self.stdout.write(
            f"It is now {clock.now():%Y-%m-%d %H:%M} UTC. Approved by silence: {approved}. "
            f"Asked of the state register: {asked}. Days published: {published}."
        )


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise CommandError(f"How far is written as 22d or 6h, not {text!r}.")
    count = int(found[1])
    span = timedelta(days=count) if found[2] == "d" else timedelta(hours=count)
    if not timedelta() < span <= timedelta(days=DAYS_MAX):
        raise CommandError(f"From 1 hour to {DAYS_MAX} days at a time.")
    return span
