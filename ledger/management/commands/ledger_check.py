from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ledger.checks import RUNBOOK, ledger_findings


class Command(BaseCommand):
    help = "Proves the ledger: journals balance, balances equal their entries, no limit is passed."

    def handle(self, **options: Any) -> None:
        findings = ledger_findings()
        for finding in findings:
            self.stderr.write(finding)
        if findings:
            raise CommandError(f"The ledger is wrong. Stop payouts and follow {RUNBOOK}")
        self.stdout.write(self.style.SUCCESS("OK: the ledger is whole"))
