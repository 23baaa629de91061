from celery import shared_task

from exchange import checks


@shared_task
def ledger_check() -> int:
    """Started by beat. Returns how many findings there are; the admin's home shows them."""
    return len(checks.ledger_check_record())


@shared_task
def money_check() -> int:
    """Started by beat every night: it reads every sale. Returns how many findings there are."""
    return len(checks.money_check_follow())
