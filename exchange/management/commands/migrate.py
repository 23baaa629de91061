from typing import Any

from django.core.management import call_command

from core.management.commands import migrate


class Command(migrate.Command):
    """core's, and then the groups of ops: rights are rows of tables that migrations make."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        done = super().handle(*args, **options)
        is_whole = options["app_label"] is None
        if is_whole and not (options["plan"] or options["check_unapplied"] or options["prune"]):
            call_command("ops_groups_ensure", verbosity=options["verbosity"])
        return done
