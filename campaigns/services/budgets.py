"""A budget that was too large: the part that nobody has earned goes back to the free balance."""

from __future__ import annotations

from functools import partial

from django.utils.translation import gettext as _

from campaigns.domain.budget import levels_reached, shrink_most
from campaigns.models import Campaign
from campaigns.services.budget_alerts import budget_alerts_raise
from campaigns.services.links import links_follow_budgets
from campaigns.services.offers import CampaignConflict, campaign_locked
from campaigns.services.totals import totals_lock
from core import clock
from core.audit.services import audit_record
from core.errors import Invalid
from core.money import MINOR_MAX
from core.tenancy.context import acting_as
from ledger.domain import accounts, journals
from ledger.domain.fees import Reserve, reserve_for
from ledger.selectors import balance_minor
from ledger.services import journal_post


class BudgetOwed(Invalid):
    """So much of the budget is earned already; `most_minor` may go."""

    code = "budget_owed"

    def __init__(self, message: str, most_minor: int) -> None:
        super().__init__(message, fields={"amount": [message]})
        self.most_minor = most_minor


def campaign_shrink(*, campaign_id: int, amount_minor: int) -> Campaign:
    """Less budget: with its fee and VAT it is the brand's free balance again.

    Fee and VAT that go back are those of the whole budget less those of the smaller one, as if
    the smaller had been reserved from the start; so what stays is enough for every order.

    Raises:
        Invalid: not an amount.
        BudgetOwed: more than what nobody has earned; says how much may go.
        CampaignConflict: the campaign is not published, or closed.
    """
    if not 0 < amount_minor <= MINOR_MAX:
        message = _("The amount must be more than zero.")
        raise Invalid.of("amount", message)
    with acting_as(system="shrink a campaign"):
        campaign = campaign_locked(campaign_id)
        if campaign.status not in (Campaign.Status.LIVE, Campaign.Status.PAUSED):
            raise CampaignConflict(_("Only a live or paused campaign can be made smaller."))
        # Whoever takes from the budget holds this row: nothing is earned meanwhile.
        totals_lock(campaign_id=campaign.pk, brand_id=campaign.brand_id)
        left_minor = balance_minor(accounts.budget(campaign.brand_id, campaign.pk))
        _require_unearned(campaign, amount_minor, left_minor)
        before_minor = campaign.budget_minor
        reserve = _difference(campaign, before_minor, before_minor - amount_minor)
        campaign.budget_minor = before_minor - amount_minor
        campaign.reserve_count += 1
        campaign.save(update_fields=["budget_minor", "reserve_count"])
        journal_post(
            journals.campaign_release(
                campaign_id=campaign.pk,
                n=campaign.reserve_count,
                brand_id=campaign.brand_id,
                reserve=reserve,
            ),
            occurred_at=clock.now(),
        )
        links_follow_budgets({campaign: -amount_minor})
        left_minor -= amount_minor
        levels = levels_reached(campaign.budget_minor, campaign.budget_minor - left_minor)
        budget_alerts_raise(campaign, sorted(levels), left_minor=left_minor)
        audit_record(
            "campaign.shrink",
            campaign,
            before={"budget_minor": before_minor},
            after={"budget_minor": campaign.budget_minor, "released_minor": reserve.total_minor},
        )
    return campaign


def _require_unearned(campaign: Campaign, amount_minor: int, left_minor: int) -> None:
    most_minor = shrink_most(campaign.budget_minor, left_minor)
    if amount_minor <= most_minor:
        return
    if amount_minor >= campaign.budget_minor == left_minor:
        raise BudgetOwed(_("To take everything back, close the campaign."), most_minor)
    raise BudgetOwed(
        _("At most %(sum)s can go back: the rest is earned by influencers.")
        % {"sum": _tenge(most_minor)},
        most_minor,
    )


def _difference(campaign: Campaign, old_minor: int, new_minor: int) -> Reserve:
    reserve_of = partial(reserve_for, fee_bps=campaign.platform_fee_bps, vat_bps=campaign.vat_bps)
    return reserve_of(old_minor) - reserve_of(new_minor)


def _tenge(minor: int) -> str:
    whole, tiyn = divmod(minor, 100)
    cents = f",{tiyn:02}" if tiyn else ""
    return f"{whole:,}".replace(",", "\N{NO-BREAK SPACE}") + f"{cents}\N{NO-BREAK SPACE}₸"
