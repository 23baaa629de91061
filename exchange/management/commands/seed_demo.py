from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import clock
from exchange.checks import ledger_check_record
from exchange.demo.nights import nights_publish
from exchange.demo.world import demo_seed, is_half_made, logins


class Command(BaseCommand):
    help = "Makes the demo world once, and sets up its outside world at every start."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--print-logins", action="store_true", help="only print the logins")

    def handle(self, *, print_logins: bool, **options: Any) -> None:
        if not settings.DEMO or not settings.SANDBOX_URL:
            raise CommandError("This is no demo: DEMO=1 and SANDBOX_URL make one (`make demo`).")
        if print_logins:
            self.stdout.write("\n".join(logins()))
            return
        if is_half_made():
            raise CommandError(
                "An earlier start ended while the demo world was being made. `make demo-reset`"
                " removes what there is, `make demo` makes it anew."
            )
        is_new = demo_seed()
        if is_new:
            nights_publish(clock.now())
        if faults := ledger_check_record():  # also what the home of ops shows from the first minute
            raise CommandError("The demo's ledger is not whole:\n" + "\n".join(faults))
        self.stdout.write("demo world made" if is_new else "demo world was there")
