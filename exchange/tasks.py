from celery import shared_task

from exchange import checks


@shared_task
def ledger_check() -> int:
    """Started by beat. Returns how many findings there are; the admin's home shows them."""
    return len(checks.ledger_check_record())
