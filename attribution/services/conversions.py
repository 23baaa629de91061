"""Conversions follow their order lines, and the ledger follows conversions. Runs as the system.

Each version of a conversion posts the difference to the one before; fee and VAT are rounded over
the whole campaign, whose totals row is the lock that keeps two orders from rounding at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from attribution.domain.lifecycle import (
    LOST,
    PROMISED,
    TRANSITIONS,
    ReasonCode,
    Status,
    Target,
    conversion_target,
)
from attribution.domain.rates import tenge_minor
from attribution.models import Conversion, ConversionVersion, Decision, Order, OrderLine
from attribution.selectors.conversions import conversions_unconfirmed
from campaigns.domain.commission import base_minor, commission_minor
from campaigns.models import Campaign, CampaignTotals, Participation
from campaigns.services.links import links_follow_budget
from core import clock
from core.audit.services import audit_record
from core.tenancy.context import acting_as
from ledger.domain.drafts import JournalDraft
from ledger.domain.fees import fee_due
from ledger.domain.journals import ConversionRef, accrual, approval
from ledger.services import InsufficientFunds, journals_post


@dataclass(frozen=True, slots=True)
class Earned:
    """What a conversion is worth at one moment, tiyn."""

    base_minor: int
    commission_minor: int


NOTHING_EARNED = Earned(0, 0)


def conversion_settle(order: Order, line: OrderLine, decision: Decision) -> None:
    """Bring the line's conversion to what its order and its decision say now.

    What is approved stands: a later change of the order is the brand's loss.
    """
    current = (
        Conversion.objects.select_for_update()
        .filter(line=line)
        .exclude(status=Conversion.Status.REJECTED)
        .first()
    )
    if current is not None and Status(current.status) in PROMISED:
        return
    if current is not None and current.participation_id != decision.participation_id:
        reassigned = Target(Status.REJECTED, reason_code=ReasonCode.NOT_YOUR_CODE)
        _conversion_move(current, reassigned, NOTHING_EARNED, cause="reassigned")
        current = None
    if decision.participation_id is None:
        return
    participation = Participation.objects.select_related("terms").get(pk=decision.participation_id)
    target = _target(order, line, participation)
    if target is None:
        return
    worth = _worth(order, line, participation.terms.commission_bps)
    if current is not None:
        current.rate, current.rate_on = order.rate, order.rate_on
        _evidence_follow(current, decision)
        _conversion_follow(current, target, worth, has_returns=line.returned_minor > 0)
    elif target.status not in LOST:
        _conversion_create(order, line, decision, participation, target, worth)


def _evidence_follow(conversion: Conversion, decision: Decision) -> None:
    """Later evidence for the same influencer: stronger may end a wait for confirmation."""
    if conversion.decision_id != decision.pk:
        conversion.decision, conversion.grade = decision, decision.grade
        conversion.save(update_fields=["decision", "grade"])


def _target(order: Order, line: OrderLine, participation: Participation) -> Target | None:
    return conversion_target(
        order_status=order.status,
        amount_minor=line.amount_minor,
        returned_minor=line.returned_minor,
        fulfilled_at=order.fulfilled_at,
        paid_at=order.source_updated_at,
        hold_days=participation.terms.hold_days,
        is_hold_from_paid=bool(order.connection.settings.get("hold_from_paid", False)),
    )


def _worth(order: Order, line: OrderLine, commission_bps: int) -> Earned:
    base = base_minor(amount_minor=line.amount_minor, returned_minor=line.returned_minor)
    if order.rate is not None:
        base = tenge_minor(base, order.currency, order.rate)
    return Earned(base, commission_minor(base_minor=base, commission_bps=commission_bps))


def _ref(conversion: Conversion) -> ConversionRef:
    return ConversionRef(
        conversion_id=conversion.pk,
        campaign_id=conversion.campaign_id,
        brand_id=conversion.brand_id,
        influencer_id=conversion.influencer_id,
    )


def _conversion_create(
    order: Order,
    line: OrderLine,
    decision: Decision,
    participation: Participation,
    target: Target,
    worth: Earned,
) -> None:
    conversion = Conversion.objects.create(
        brand_id=order.brand_id,
        order=order,
        line=line,
        decision=decision,
        campaign_id=participation.campaign_id,
        participation=participation,
        influencer_id=participation.influencer_id,
        terms_id=participation.terms_id,
        grade=decision.grade,
        source=order.source,
        order_number=order.number,
        product_name=line.name,
        status=Status.AWAITING_FUNDING,
        currency=order.currency,
        rate=order.rate,
        rate_on=order.rate_on,
        base_minor=worth.base_minor,
        commission_minor=worth.commission_minor,
        ordered_at=order.placed_at,
        hold_until=target.hold_until,
        version=0,
    )
    is_funded = _accrue(conversion, from_minor=0, to_minor=worth.commission_minor)
    conversion.status = target.status if is_funded else Status.AWAITING_FUNDING
    _version_write(conversion, cause="ordered" if is_funded else "budget_empty")


def _conversion_follow(
    conversion: Conversion, target: Target, worth: Earned, *, has_returns: bool
) -> None:
    """The same influencer's order changed: amount, status, or both."""
    if target.status in LOST:
        if conversion.status == target.status:
            return
        cause = "cancelled" if target.reason_code == ReasonCode.ORDER_CANCELLED else "returned"
        _conversion_move(conversion, target, NOTHING_EARNED, cause=cause)
        return
    if conversion.status == target.status == Status.ON_HOLD:
        target = Target(target.status, conversion.hold_until)  # a hold that runs does not move
    is_waiting = conversion.status == Status.AWAITING_FUNDING
    is_same_worth = worth.commission_minor == conversion.commission_minor
    is_same_state = (conversion.status, conversion.hold_until) == (target.status, target.hold_until)
    if is_same_worth and (is_same_state or is_waiting):
        return
    if worth.commission_minor < conversion.commission_minor and has_returns:
        cause = "partly_returned"
    elif not is_same_worth:
        cause = "amended"
    else:
        cause = "received" if target.status is Status.ON_HOLD else "reopened"
    _conversion_move(conversion, target, worth, cause=cause)


def _conversion_move(conversion: Conversion, target: Target, worth: Earned, *, cause: str) -> None:
    """To a new status and worth, as the next version, with its difference in the ledger."""
    old = Status(conversion.status)
    assert target.status is old or target.status in TRANSITIONS[old], (conversion.pk, target)
    if old is Status.AWAITING_FUNDING and target.status not in LOST:
        target = Target(Status.AWAITING_FUNDING, target.hold_until)  # still nothing is posted
    elif old is not Status.AWAITING_FUNDING:
        is_funded = _accrue(
            conversion, from_minor=conversion.commission_minor, to_minor=worth.commission_minor
        )
        if not is_funded:
            return  # an order grew beyond the budget: what is promised stays as it was
    conversion.status = target.status
    conversion.hold_until = target.hold_until or conversion.hold_until
    conversion.reason_code = target.reason_code
    conversion.base_minor, conversion.commission_minor = worth.base_minor, worth.commission_minor
    _version_write(conversion, cause=cause)


def _accrue(conversion: Conversion, *, from_minor: int, to_minor: int) -> bool:
    """Post the difference to the version before; False when the budget has not enough."""
    campaign, totals = _totals_locked(conversion.campaign_id)
    difference = to_minor - from_minor
    accrued = totals.accrued_minor + difference
    fee = fee_due(accrued, campaign.platform_fee_bps, totals.fee_accrued_minor)
    draft = accrual(
        _ref(conversion),
        version=conversion.version + 1,
        commission_minor=difference,
        fee_minor=fee,
    )
    try:
        journals_post([draft], occurred_at=clock.now())
    except InsufficientFunds:
        return False
    links_follow_budget(campaign=campaign, moved_minor=-difference)
    totals.accrued_minor = accrued
    totals.fee_accrued_minor += fee
    totals.save(update_fields=["accrued_minor", "fee_accrued_minor"])
    conversion.fee_minor += fee
    return True


def _totals_locked(campaign_id: int) -> tuple[Campaign, CampaignTotals]:
    campaign = Campaign.objects.get(pk=campaign_id)
    CampaignTotals.objects.bulk_create(
        [CampaignTotals(campaign=campaign, brand_id=campaign.brand_id)], ignore_conflicts=True
    )
    return campaign, CampaignTotals.objects.select_for_update().get(campaign_id=campaign_id)


def _version_write(conversion: Conversion, *, cause: str) -> None:
    conversion.version += 1
    conversion.save()
    ConversionVersion.objects.create(
        conversion=conversion,
        brand_id=conversion.brand_id,
        influencer_id=conversion.influencer_id,
        number=conversion.version,
        status=conversion.status,
        base_minor=conversion.base_minor,
        commission_minor=conversion.commission_minor,
        cause=cause,
    )
    audit_record(
        f"conversion {cause}",
        conversion,
        after={
            "status": str(conversion.status),
            "commission_minor": conversion.commission_minor,
            "version": conversion.version,
        },
    )


def conversions_approve(conversions: Sequence[Conversion], *, at: datetime, cause: str) -> None:
    """Make locked, on-hold conversions of one campaign final: theirs is the money, ours the fee."""
    if not conversions:
        return
    campaign, totals = _totals_locked(conversions[0].campaign_id)
    drafts: list[JournalDraft] = []
    for conversion in conversions:
        assert conversion.campaign_id == campaign.pk, conversion.pk
        assert Status.APPROVED in TRANSITIONS[Status(conversion.status)], conversion.pk
        drafts.append(_approval_draft(conversion, campaign, totals))
    journals_post(drafts, occurred_at=at)
    totals.save()
    for conversion in conversions:
        conversion.status, conversion.approved_at = Status.APPROVED, at
        _version_write(conversion, cause=cause)


def _approval_draft(
    conversion: Conversion, campaign: Campaign, totals: CampaignTotals
) -> JournalDraft:
    totals.final_minor += conversion.commission_minor
    fee = fee_due(totals.final_minor, campaign.platform_fee_bps, totals.fee_final_minor)
    totals.fee_final_minor += fee
    vat = fee_due(totals.fee_final_minor, campaign.vat_bps, totals.vat_final_minor)
    totals.vat_final_minor += vat
    conversion.vat_minor = vat
    return approval(
        _ref(conversion),
        commission_minor=conversion.commission_minor,
        fee_minor=fee,
        vat_minor=vat,
    )


def order_confirm(*, order_id: int) -> int:
    """The brand's word for an order that only an unsigned hint speaks for: from now on silence
    approves it at the end of its hold, as any other. Returns how many of its lines were waiting.
    """
    with acting_as(system="confirm an order"):
        waiting = list(conversions_unconfirmed(order_id).select_for_update(of=("self",)))
        for conversion in waiting:
            conversion.confirmed_at = clock.now()
            conversion.save(update_fields=["confirmed_at"])
            audit_record("conversion.confirm", conversion)
    return len(waiting)


def conversion_fund(conversion: Conversion) -> bool:
    """Try to post a locked conversion that waits for budget, as its order stands now; False while
    there is not enough."""
    assert conversion.status == Status.AWAITING_FUNDING, conversion.pk
    order, participation = conversion.order, conversion.participation
    target = _target(order, conversion.line, participation)
    if target is None or target.status in LOST:
        return True  # nothing to post: the order's own news has said so, or will
    if not _accrue(conversion, from_minor=0, to_minor=conversion.commission_minor):
        return False
    conversion.status = target.status
    conversion.hold_until = target.hold_until
    _version_write(conversion, cause="funded")
    return True
