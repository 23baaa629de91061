"""Questions to registers that a person asked for."""

from __future__ import annotations

from celery import shared_task

from compliance import services


@shared_task
def register_ask(influencer_id: int) -> str:
    """A plain task: its HTTP lies between two transactions. Returns the answer.

    A lost message loses nothing: a payout asks again before it is made.
    """
    return services.register_check(influencer_id=influencer_id).answer
