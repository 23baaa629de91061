"""Posts at a fixed fee, from the reserve to the influencer: as ledger.domain.journals."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.domain import accounts
from ledger.domain.accounts import AccountRef
from ledger.domain.drafts import JournalDraft, JournalKind, draft
from ledger.domain.fees import Reserve


@dataclass(frozen=True, slots=True)
class DealRef:
    """A deal, and whose money it moves."""

    deal_id: int
    campaign_id: int
    brand_id: int

    @property
    def refs(self) -> dict[str, int]:
        return {"campaign": self.campaign_id, "deal": self.deal_id}

    @property
    def campaign(self) -> tuple[int, int]:
        return self.brand_id, self.campaign_id


def deal_reserved(deal: DealRef, reserve: Reserve) -> JournalDraft:
    """Posts at a fixed fee are offered: their fees, ours and its VAT leave the free balance."""
    assert reserve.budget_minor > 0, reserve
    key = f"deal:{deal.deal_id}"
    return draft(JournalKind.DEAL, key, _deal_legs(deal, reserve, sign=1), **deal.refs)


def deal_released(deal: DealRef, reserve: Reserve, *, posts_left: int) -> JournalDraft:
    """Posts that will not come any more: their part is free again. `posts_left` of the deal are
    still paid or to be paid; they only ever become fewer, so they name the event."""
    assert reserve.budget_minor > 0, reserve
    key = f"deal-back:{deal.deal_id}:{posts_left}"
    return draft(JournalKind.DEAL_RELEASE, key, _deal_legs(deal, reserve, sign=-1), **deal.refs)


def _deal_legs(deal: DealRef, reserve: Reserve, *, sign: int) -> dict[AccountRef, int]:
    return {
        accounts.brand_free(deal.brand_id): -sign * reserve.total_minor,
        accounts.deal_escrow(deal.brand_id, deal.deal_id): sign * reserve.budget_minor,
        accounts.fee_reserve(*deal.campaign): sign * reserve.fee_minor,
        accounts.vat_reserve(*deal.campaign): sign * reserve.vat_minor,
    }


def task_accepted(
    deal: DealRef, *, task_id: int, influencer_id: int, share: Reserve
) -> JournalDraft:
    """A post is accepted: its fee is the influencer's, ours is earned, its VAT waits for the
    invoice. `share` is the post's part of what the deal has reserved."""
    assert share.budget_minor > 0, share
    legs = {
        accounts.deal_escrow(deal.brand_id, deal.deal_id): -share.budget_minor,
        accounts.influencer_payable(influencer_id): share.budget_minor,
        accounts.fee_reserve(*deal.campaign): -share.fee_minor,
        accounts.platform_fee(): share.fee_minor,
        accounts.vat_reserve(*deal.campaign): -share.vat_minor,
        accounts.vat_funded(deal.brand_id): share.vat_minor,
    }
    return draft(JournalKind.TASK, f"task:{task_id}", legs, **deal.refs, task=task_id)
