from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from attribution.services.proofs import proof_findings
from core.tenancy.context import acting_as
from ledger.proofs import days_published, keys_ours

REMEDY = "Find out who changed the database, and tell everybody: docs/proofs.md"


class Command(BaseCommand):
    help = "Proves every published day: records, roots, chain, signatures; none is missing."

    def handle(self, **options: Any) -> None:
        findings = proof_findings()
        for finding in findings:
            self.stderr.write(finding)
        if findings:
            raise CommandError(f"The published days do not hold. {REMEDY}")
        with acting_as(system="verify proofs"):
            count = len(days_published())
        self.stdout.write(f"OK: {count} published days hold; signed with {keys_ours()[0]}")
