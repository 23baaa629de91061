from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exchange.checks import ledger_check_record, money_check_follow
from ledger.checks import RUNBOOK


class Command(BaseCommand):
    help = (
        "Proves the ledger: journals balance, balances equal their entries, no limit is passed, and"
        " sales, payouts and escrow say the same. Findings stop payouts; none let them go on."
    )

    def handle(self, **options: Any) -> None:
        findings = ledger_check_record() + money_check_follow()
        for finding in findings:
            self.stderr.write(finding)
        if findings:
            raise CommandError(f"The ledger is wrong. Payouts are stopped: follow {RUNBOOK}")
        self.stdout.write(self.style.SUCCESS("OK: the ledger is whole"))
