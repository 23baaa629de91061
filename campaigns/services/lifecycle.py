"""A campaign from its publishing to the last tenge that goes back.

Publishing reserves budget, fee and VAT in the ledger. A closed campaign keeps its reserve until
every order it accepted is settled; what is left then returns to the brand's free balance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from brands.models import Brand
from brands.selectors import contract_in_force
from brands.services import brand_suspend
from campaigns.domain.terms import (
    CampaignStatus,
    ChangeRefused,
    campaign_change_require,
    funding_missing_minor,
    funding_needed,
)
from campaigns.link_cache import links_changed
from campaigns.models import Campaign, CampaignTotals, Terms
from campaigns.services.categories import category_require
from campaigns.services.deal_money import deals_hold
from campaigns.services.guarantee_ends import fees_reserved, guarantees_close
from campaigns.services.links import campaign_tokens, links_follow_budgets
from campaigns.services.offers import CampaignConflict, campaign_locked
from campaigns.services.standing import people_lock, places_fill
from compliance.domain.rules import RuleMissing
from compliance.selectors import vat_bps
from core import clock
from core.audit.services import audit_record
from core.errors import Invalid
from core.jobs import enqueue
from core.money import MINOR_MAX
from core.tenancy.context import acting_as
from ledger.domain import accounts, journals
from ledger.domain.accounts import AccountKind
from ledger.domain.fees import Reserve, reserve_for
from ledger.models import Balance
from ledger.selectors import balance_minor, balances
from ledger.services import journal_post

SWEEP_BATCH = 200


class BrandNotVerified(CampaignConflict):
    """Only a company that ops has checked may publish."""

    code = "brand_not_verified"


@dataclass(frozen=True, slots=True)
class CampaignFunding:
    """What publishing a draft takes, and what the brand has. Tiyn."""

    reserve: Reserve
    fee_bps: int
    vat_bps: int
    free_minor: int

    @property
    def missing_minor(self) -> int:
        return funding_missing_minor(self.free_minor, self.reserve)


def campaign_funding(campaign: Campaign) -> CampaignFunding:
    """Budget, fee by the brand's contract, VAT on the fee by today's law; and the free balance.

    Raises:
        CampaignConflict: no contract, or no VAT rate, is in force today.
    """
    fee_bps, vat = funding_rates(campaign.brand_id)
    return CampaignFunding(
        reserve=funding_needed(campaign.budget_minor, fee_bps=fee_bps, vat_bps=vat),
        fee_bps=fee_bps,
        vat_bps=vat,
        free_minor=balance_minor(accounts.brand_free(campaign.brand_id)),
    )


def funding_rates(brand_id: int) -> tuple[int, int]:
    """Today's rates of the fee (of the reward) and of VAT (of the fee), basis points.

    Raises:
        CampaignConflict: no contract, or no VAT rate, is in force today.
    """
    contract = contract_in_force(brand_id)
    if contract is None:
        raise CampaignConflict(_("There is no contract in force. Write to support."))
    try:
        return contract.platform_fee_bps, vat_bps()
    except RuleMissing as missing:
        message = _("The VAT rate for %(day)s is not confirmed yet. We are on it.")
        raise CampaignConflict(message % {"day": missing.day.isoformat()}) from None


def campaign_publish(*, campaign_id: int) -> Campaign:
    """From draft to live: the money is reserved, the terms are fixed, influencers may join.

    Raises:
        BrandNotVerified: ops has not checked the company.
        CategoryRefused: it is about what the law forbids, or nobody of us has looked at it yet.
        CampaignConflict: it is no draft, its last day has passed, or a rate is missing.
        InsufficientFunds: the free balance is too small; says by how much.
    """
    with acting_as(system="publish a campaign"):
        campaign = campaign_locked(campaign_id)
        _require_change(campaign, CampaignStatus.LIVE)
        if campaign.published_at is not None:
            raise CampaignConflict(_("This campaign was published already."))
        brand_verified_require(campaign.brand_id)
        category_require(campaign)
        now = clock.now()
        if campaign.ends_at is not None and campaign.ends_at <= now:
            raise CampaignConflict(_("The campaign's last day has passed. Choose a later one."))
        campaign.platform_fee_bps, campaign.vat_bps = funding_rates(campaign.brand_id)
        _reserve(campaign, campaign.budget_minor)
        campaign.status, campaign.published_at = Campaign.Status.LIVE, now
        campaign.save()
        Terms.objects.filter(campaign=campaign, version=1).update(published_at=now)
        after = {"budget_minor": campaign.budget_minor, "vat_bps": campaign.vat_bps}
        audit_record("campaign.publish", campaign, after=after)
    return campaign


def campaign_top_up(*, campaign_id: int, amount_minor: int) -> Campaign:
    """More budget, with its fee and VAT, out of the brand's free balance.

    Raises:
        Invalid: not an amount.
        CampaignConflict: the campaign is not published, or closed.
        InsufficientFunds: the free balance is too small; says by how much.
    """
    if not 0 < amount_minor <= MINOR_MAX:
        message = _("The amount must be more than zero.")
        raise Invalid.of("amount", message)
    with acting_as(system="top up a campaign"):
        campaign = campaign_locked(campaign_id)
        if campaign.status not in (Campaign.Status.LIVE, Campaign.Status.PAUSED):
            raise CampaignConflict(_("Only a live or paused campaign can be topped up."))
        brand_verified_require(campaign.brand_id)
        _reserve(campaign, amount_minor, earlier_budget_minor=campaign.budget_minor)
        before = {"budget_minor": campaign.budget_minor}
        campaign.budget_minor += amount_minor
        campaign.save(update_fields=["budget_minor", "reserve_count"])
        after = {"budget_minor": campaign.budget_minor}
        audit_record("campaign.top_up", campaign, before=before, after=after)
        enqueue("attribution.tasks.campaign_fund", campaign.pk)  # who waited comes first
    return campaign


def _reserve(campaign: Campaign, amount_minor: int, *, earlier_budget_minor: int = 0) -> None:
    """Move `amount_minor` with its fee and VAT into the campaign's accounts."""
    reserve_of = partial(reserve_for, fee_bps=campaign.platform_fee_bps, vat_bps=campaign.vat_bps)
    earlier = reserve_of(earlier_budget_minor) if earlier_budget_minor else None
    campaign.reserve_count += 1
    CampaignTotals.objects.get_or_create(
        campaign_id=campaign.pk, defaults={"brand_id": campaign.brand_id}
    )
    journal_post(
        journals.campaign_reserve(
            campaign_id=campaign.pk,
            n=campaign.reserve_count,
            brand_id=campaign.brand_id,
            reserve=reserve_of(amount_minor, earlier=earlier),
        ),
        occurred_at=clock.now(),
    )
    links_follow_budgets({campaign: amount_minor})


def campaign_pause(*, campaign_id: int) -> Campaign:
    """No new clicks count. Orders already accepted are still paid."""
    return _status_change(campaign_id, CampaignStatus.PAUSED, "campaign.pause")


def campaign_resume(*, campaign_id: int) -> Campaign:
    """Live again; places that became free meanwhile go to who waits for one.

    Raises:
        BrandNotVerified: the brand was suspended.
        CampaignConflict: it is not paused, or its last day has passed.
    """
    with acting_as(system="run a campaign"):
        people_lock(campaign_id)
        campaign = _status_change(campaign_id, CampaignStatus.LIVE, "campaign.resume")
        places_fill(campaign)
    return campaign


def campaign_close(*, campaign_id: int) -> Campaign:
    """For good. The reserve stays until what was accepted is settled, then the rest goes back.
    Guarantees of months that have not begun are off."""
    with acting_as(system="close a campaign"):
        campaign = _status_change(campaign_id, CampaignStatus.CLOSED, "campaign.close")
        guarantees_close(campaign)
    campaign_release(campaign_id=campaign_id)
    return campaign


def _status_change(campaign_id: int, new: CampaignStatus, action: str) -> Campaign:
    with acting_as(system="run a campaign"):
        campaign = campaign_locked(campaign_id)
        if campaign.published_at is None:
            raise CampaignConflict(_("This campaign is a draft: publish it first."))
        _require_change(campaign, new)
        if new is CampaignStatus.LIVE:
            brand_verified_require(campaign.brand_id)
            if campaign.ends_at is not None and campaign.ends_at <= clock.now():
                raise CampaignConflict(_("The campaign's last day has passed."))
        before = {"status": campaign.status}
        campaign.status = Campaign.Status(new)
        if new is CampaignStatus.CLOSED:
            campaign.closed_at = clock.now()
        campaign.save(update_fields=["status", "closed_at"])
        links_changed(campaign_tokens(campaign))
        audit_record(action, campaign, before=before, after={"status": campaign.status})
    return campaign


def _require_change(campaign: Campaign, new: CampaignStatus) -> None:
    try:
        campaign_change_require(CampaignStatus(campaign.status), new)
    except ChangeRefused:
        raise CampaignConflict(
            _("This is not possible while the campaign is %(status)s.")
            % {"status": campaign.get_status_display()}
        ) from None


def brand_verified_require(brand_id: int) -> None:
    """Raises: BrandNotVerified."""
    state = Brand.objects.values_list("state", flat=True).get(pk=brand_id)
    if state != Brand.State.VERIFIED:
        raise BrandNotVerified(
            _("The company is not verified yet. We are checking it.")
            if state == Brand.State.IN_REVIEW
            else _("The brand is suspended. Write to support.")
        )


def campaigns_with_month_rewards() -> QuerySet[Campaign]:
    """Campaigns that may owe a bonus or a tier's top-up when a month is over."""
    published = Terms.objects.filter(published_at__isnull=False)
    promising = published.filter(
        ~Q(bonuses=[]) | (~Q(tiers=[]) & Q(tier_kind=Terms.TierKind.RETROACTIVE))
    )
    return Campaign.objects.filter(pk__in=promising.values("campaign_id"))


def campaign_release(*, campaign_id: int, are_months_settled: bool = False) -> int:
    """Give a closed campaign's rest back, once nothing of it is open; how much (tiyn).

    One that may owe the reward of a month waits until whoever settles months says so.

    Repeatable: money that comes back later (a return after approval) is released by the next call.
    """
    with acting_as(system="release a campaign's rest"):
        campaign = campaign_locked(campaign_id)
        if campaign.status != Campaign.Status.CLOSED or _has_open_rewards(campaign):
            return 0
        if not are_months_settled and campaigns_with_month_rewards().filter(pk=campaign_id):
            return 0
        rest = _rest(campaign)
        if rest.total_minor == 0:
            return 0
        campaign.reserve_count += 1
        campaign.save(update_fields=["reserve_count"])
        journal_post(
            journals.campaign_release(
                campaign_id=campaign.pk,
                n=campaign.reserve_count,
                brand_id=campaign.brand_id,
                reserve=rest,
            ),
            occurred_at=clock.now(),
        )
        audit_record("campaign.release", campaign, after={"released_minor": rest.total_minor})
    return rest.total_minor


def _has_open_rewards(campaign: Campaign) -> bool:
    """Whether a reward is on its way or on hold. The row is locked: nothing may begin meanwhile."""
    totals = CampaignTotals.objects.select_for_update().filter(campaign=campaign).first()
    return totals is not None and totals.accrued_minor != totals.final_minor


def _rest(campaign: Campaign) -> Reserve:
    """What no order, no deal and no guarantee needs any more."""
    key = (campaign.brand_id, campaign.pk)
    refs = (accounts.budget(*key), accounts.fee_reserve(*key), accounts.vat_reserve(*key))
    budget_minor, fee_minor, vat_minor = map(balances(refs).__getitem__, refs)
    kept = deals_hold(campaign.pk) + fees_reserved(campaign)
    return Reserve(budget_minor, fee_minor - kept.fee_minor, vat_minor - kept.vat_minor)


def campaigns_sweep() -> int:
    """Close campaigns whose last day has passed, and release what closed ones still hold without
    need. Run by beat; returns how many were closed."""
    with acting_as(system="end campaigns"):
        published = Campaign.objects.filter(published_at__isnull=False)
        over = published.exclude(status=Campaign.Status.CLOSED).filter(ends_at__lte=clock.now())
        to_close = list(over.values_list("pk", flat=True)[:SWEEP_BATCH])
        to_release = _with_rest()
    for campaign_id in to_close:
        campaign_close(campaign_id=campaign_id)
    for campaign_id in to_release:
        campaign_release(campaign_id=campaign_id)
    return len(to_close)


def _with_rest() -> list[int]:
    """Closed campaigns whose accounts are not empty."""
    kinds = (AccountKind.BUDGET, AccountKind.FEE_RESERVE, AccountKind.VAT_RESERVE)
    held = Balance.objects.filter(account__kind__in=kinds, balance_minor__gt=0)
    closed = Campaign.objects.filter(
        status=Campaign.Status.CLOSED, pk__in=held.values("account__subject_id")
    )
    return list(closed.order_by("pk").values_list("pk", flat=True)[:SWEEP_BATCH])


def brand_stop(*, brand_id: int, reason: str) -> Brand:
    """Suspend a brand and pause what it has live. Runs as ops.

    Raises: see `brands.services.brand_suspend`.
    """
    brand = brand_suspend(brand_id=brand_id, reason=reason)
    live = Campaign.objects.filter(brand_id=brand_id, status=Campaign.Status.LIVE)
    for campaign_id in live.values_list("pk", flat=True):
        campaign_pause(campaign_id=campaign_id)
    return brand
