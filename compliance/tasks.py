"""Questions to registers that a person asked for, and signatures that wait for NCANode."""

from __future__ import annotations

from celery import shared_task

from compliance import services
from compliance.services import einvoice_signatures


@shared_task
def register_ask(influencer_id: int) -> str:
    """A plain task: its HTTP lies between two transactions. Returns the answer.

    A lost message loses nothing: a payout asks again before it is made.
    """
    return services.register_check(influencer_id=influencer_id).answer


@shared_task
def signatures_settle() -> int:
    """Sign and check the e-invoices that wait for NCANode. A plain task, as above. Returns how many
    are signed and checked now.

    Beat asks again: a NCANode that is down, or a lost message, loses nothing.
    """
    return einvoice_signatures.signatures_settle()
