from __future__ import annotations

from celery import shared_task

from payouts.services.checks import register_checks_refresh


@shared_task
def payouts_sweep() -> int:
    """Keep the register's answer fresh for everybody to whom money is payable."""
    return register_checks_refresh()
