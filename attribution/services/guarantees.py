"""Months with a guarantee that are over: what is missing goes from escrow to the influencer, the
rest back to the brand. Run by beat. See docs/adr/0028-guarantees.md."""

from __future__ import annotations

import logging
from typing import Any

from attribution.models import PeriodReward
from attribution.selectors.guarantees import (
    DueGuarantee,
    Earned,
    earned_in_months,
    guarantees_due,
    is_open,
    owes_rewards,
)
from campaigns.models import Guarantee
from campaigns.services.guarantee_ends import (
    guarantee_team_tell,
    guarantee_tell,
    ref_of,
    reserve_of,
)
from campaigns.services.totals import totals_lock
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError
from core.tenancy.context import acting_as
from ledger.domain.guarantees import TopUp, guarantee_settled, top_up_of
from ledger.services import journal_post

logger = logging.getLogger(__name__)
PURPOSE = "settle guarantees"


def guarantees_settle() -> int:
    """Settle every guarantee whose month is over with nothing of it open. Returns how many."""
    with acting_as(system=PURPOSE):
        due = guarantees_due(clock.today())
    return sum(_settled(each) for each in due)


def _settled(due: DueGuarantee) -> bool:
    """Each by itself: one that cannot be settled keeps no other waiting."""
    try:
        return _guarantee_settle(due)
    except DomainError as error:
        logger.warning("guarantee %s cannot be settled: %s", due.guarantee_id, error.code)
        return False


def _guarantee_settle(due: DueGuarantee) -> bool:
    """One. The campaign's totals are the lock: an order that was approved, a reward that was
    settled, a promise that was released by somebody else meanwhile is seen."""
    with acting_as(system=PURPOSE):
        totals_lock(campaign_id=due.campaign_id, brand_id=due.brand_id)
        rows = Guarantee.objects.select_for_update(of=("self",)).select_related("campaign")
        guarantee = rows.get(pk=due.guarantee_id)
        stands = guarantee.state == Guarantee.State.PROMISED
        if not stands or is_open(guarantee) or owes_rewards(guarantee):
            return False
        month = (guarantee.participation_id, guarantee.month)
        earned = earned_in_months([month])[month]
        top_up = top_up_of(
            guarantee.amount_minor,
            earned.approved_minor,
            fee_bps=guarantee.campaign.platform_fee_bps,
            vat_bps=guarantee.campaign.vat_bps,
        )
        reward = _reward(guarantee, earned, top_up)
        journal_post(
            guarantee_settled(
                ref_of(guarantee),
                reserve=reserve_of(guarantee),
                top_up=top_up,
                period_reward_id=reward.pk,
            ),
            occurred_at=clock.now(),
        )
        guarantee.state, guarantee.ended_at = Guarantee.State.SETTLED, clock.now()
        guarantee.save(update_fields=["state", "ended_at"])
        audit_record("guarantee.settle", guarantee, after=_words(reward))
        _tell(guarantee, reward)
    return True


def _tell(guarantee: Guarantee, reward: PeriodReward) -> None:
    """Both sides; the influencer where there is something for them."""
    sums = {"top_up_minor": reward.amount_minor, "earned_minor": reward.earned_minor}
    if reward.amount_minor:
        guarantee_tell("guarantee_settled", guarantee, guarantee.campaign, **sums)
    spent_minor = reward.amount_minor + reward.fee_minor + reward.vat_minor
    guarantee_team_tell(
        guarantee,
        guarantee.campaign,
        is_settled=True,
        back_minor=guarantee.total_minor - spent_minor,
        **sums,
    )


def _reward(guarantee: Guarantee, earned: Earned, top_up: TopUp) -> PeriodReward:
    """The row that payouts, statements and pages read; also where nothing was missing."""
    has_any = top_up.amount_minor > 0
    return PeriodReward.objects.create(
        brand_id=guarantee.brand_id,
        campaign_id=guarantee.campaign_id,
        participation_id=guarantee.participation_id,
        influencer_id=guarantee.influencer_id,
        month=guarantee.month,
        kind=PeriodReward.Kind.GUARANTEE,
        orders=earned.orders,
        earned_minor=earned.approved_minor,
        amount_minor=top_up.amount_minor,
        fee_minor=top_up.fee_minor,
        vat_minor=top_up.vat_minor,
        breakdown=[{"promised_minor": guarantee.amount_minor}],
        state=PeriodReward.State.APPROVED if has_any else PeriodReward.State.NOTHING,
        approved_at=clock.now() if has_any else None,
    )


def _words(reward: PeriodReward) -> dict[str, Any]:
    return {
        "earned_minor": reward.earned_minor,
        "top_up_minor": reward.amount_minor,
        "fee_minor": reward.fee_minor,
        "vat_minor": reward.vat_minor,
    }
