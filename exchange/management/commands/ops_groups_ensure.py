from typing import Any

from django.core.management.base import BaseCommand

from core.tenancy.logins import logged_in_as_owner
from exchange.ops_roles import ops_groups_ensure


class Command(BaseCommand):
    help = "Give the groups of ops the rights that exchange/ops_roles.py says. Part of migrate."

    def handle(self, *, verbosity: int, **options: Any) -> None:
        with logged_in_as_owner():
            changed = ops_groups_ensure()
        if verbosity:
            self.stdout.write(f"Groups changed: {', '.join(changed) or 'none'}.")
