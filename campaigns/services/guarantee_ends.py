"""Guarantees that come to their end before their month does, and what all their changes share.

Whoever changes a promise holds its campaign's totals, as everybody does who moves the campaign's
money: whoever settles months sees a promise whole, or not at all. Runs as the system.
"""

from __future__ import annotations

from django.db.models import QuerySet, Sum

from brands.models import Member
from brands.notices import team_notice_queue
from campaigns.models import Campaign, Guarantee, Participation
from campaigns.services.totals import totals_lock
from core import clock
from core.audit.services import audit_record
from core.months import month_after
from influencers.notices import influencer_notice_queue
from ledger.domain.fees import Reserve
from ledger.domain.guarantees import GuaranteeRef, guarantee_released
from ledger.services import journal_post

State, Ending = Guarantee.State, Guarantee.Ending


def guarantees_end(participation: Participation, ending: Guarantee.Ending) -> None:
    """Somebody takes no part any more: what was promised for the month that runs and for later ones
    is off. A month that was over by then is settled as if they had stayed. Whoever did not end it
    gets a letter."""
    standing = _standing().filter(participation=participation)
    this_month = clock.today().replace(day=1)
    released = _release_all(
        standing.filter(month__gte=this_month),
        ending,
        campaign_id=participation.campaign_id,
        brand_id=participation.brand_id,
    )
    for guarantee in released:
        campaign = Campaign.objects.get(pk=guarantee.campaign_id)
        if ending == Ending.REMOVED:
            guarantee_tell("guarantee_cancelled", guarantee, campaign)
        else:
            guarantee_team_tell(guarantee, campaign, back_minor=guarantee.total_minor)


def guarantees_close(campaign: Campaign) -> None:
    """A campaign was closed: promises of months that have not begun are off, with a letter. The
    month that runs is kept whole: its influencer counts on it."""
    standing = _standing().filter(campaign=campaign)
    released = _release_all(
        standing.filter(month__gte=month_after(clock.today())),
        Ending.CLOSED,
        campaign_id=campaign.pk,
        brand_id=campaign.brand_id,
    )
    for guarantee in released:
        guarantee_tell("guarantee_cancelled", guarantee, campaign)


def fees_reserved(campaign: Campaign) -> Reserve:
    """Fee and VAT that lie with a campaign's for promises that stand. One query."""
    sums = _standing().filter(campaign=campaign).aggregate(Sum("fee_minor"), Sum("vat_minor"))
    return Reserve(0, sums["fee_minor__sum"] or 0, sums["vat_minor__sum"] or 0)


def guarantee_release(guarantee: Guarantee, ending: Guarantee.Ending) -> None:
    """Everything goes back to the free balance. The totals are locked, and the row."""
    journal_post(
        guarantee_released(ref_of(guarantee), reserve=reserve_of(guarantee)),
        occurred_at=clock.now(),
    )
    guarantee.state, guarantee.ending = State.RELEASED, ending
    guarantee.ended_at = clock.now()
    guarantee.save(update_fields=["state", "ending", "ended_at"])
    audit_record(
        "guarantee.release",
        guarantee,
        before={"state": str(State.PROMISED)},
        after={"state": str(guarantee.state), "ending": str(ending)},
    )


def ref_of(guarantee: Guarantee) -> GuaranteeRef:
    return GuaranteeRef(
        guarantee_id=guarantee.pk,
        campaign_id=guarantee.campaign_id,
        brand_id=guarantee.brand_id,
        influencer_id=guarantee.influencer_id,
    )


def reserve_of(guarantee: Guarantee) -> Reserve:
    return Reserve(guarantee.amount_minor, guarantee.fee_minor, guarantee.vat_minor)


def guarantee_tell(kind: str, guarantee: Guarantee, campaign: Campaign, **more: object) -> None:
    """A letter to the influencer, in their language."""
    influencer_notice_queue(
        kind,
        guarantee.influencer,
        context={"campaign": campaign, "guarantee": guarantee, **more},
        dedupe_key=f"{kind}:{guarantee.pk}:{guarantee.raises}:{clock.now().isoformat()}",
    )


def guarantee_team_tell(guarantee: Guarantee, campaign: Campaign, **more: object) -> None:
    """A letter to those of the brand who may move money: a promise has ended without them."""
    name = guarantee.influencer.name
    team_notice_queue(
        "guarantee_ended",
        guarantee.brand_id,
        Member.PAYERS,
        context={"campaign": campaign, "guarantee": guarantee, "name": name, **more},
        dedupe_key=f"guarantee_ended:{guarantee.pk}",
    )


def _standing() -> QuerySet[Guarantee]:
    return Guarantee.objects.filter(state=State.PROMISED)


def _release_all(
    rows: QuerySet[Guarantee],
    ending: Guarantee.Ending,
    *,
    campaign_id: int,
    brand_id: int,
) -> list[Guarantee]:
    """Read once the totals are locked, in the order of their ids."""
    if not rows.exists():
        return []
    totals_lock(campaign_id=campaign_id, brand_id=brand_id)
    found = list(rows.select_for_update().order_by("pk"))
    for guarantee in found:
        guarantee_release(guarantee, ending)
    return found
