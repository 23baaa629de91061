from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from attribution.domain.address_ranges import RangeFileError, ranges_read
from attribution.models import AddressRange
from attribution.services.clicks import address_ranges_replace


class Command(BaseCommand):
    help = (
        "Puts the ranges of a CSV file in the place of all of their kind: data centres"
        " (network,name) or places (network,country,city or first,last,country,city)."
        " Clicks from now on are looked up in it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=[kind.value for kind in AddressRange.Kind])
        parser.add_argument("file", type=Path)

    def handle(self, *, kind: str, file: Path, **options: Any) -> None:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines:
                count = address_ranges_replace(AddressRange.Kind(kind), ranges_read(lines))
        except (OSError, UnicodeError, RangeFileError) as error:
            raise CommandError(f"{file}: {error}; the ranges are as before") from error
        self.stdout.write(f"{file}: {count} ranges")
