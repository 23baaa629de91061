"""The reference's second half: what order lines earn, a conversion and a journal at a time."""

from __future__ import annotations

from attribution.domain.lifecycle import (
    LOST,
    PROMISED,
    ReasonCode,
    Status,
    Target,
    conversion_target,
)
from attribution.models import Conversion, ConversionVersion, Decision, Order, OrderLine
from campaigns.domain.commission import base_minor, commission_minor
from campaigns.models import Campaign, CampaignTotals, Participation
from core import clock
from core.audit.services import audit_record
from ledger.domain.fees import fee_due
from ledger.domain.journals import ConversionRef, accrual
from ledger.services import InsufficientFunds, journals_post


def conversion_settle(order: Order, line: OrderLine, decision: Decision) -> None:
    living = Conversion.objects.select_for_update().filter(line=line)
    current = living.exclude(status=Conversion.Status.REJECTED).first()
    if current is not None and Status(current.status) in PROMISED:
        return
    if current is not None and current.participation_id != decision.participation_id:
        _move(
            current,
            Target(Status.REJECTED, reason_code=ReasonCode.NOT_YOUR_CODE),
            0,
            0,
            "reassigned",
        )
        current = None
    if decision.participation_id is None:
        return
    participation = Participation.objects.select_related("terms").get(pk=decision.participation_id)
    target = conversion_target(
        order_status=order.status,
        amount_minor=line.amount_minor,
        returned_minor=line.returned_minor,
        fulfilled_at=order.fulfilled_at,
        paid_at=order.source_updated_at,
        hold_days=participation.terms.hold_days,
        is_hold_from_paid=bool(order.connection.settings.get("hold_from_paid", False)),
    )
    if target is None:
        return
    base = base_minor(amount_minor=line.amount_minor, returned_minor=line.returned_minor)
    reward = commission_minor(base_minor=base, commission_bps=participation.terms.commission_bps)
    if current is not None:
        _follow(current, target, base, reward, line)
    elif target.status not in LOST:
        _conversion_create(order, line, decision, participation, target, base, reward)


def _conversion_create(
    order: Order,
    line: OrderLine,
    decision: Decision,
    participation: Participation,
    target: Target,
    base: int,
    reward: int,
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
        base_minor=base,
        commission_minor=reward,
        ordered_at=order.placed_at,
        hold_until=target.hold_until,
        version=0,
    )
    is_funded = _accrue(conversion, reward)
    conversion.status = target.status if is_funded else Status.AWAITING_FUNDING
    _version_write(conversion, "ordered" if is_funded else "budget_empty")


def _follow(
    conversion: Conversion, target: Target, base: int, reward: int, line: OrderLine
) -> None:
    if target.status in LOST:
        if conversion.status != target.status:
            is_cancelled = target.reason_code == ReasonCode.ORDER_CANCELLED
            _move(conversion, target, 0, 0, "cancelled" if is_cancelled else "returned")
        return
    if conversion.status == target.status == Status.ON_HOLD:
        target = Target(target.status, conversion.hold_until)
    is_same_worth = reward == conversion.commission_minor
    is_same_state = (conversion.status, conversion.hold_until) == (target.status, target.hold_until)
    if is_same_worth and (is_same_state or conversion.status == Status.AWAITING_FUNDING):
        return
    if reward < conversion.commission_minor and line.returned_minor:
        cause = "partly_returned"
    elif not is_same_worth:
        cause = "amended"
    else:
        cause = "received" if target.status is Status.ON_HOLD else "reopened"
    _move(conversion, target, base, reward, cause)


def _move(conversion: Conversion, target: Target, base: int, reward: int, cause: str) -> None:
    old = Status(conversion.status)
    if old is Status.AWAITING_FUNDING and target.status not in LOST:
        target = Target(Status.AWAITING_FUNDING, target.hold_until)
    elif old is not Status.AWAITING_FUNDING and not _accrue(
        conversion, reward - conversion.commission_minor
    ):
        return
    conversion.status = target.status
    conversion.hold_until = target.hold_until or conversion.hold_until
    conversion.reason_code = target.reason_code
    conversion.base_minor, conversion.commission_minor = base, reward
    _version_write(conversion, cause)


def _accrue(conversion: Conversion, difference: int) -> bool:
    campaign = Campaign.objects.get(pk=conversion.campaign_id)
    CampaignTotals.objects.get_or_create(
        campaign=campaign, defaults={"brand_id": campaign.brand_id}
    )
    totals = CampaignTotals.objects.select_for_update().get(campaign=campaign)
    accrued = totals.accrued_minor + difference
    fee = fee_due(accrued, campaign.platform_fee_bps, totals.fee_accrued_minor)
    ref = ConversionRef(
        conversion_id=conversion.pk,
        campaign_id=conversion.campaign_id,
        brand_id=conversion.brand_id,
        influencer_id=conversion.influencer_id,
    )
    draft = accrual(ref, version=conversion.version + 1, commission_minor=difference, fee_minor=fee)
    try:
        journals_post([draft], occurred_at=clock.now())
    except InsufficientFunds:
        return False
    totals.accrued_minor = accrued
    totals.fee_accrued_minor += fee
    totals.save(update_fields=["accrued_minor", "fee_accrued_minor"])
    conversion.fee_minor += fee
    return True


def _version_write(conversion: Conversion, cause: str) -> None:
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
    after = {
        "status": str(conversion.status),
        "commission_minor": conversion.commission_minor,
        "version": conversion.version,
    }
    audit_record(f"conversion {cause}", conversion, after=after)
