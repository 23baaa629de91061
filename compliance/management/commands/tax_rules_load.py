from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

import compliance
from compliance.domain.rules import RuleInvalid
from compliance.services import tax_rules_load
from core.accounts.models import User
from core.errors import DomainError
from core.tenancy.context import acting_as

DATA = Path(compliance.__file__).parent / "data"


class Command(BaseCommand):
    help = (
        "Puts tax rules from TOML files in force, with two people of ops behind them. Repeatable."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--maker", required=True, help="e-mail of who enters them")
        parser.add_argument("--checker", required=True, help="e-mail of who puts them in force")
        parser.add_argument("files", nargs="*", type=Path, help="default: compliance/data/*.toml")

    def handle(self, *, maker: str, checker: str, files: list[Path], **options: Any) -> None:
        maker_id, checker_id = _staff_id(maker), _staff_id(checker)
        for path in files or sorted(DATA.glob("*.toml")):
            try:
                count = tax_rules_load(
                    text=path.read_text(encoding="utf-8"),
                    maker_id=maker_id,
                    checker_id=checker_id,
                )
            except (DomainError, RuleInvalid, OSError) as error:
                raise CommandError(f"{path.name}: {error}") from error
            self.stdout.write(f"{path.name}: {count} new")


def _staff_id(email: str) -> int:
    with acting_as(system="load tax rules"):
        user = User.objects.filter(email__iexact=email, is_staff=True).first()
    if user is None:
        raise CommandError(f"no member of staff has the address {email}")
    return user.pk
