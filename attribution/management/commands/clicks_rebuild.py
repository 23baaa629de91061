from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from attribution.services.clicks import click_sums_check, click_sums_rebuild
from core import clock


class Command(BaseCommand):
    help = (
        "Counts the clicks of each day anew and mends the sums that differ; --check only says"
        " where they do, and fails. The drain waits a moment for each day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        yesterday = clock.today() - timedelta(days=1)
        parser.add_argument(
            "--from", dest="first_on", type=date.fromisoformat, default=yesterday,
            help="first day of Kazakhstan, 2026-11-01; default: yesterday",
        )  # fmt: skip
        parser.add_argument(
            "--to", dest="last_on", type=date.fromisoformat, default=clock.today(),
            help="last day; default: today",
        )  # fmt: skip
        parser.add_argument("--check", action="store_true", help="write nothing")

    def handle(self, *, first_on: date, last_on: date, check: bool, **options: Any) -> None:
        if first_on > last_on:
            raise CommandError(f"--from {first_on} is after --to {last_on}")
        wrong = 0
        for number in range((last_on - first_on).days + 1):
            day_on = first_on + timedelta(days=number)
            found = click_sums_check(day_on) if check else click_sums_rebuild(day_on)
            wrong += bool(found)
            done = "differs" if check else "counted anew"
            self.stdout.write(f"{day_on}  {done if found else 'ok'}")
            for sentence in found:
                self.stdout.write(f"    {sentence}")
        if check and wrong:
            raise CommandError(f"{wrong} days differ; without --check they are counted anew")
