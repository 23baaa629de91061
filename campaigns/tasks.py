"""What time does to campaigns. Started by beat."""

from __future__ import annotations

from celery import shared_task

from campaigns import services
from campaigns.services import deals, invoices, tasks


@shared_task
def campaigns_sweep() -> int:
    """End what is over, release what is settled. Returns how many campaigns were ended."""
    return services.campaigns_sweep()


@shared_task
def invoices_sweep() -> int:
    """Invoices of the month before, and those that waited for VAT. Returns how many were issued."""
    return invoices.invoices_sweep()


@shared_task
def returns_sweep() -> int:
    """Credit notes for what came back after its invoice, every night. Returns how many."""
    return invoices.returns_sweep()


@shared_task
def deals_sweep() -> int:
    """Posts that nobody objected to are accepted, what nobody answered or sent in goes back.
    Returns how many deals and posts moved."""
    return tasks.tasks_sweep() + deals.deals_sweep()
