"""No money leaves while the books are in doubt: the checks stop payouts, and let them go on.

What has happened at the bank is still booked, and what waits may still be refused: neither sends
money. docs/adr/0033-stop-of-payouts.md
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from core import clock
from core.audit.services import audit_record
from core.errors import DomainError
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as
from payouts.models import PayoutStop
from payouts.selectors import stops_open


class PayoutsStopped(DomainError):
    """A check of the books had findings."""

    code = "payouts_stopped"


def payouts_follow_check(*, check: PayoutStop.Check, findings: Sequence[str]) -> None:
    """Findings of a check begin a stop, or are added to the one that stands; none end it."""
    with acting_as(system="check of the books"):
        lock_for_transaction("stop of payouts")
        stop = stops_open().filter(check_name=check).first()
        if stop is None and findings:
            stop = PayoutStop.objects.create(check_name=check, findings=list(findings))
            audit_record("payouts.stop", stop, after={"findings": stop.findings})
        elif stop is not None and findings:
            stop.findings = list(findings)
            stop.save(update_fields=["findings"])
        elif stop is not None:
            stop.ended_at = clock.now()
            stop.save(update_fields=["ended_at"])
            audit_record("payouts.go_on", stop, before={"findings": stop.findings})


def payouts_open_require() -> None:
    """Before anything that lets money leave. Runs as the system.

    Raises:
        PayoutsStopped: a check has findings; says how many.
    """
    found = [finding for stop in stops_open() for finding in stop.findings]
    if found:
        raise PayoutsStopped(
            _("Payouts are stopped: a check of the books has findings (%(count)s).")
            % {"count": len(found)}
        )
