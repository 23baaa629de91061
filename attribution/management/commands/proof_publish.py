from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from attribution.services.proofs import day_publish, proofs_publish
from core.errors import DomainError


class Command(BaseCommand):
    help = "Publishes the days that are over (docs/proofs.md). A second run changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--day",
            type=date.fromisoformat,
            help="only this one; a day that is published is compared with our tables",
        )

    def handle(self, *, day: date | None, **options: Any) -> None:
        try:
            published = proofs_publish() if day is None else [day] * day_publish(day)
        except DomainError as error:
            raise CommandError(str(error)) from None
        for each in published:
            self.stdout.write(f"published {each}")
        if not published:
            self.stdout.write("nothing to publish: what is over is published already")
