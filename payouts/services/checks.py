"""Keeps what a payout run needs to know of its payees up to date."""

from __future__ import annotations

from compliance.domain.withholding import BUSINESS, RegisterAnswer
from compliance.services import register_check
from core import clock
from core.tenancy.context import acting_as
from payouts.selectors import PayeeCase, payee_cases

CHECKS_PER_RUN_MAX = 200


def register_checks_refresh() -> int:
    """Ask the register anew about entrepreneurs with payable money whose answer is not of today.

    Each question is HTTP, so it runs outside of any transaction. Returns how many were asked.
    """
    with acting_as(system="refresh register checks"):
        stale = [case.influencer_id for case in payee_cases(clock.today()) if _is_stale(case)]
    for influencer_id in stale[:CHECKS_PER_RUN_MAX]:
        register_check(influencer_id=influencer_id)
    return len(stale[:CHECKS_PER_RUN_MAX])


def _is_stale(case: PayeeCase) -> bool:
    if case.payee is None or case.profile.status not in BUSINESS:
        return False
    return (
        case.profile.register_answer is RegisterAnswer.UNKNOWN
        or case.profile.register_checked_on != clock.today()
    )
