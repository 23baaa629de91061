"""The journals of a minimum guarantee: promised, raised, settled or released.

What is promised lies in an account of its own per guarantee; its fee and VAT lie with the
campaign's, whose rates they are. Source: design/domain.md section 6, ADR 28.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.bps import share_minor
from ledger.domain import accounts
from ledger.domain.accounts import AccountRef
from ledger.domain.drafts import JournalDraft, JournalKind, draft
from ledger.domain.fees import Reserve


@dataclass(frozen=True, slots=True)
class GuaranteeRef:
    """A guarantee, and whose money it moves."""

    guarantee_id: int
    campaign_id: int
    brand_id: int
    influencer_id: int

    @property
    def refs(self) -> dict[str, int]:
        return {"campaign": self.campaign_id, "guarantee": self.guarantee_id}


@dataclass(frozen=True, slots=True)
class TopUp:
    """What an influencer gets beyond what they earned, our fee on it, and its VAT. Tiyn."""

    amount_minor: int
    fee_minor: int
    vat_minor: int


def top_up_of(promised_minor: int, earned_minor: int, *, fee_bps: int, vat_bps: int) -> TopUp:
    """t = max(0, promised - earned). Each guarantee rounds its fee by itself: a share of a part is
    never more than the share of the whole that was reserved."""
    amount = max(0, promised_minor - earned_minor)
    fee = share_minor(amount, fee_bps)
    return TopUp(amount, fee, share_minor(fee, vat_bps))


def guarantee_promised(guarantee: GuaranteeRef, *, raises: int, reserve: Reserve) -> JournalDraft:
    """Free money is set aside for the promise, our fee on it and its VAT; or for what a raise adds.

    `raises` counts the raises so far: 0 is the promise itself.
    """
    key = f"guar:{guarantee.guarantee_id}" + (f":{raises}" if raises else "")
    legs = _legs(guarantee, reserve, sign=1)
    return draft(JournalKind.GUARANTEE_PROMISED, key, legs, **guarantee.refs)


def guarantee_settled(
    guarantee: GuaranteeRef, *, reserve: Reserve, top_up: TopUp, period_reward_id: int
) -> JournalDraft:
    """The month is over: the influencer gets the top-up, we our fee, the brand the rest. Shares its
    key with `guarantee_released`: a promise ends once."""
    assert 0 <= top_up.amount_minor <= reserve.budget_minor, (top_up, reserve)
    assert top_up.fee_minor <= reserve.fee_minor, (top_up, reserve)
    assert top_up.vat_minor <= reserve.vat_minor, (top_up, reserve)
    legs = _legs(guarantee, reserve, sign=-1)
    legs[accounts.brand_free(guarantee.brand_id)] -= (
        top_up.amount_minor + top_up.fee_minor + top_up.vat_minor
    )
    legs |= {
        accounts.influencer_payable(guarantee.influencer_id): top_up.amount_minor,
        accounts.platform_fee(): top_up.fee_minor,
        accounts.vat_funded(guarantee.brand_id): top_up.vat_minor,
    }
    refs = guarantee.refs | {"period_reward": period_reward_id}
    return draft(JournalKind.GUARANTEE_SETTLED, _end_key(guarantee), legs, **refs)


def guarantee_released(guarantee: GuaranteeRef, *, reserve: Reserve) -> JournalDraft:
    """The promise is off: everything that was set aside for it is free again."""
    legs = _legs(guarantee, reserve, sign=-1)
    return draft(JournalKind.GUARANTEE_RELEASED, _end_key(guarantee), legs, **guarantee.refs)


def _end_key(guarantee: GuaranteeRef) -> str:
    return f"settle:{guarantee.guarantee_id}"


def _legs(guarantee: GuaranteeRef, reserve: Reserve, *, sign: int) -> dict[AccountRef, int]:
    assert min(reserve.budget_minor, reserve.fee_minor, reserve.vat_minor) >= 0, reserve
    brand_id, campaign = guarantee.brand_id, (guarantee.brand_id, guarantee.campaign_id)
    escrow = accounts.guarantee_escrow(brand_id, guarantee.guarantee_id)
    return {
        accounts.brand_free(brand_id): -sign * reserve.total_minor,
        escrow: sign * reserve.budget_minor,
        accounts.fee_reserve(*campaign): sign * reserve.fee_minor,
        accounts.vat_reserve(*campaign): sign * reserve.vat_minor,
    }
