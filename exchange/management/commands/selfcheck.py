from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.checks import checks_run


class Command(BaseCommand):
    help = "Prove that the walls stand, the ledger is whole and the law's figures are there."

    def handle(self, **options: Any) -> None:
        failed = 0
        for result in checks_run():
            self.stdout.write(f"{'FAIL' if result.faults else 'ok  '}  {result.check.name}")
            for fault in result.faults:
                self.stdout.write(f"        {fault}")
            if result.faults:
                failed += 1
                self.stdout.write(f"      -> {result.check.remedy}")
        if failed:
            raise CommandError(f"{failed} of the checks failed; what to do stands above.")
