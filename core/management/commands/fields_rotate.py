from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core.field_rotation import app_rotations, sealed_tables, table_rotate
from core.tenancy.logins import logged_in_as_owner


class Command(BaseCommand):
    help = (
        "Seal all personal data with the highest key of FIELD_KEYS. Add a key, restart every"
        " process, run this, then remove the old key. May be stopped and started again."
    )

    def handle(self, **options: Any) -> None:
        newest = max(settings.FIELD_KEYS)
        with logged_in_as_owner():
            for table in sealed_tables():
                self._say(table.name, table_rotate(table))
            for app, rotate in app_rotations():
                self._say(app, rotate())
            left = [table.name for table in sealed_tables() if table.stale().exists()]
        if left:
            raise CommandError(
                f"Rows under an older key came in meanwhile: {', '.join(left)}. Restart the"
                f" processes that do not know key {newest} yet, and run this again."
            )
        older = sorted(set(settings.FIELD_KEYS) - {newest})
        self.stdout.write(
            f"Everything is under key {newest}."
            + (f" FIELD_KEYS no longer needs: {', '.join(map(str, older))}." if older else "")
        )

    def _say(self, name: str, count: int) -> None:
        if count:
            self.stdout.write(f"{name}: {count} rows sealed again")
