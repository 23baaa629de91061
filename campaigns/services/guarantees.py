"""A brand promises an influencer at least so much for a month, raises it, or takes it back before
the month begins. The money is reserved at once, so that the promise is worth what it says."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.domain.guarantee import MonthFault, month_fault
from campaigns.models import Campaign, Guarantee, Participation
from campaigns.services.guarantee_ends import (
    Ending,
    State,
    guarantee_release,
    guarantee_tell,
    ref_of,
    reserve_of,
)
from campaigns.services.lifecycle import brand_verified_require
from campaigns.services.links import ParticipationConflict
from campaigns.services.offers import CampaignConflict, campaign_locked
from campaigns.services.standing import participation_taken
from campaigns.services.totals import totals_lock
from core import clock
from core.audit.services import audit_record
from core.errors import Invalid, NotFound
from core.money import MINOR_MAX
from core.tenancy.context import acting_as
from ledger.domain.fees import Reserve, reserve_for
from ledger.domain.guarantees import guarantee_promised
from ledger.services import journal_post

MONTH_FAULTS = {
    MonthFault.NO_MONTH: gettext_lazy("Choose a month of the list."),
    MonthFault.PAST: gettext_lazy("This month is over. Choose the running one or a later one."),
    MonthFault.FAR: gettext_lazy("This month is more than a year ahead. Choose an earlier one."),
    MonthFault.CAMPAIGN_OVER: gettext_lazy(
        "The campaign is over by then. Choose an earlier month."
    ),
}


class GuaranteeConflict(CampaignConflict):
    """Not possible in the state it is in."""

    code = "guarantee_conflict"


def guarantee_make(*, participation_id: int, month: date, amount_minor: int) -> Guarantee:
    """Promise somebody who takes part at least `amount_minor` for the orders of a month (its first
    day). With our fee and its VAT it leaves the free balance now.

    Raises:
        NotFound: no such participation.
        Invalid: not an amount, or no month that can be promised; two for one month.
        ParticipationConflict: they do not take part.
        CampaignConflict: the campaign is no live or paused one.
        BrandNotVerified: the brand was suspended.
        InsufficientFunds: the free balance is too small; says by how much.
    """
    _amount_require(amount_minor)
    with acting_as(system="promise a guarantee"):
        participation = participation_taken(participation_id)
        campaign = campaign_locked(participation.campaign_id)
        _running_require(campaign)
        if participation.state != Participation.State.APPROVED:
            raise ParticipationConflict(
                _("A guarantee is promised to who takes part: accept the influencer first.")
            )
        _month_require(campaign, month)
        totals_lock(campaign_id=campaign.pk, brand_id=campaign.brand_id)
        reserve = guarantee_reserve(campaign, amount_minor)
        guarantee = _insert(participation, month, reserve)
        _set_aside(guarantee, reserve)
        audit_record("guarantee.promise", guarantee, after=_words(guarantee))
        guarantee_tell("guarantee_promised", guarantee, campaign)
    return guarantee


def guarantee_raise(*, guarantee_id: int, amount_minor: int) -> Guarantee:
    """Promise more for a month that has not ended: `amount_minor` from now on. Never less: the
    influencer counts on it.

    Raises: as `guarantee_make`; GuaranteeConflict: it has ended, or its month is over.
    """
    _amount_require(amount_minor)
    with acting_as(system="raise a guarantee"):
        guarantee, campaign = _taken(guarantee_id)
        _running_require(campaign)
        if guarantee.month < clock.today().replace(day=1):
            raise GuaranteeConflict(_("The month is over: its guarantee can no longer be raised."))
        if amount_minor <= guarantee.amount_minor:
            raise Invalid.of(
                "amount", _("A guarantee can only be raised. Write more than what is promised.")
            )
        before, old = _words(guarantee), reserve_of(guarantee)
        whole = guarantee_reserve(campaign, amount_minor)
        guarantee.amount_minor, guarantee.fee_minor = whole.budget_minor, whole.fee_minor
        guarantee.vat_minor = whole.vat_minor
        guarantee.raises += 1
        guarantee.save(update_fields=["amount_minor", "fee_minor", "vat_minor", "raises"])
        _set_aside(guarantee, whole - old)
        audit_record("guarantee.raise", guarantee, before=before, after=_words(guarantee))
        guarantee_tell("guarantee_promised", guarantee, campaign)
    return guarantee


def guarantee_cancel(*, guarantee_id: int) -> Guarantee:
    """Take back the promise of a month that has not begun: its money is free again.

    Raises:
        NotFound: no such guarantee.
        GuaranteeConflict: its month has begun, or it has ended.
    """
    with acting_as(system="cancel a guarantee"):
        guarantee, campaign = _taken(guarantee_id)
        if guarantee.month <= clock.today():
            raise GuaranteeConflict(
                _("The month has begun: its guarantee can be raised, not cancelled.")
            )
        guarantee_release(guarantee, Ending.CANCELLED)
        guarantee_tell("guarantee_cancelled", guarantee, campaign)
    return guarantee


def guarantee_reserve(campaign: Campaign, amount_minor: int) -> Reserve:
    """What a promise costs the brand at most: itself, our fee and its VAT, at the rates at which
    the campaign was published, as its invoices say them."""
    return reserve_for(amount_minor, fee_bps=campaign.platform_fee_bps, vat_bps=campaign.vat_bps)


def _insert(participation: Participation, month: date, reserve: Reserve) -> Guarantee:
    try:
        with transaction.atomic():
            return Guarantee.objects.create(
                brand_id=participation.brand_id,
                campaign_id=participation.campaign_id,
                participation=participation,
                influencer_id=participation.influencer_id,
                month=month,
                amount_minor=reserve.budget_minor,
                fee_minor=reserve.fee_minor,
                vat_minor=reserve.vat_minor,
            )
    except IntegrityError:
        message = _("There is a guarantee for this influencer and month already. Raise it instead.")
        raise Invalid.of("month", message) from None


def _set_aside(guarantee: Guarantee, reserve: Reserve) -> None:
    draft = guarantee_promised(ref_of(guarantee), raises=guarantee.raises, reserve=reserve)
    journal_post(draft, occurred_at=clock.now())


def _taken(guarantee_id: int) -> tuple[Guarantee, Campaign]:
    """One that stands, locked after its campaign, as everybody locks them."""
    row = Guarantee.objects.filter(pk=guarantee_id).values_list("campaign_id").first()
    if row is None:
        raise NotFound(_("There is no such guarantee."))
    campaign = campaign_locked(row[0])
    totals_lock(campaign_id=campaign.pk, brand_id=campaign.brand_id)
    guarantee = Guarantee.objects.select_for_update().get(pk=guarantee_id)
    if guarantee.state != State.PROMISED:
        raise GuaranteeConflict(
            _("This is not possible: the guarantee is %(state)s.")
            % {"state": guarantee.get_state_display()}
        )
    return guarantee, campaign


def _running_require(campaign: Campaign) -> None:
    if campaign.status not in (Campaign.Status.LIVE, Campaign.Status.PAUSED):
        raise GuaranteeConflict(_("Guarantees are promised in a live or paused campaign."))
    brand_verified_require(campaign.brand_id)


def _month_require(campaign: Campaign, month: date) -> None:
    fault = month_fault(month, clock.today(), last_on=campaign.last_on)
    if fault is not None:
        raise Invalid.of("month", str(MONTH_FAULTS[fault]))


def _amount_require(amount_minor: int) -> None:
    if not 0 < amount_minor <= MINOR_MAX:
        raise Invalid.of("amount", _("The amount must be more than zero."))


def _words(guarantee: Guarantee) -> dict[str, object]:
    return {
        "month": guarantee.month.isoformat(),
        "amount_minor": guarantee.amount_minor,
        "reserved_minor": guarantee.total_minor,
    }
