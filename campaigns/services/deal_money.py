"""The money of posts at a fixed fee. Under the lock of the campaign's totals; all as the system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from campaigns.domain.deals import EARNED, HELD
from campaigns.models import Deal, Task
from core import clock
from ledger.domain.deal_journals import DealRef, deal_released, deal_reserved, task_accepted
from ledger.domain.fees import Reserve
from ledger.services import journal_post


def deal_reserve(deal: Deal) -> Reserve:
    """Take the whole deal from the brand's free balance.

    Raises:
        InsufficientFunds: it is too small; says by how much.
    """
    reserve = deal.money.of_posts(deal.post_count)
    journal_post(deal_reserved(_ref(deal), reserve), occurred_at=clock.now())
    return reserve


def deal_release(deal: Deal, tasks: Sequence[Task]) -> Reserve:
    """Give back what these posts hold. They still have their old states."""
    counts = _counts([deal.pk])
    live = sum(counts[deal.pk, state] for state in (*HELD, *EARNED))
    left = live - len(tasks)
    back = deal.money.between(left, live)
    journal_post(deal_released(_ref(deal), back, posts_left=left), occurred_at=clock.now())
    return back


def task_pay(deal: Deal, task: Task) -> Reserve:
    """A post's fee to the influencer, ours and its VAT to where they are final. It still has its
    old state. Returns the post's part."""
    counts = _counts([deal.pk])
    earned = sum(counts[deal.pk, state] for state in EARNED)
    share = deal.money.between(earned, earned + 1)
    journal_post(
        task_accepted(_ref(deal), task_id=task.pk, influencer_id=task.influencer_id, share=share),
        occurred_at=clock.now(),
    )
    return share


def deals_hold(campaign_id: int) -> Reserve:
    """What a campaign's deals still hold; its fee and VAT lie among the campaign's own. Two
    queries; the totals are locked."""
    deals = list(
        Deal.objects.filter(
            campaign_id=campaign_id, state__in=(Deal.State.OFFERED, Deal.State.RUNNING)
        )
    )
    counts = _counts([deal.pk for deal in deals])
    return sum((_held(deal, counts) for deal in deals), Reserve())


def _held(deal: Deal, counts: Counter[tuple[int, str]]) -> Reserve:
    earned = sum(counts[deal.pk, state] for state in EARNED)
    held = sum(counts[deal.pk, state] for state in HELD)
    return deal.money.between(earned, earned + held)


def _counts(deal_ids: Sequence[int]) -> Counter[tuple[int, str]]:
    """How many posts of a deal are in a state."""
    rows = Task.objects.filter(deal_id__in=deal_ids)
    return Counter(rows.values_list("deal_id", "state"))


def _ref(deal: Deal) -> DealRef:
    return DealRef(deal.pk, deal.campaign_id, deal.brand_id)
