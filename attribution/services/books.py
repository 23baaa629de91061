"""What campaigns can still pay while many of their conversions move, and the journals of it.

A campaign's totals row is the lock: whoever takes from its budget holds it (also the release of a
closed campaign), so that balances read under it can only grow meanwhile, by a top-up. Each
conversion is asked for in its turn, so that a budget ends at the exact order and the fee is
rounded over the campaign as if they had come one by one; all is then posted at once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from attribution.domain.late_returns import Split
from attribution.models import Conversion, PeriodReward
from campaigns.models import Campaign, CampaignTotals
from campaigns.services.links import links_follow_budgets
from core.bulk import rows_update
from ledger.domain import accounts
from ledger.domain.drafts import JournalDraft
from ledger.domain.fees import fee_due
from ledger.domain.journals import (
    ConversionRef,
    FeeBack,
    PeriodRef,
    accrual,
    approval,
    clawback,
    period_reward,
)
from ledger.selectors import balances
from ledger.services import journals_post

TOTALS = ("accrued_minor", "fee_accrued_minor", "final_minor", "fee_final_minor", "vat_final_minor")


@dataclass(frozen=True, slots=True)
class _Given:
    """Our fee as it was set aside and as we have earned it (they may differ by a tiyn of rounding),
    and the VAT of it."""

    fee_reserved_minor: int
    fee_earned_minor: int
    vat_minor: int


@dataclass(slots=True)
class Purse:
    """A campaign's totals, locked, and what its accounts hold. Tiyn; `moved` since the loading."""

    totals: CampaignTotals
    budget_minor: int
    fee_reserve_minor: int
    fee_hold_minor: int
    moved_minor: int = 0

    @property
    def campaign(self) -> Campaign:
        return self.totals.campaign

    def take(self, commission_minor: int) -> int | None:
        """The fee that goes with so much more (or less) of accrued commission; None when the
        campaign cannot pay both."""
        accrued = self.totals.accrued_minor + commission_minor
        fee = fee_due(accrued, self.campaign.platform_fee_bps, self.totals.fee_accrued_minor)
        left = (
            self.budget_minor - commission_minor,
            self.fee_reserve_minor - fee,
            self.fee_hold_minor + fee,
        )
        if min(left) < 0:
            return None
        self.budget_minor, self.fee_reserve_minor, self.fee_hold_minor = left
        self.moved_minor -= commission_minor
        self.totals.accrued_minor = accrued
        self.totals.fee_accrued_minor += fee
        return fee

    def give_back(self, split: Split) -> _Given | None:
        """The fees and the VAT that go back with a reward whose goods came back late; None when a
        return was undone and the campaign cannot pay the reward again."""
        totals, campaign = self.totals, self.campaign
        back = split.total_minor
        reserved = -fee_due(
            totals.accrued_minor - back, campaign.platform_fee_bps, totals.fee_accrued_minor
        )
        earned = -fee_due(
            totals.final_minor - back, campaign.platform_fee_bps, totals.fee_final_minor
        )
        fee_final = totals.fee_final_minor - earned
        vat = -fee_due(fee_final, campaign.vat_bps, totals.vat_final_minor)
        left = (
            self.budget_minor + split.unpaid_minor,
            self.fee_reserve_minor + reserved,
            self.fee_hold_minor + earned - reserved,
        )
        if min(left) < 0:
            return None
        self.budget_minor, self.fee_reserve_minor, self.fee_hold_minor = left
        self.moved_minor += split.unpaid_minor
        totals.accrued_minor -= back
        totals.final_minor -= back
        totals.fee_accrued_minor -= reserved
        totals.fee_final_minor = fee_final
        totals.vat_final_minor -= vat
        return _Given(reserved, earned, vat)

    def finish(self, commission_minor: int) -> tuple[int, int]:
        """The fee and its VAT that become final with a commission."""
        totals = self.totals
        totals.final_minor += commission_minor
        fee = fee_due(totals.final_minor, self.campaign.platform_fee_bps, totals.fee_final_minor)
        totals.fee_final_minor += fee
        vat = fee_due(totals.fee_final_minor, self.campaign.vat_bps, totals.vat_final_minor)
        totals.vat_final_minor += vat
        return fee, vat


@dataclass(frozen=True, slots=True)
class _Accrued:
    """A difference that was taken; its journal is named once its conversion has its id."""

    conversion: Conversion
    version: int
    commission_minor: int
    fee_minor: int

    def draft(self) -> JournalDraft:
        return accrual(
            _ref(self.conversion),
            version=self.version,
            commission_minor=self.commission_minor,
            fee_minor=self.fee_minor,
        )


class Books:
    """Of the campaigns of a batch. Five queries, whatever the batch."""

    def __init__(self, campaign_ids: Collection[int]) -> None:
        """Lock and load. Runs as the system."""
        totals = _totals_locked(campaign_ids)
        owners = {each.campaign_id: (each.brand_id, each.campaign_id) for each in totals}
        kinds = (accounts.budget, accounts.fee_reserve, accounts.fee_hold)
        refs = {pk: [kind(*owner) for kind in kinds] for pk, owner in owners.items()}
        held = balances(ref for of_one in refs.values() for ref in of_one)
        self._purses = {
            each.campaign_id: Purse(each, *(held[ref] for ref in refs[each.campaign_id]))
            for each in totals
        }
        self._accrued: list[_Accrued] = []
        self._approved: list[tuple[Conversion, int]] = []  # with its final fee
        self._others: list[JournalDraft] = []  # clawbacks, and rewards of months

    def accrue(self, conversion: Conversion, *, from_minor: int, to_minor: int) -> bool:
        """Take the difference to the version before; False when the campaign has not enough."""
        difference = to_minor - from_minor
        fee = self._purses[conversion.campaign_id].take(difference)
        if fee is None:
            return False
        conversion.fee_minor += fee
        self._accrued.append(_Accrued(conversion, conversion.version + 1, difference, fee))
        return True

    def approve(self, conversion: Conversion) -> None:
        """Its commission is the influencer's now, and its fee ours."""
        purse = self._purses[conversion.campaign_id]
        fee, conversion.vat_minor = purse.finish(conversion.commission_minor)
        self._approved.append((conversion, fee))

    def claw(self, conversion: Conversion, split: Split, *, is_vat_invoiced: bool) -> bool:
        """An approved reward shrinks by this much, or grows again; False when the campaign has not
        enough for that. The conversion's next version is its name."""
        given = self._purses[conversion.campaign_id].give_back(split)
        if given is None:
            return False
        conversion.fee_minor -= given.fee_reserved_minor
        conversion.vat_minor -= given.vat_minor
        draft = clawback(
            _ref(conversion),
            version=conversion.version + 1,
            unpaid_minor=split.unpaid_minor,
            debt_minor=split.debt_minor,
            fee=FeeBack(given.fee_reserved_minor, given.fee_earned_minor, given.vat_minor),
            is_vat_invoiced=is_vat_invoiced,
        )
        if draft.legs:
            self._others.append(draft)
        return True

    def period_pay(self, reward: PeriodReward) -> bool:
        """Take a month's reward, final at once; False when the campaign has not enough."""
        purse = self._purses[reward.campaign_id]
        held = purse.take(reward.amount_minor)
        if held is None:
            return False
        fee, vat = purse.finish(reward.amount_minor)
        reward.fee_minor, reward.vat_minor = fee, vat
        period = PeriodRef(
            reward_id=reward.pk,
            kind=reward.kind,
            participation_id=reward.participation_id,
            month=reward.month.strftime("%Y-%m"),
            campaign_id=reward.campaign_id,
            brand_id=reward.brand_id,
            influencer_id=reward.influencer_id,
        )
        self._others.append(
            period_reward(
                period,
                amount_minor=reward.amount_minor,
                fee_held_minor=held,
                fee_minor=fee,
                vat_minor=vat,
            )
        )
        return True

    def post(self, *, at: datetime) -> None:
        """Write it all. The conversions have their ids by now.

        Raises:
            InsufficientFunds: what is held for an influencer was not there. Nothing of it is
                posted then.
        """
        drafts = [each.draft() for each in self._accrued]
        drafts += [_approval(conversion, fee) for conversion, fee in self._approved]
        drafts += self._others
        if not drafts:
            return
        rows_update((purse.totals for purse in self._purses.values()), TOTALS)
        journals_post(drafts, occurred_at=at)
        moved = {each.campaign: each.moved_minor for each in self._purses.values()}
        if any(moved.values()):
            links_follow_budgets({campaign: minor for campaign, minor in moved.items() if minor})


def _totals_locked(campaign_ids: Collection[int]) -> list[CampaignTotals]:
    """In the order of campaigns, as everybody locks them."""
    rows = CampaignTotals.objects.select_for_update(of=("self",)).select_related("campaign")
    wanted = rows.filter(campaign_id__in=campaign_ids).order_by("campaign_id")
    totals = list(wanted)
    if len(totals) == len(set(campaign_ids)):
        return totals
    missing = set(campaign_ids) - {each.campaign_id for each in totals}
    campaigns = Campaign.objects.filter(pk__in=missing).order_by("pk")
    CampaignTotals.objects.bulk_create(
        [CampaignTotals(campaign=campaign, brand_id=campaign.brand_id) for campaign in campaigns],
        ignore_conflicts=True,
    )
    return list(wanted.all())


def _approval(conversion: Conversion, fee_minor: int) -> JournalDraft:
    return approval(
        _ref(conversion),
        commission_minor=conversion.commission_minor,
        fee_minor=fee_minor,
        vat_minor=conversion.vat_minor,
    )


def _ref(conversion: Conversion) -> ConversionRef:
    return ConversionRef(
        conversion_id=conversion.pk,
        campaign_id=conversion.campaign_id,
        brand_id=conversion.brand_id,
        influencer_id=conversion.influencer_id,
    )
