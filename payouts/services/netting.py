"""What payouts keep for goods that came back late, and what of it a bank's return undoes. Runs as
the system."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db.models import F

from attribution.models import Conversion, PeriodReward
from campaigns.models import Campaign, Task
from campaigns.services.links import links_follow_budgets
from core import clock
from ledger.domain.drafts import JournalDraft
from ledger.domain.journals import Recovered, debt_recovered, payout_netted
from ledger.services import journals_post
from payouts.models import Payout, PayoutNetting
from payouts.selectors import Ready


def nettings_write(pairs: Sequence[tuple[Payout, Ready]]) -> None:
    """Freeze what each new payout keeps."""
    PayoutNetting.objects.bulk_create(
        PayoutNetting(
            payout=payout,
            influencer_id=payout.influencer_id,
            brand_id=kept.debt.brand_id,
            campaign_id=kept.debt.campaign_id,
            conversion_id=kept.debt.conversion_id,
            amount_minor=kept.amount_minor,
        )
        for payout, ready in pairs
        for kept in ready.netting
    )


def payout_net(payout: Payout) -> None:
    """The payout was paid: what it kept pays debts, and the brands have it back. A debt may have
    ended meanwhile (written off, or the bank sent back what it was for): what was kept for it is
    payable again.
    """
    if not payout.netted_minor:
        return
    rows = list(payout.nettings.order_by("conversion_id"))
    kept = {row.conversion_id: row.amount_minor for row in rows}
    conversions = _locked(kept)
    owed = {each.pk: min(kept[each.pk], each.debt_minor) for each in conversions}
    for conversion in conversions:
        conversion.recovered_minor += kept[conversion.pk]
    Conversion.objects.bulk_update(conversions, ["recovered_minor"])
    parts = _parts([each for each in conversions if owed[each.pk]], owed)
    unowed_minor = sum(kept.values()) - sum(owed.values())
    draft = payout_netted(payout.pk, payout.influencer_id, parts, unowed_minor=unowed_minor)
    _post(draft, parts)


def paid_back(payout: Payout) -> None:
    """A bank has sent a paid payout back: its rewards are unpaid again, without what the payout
    kept, which stays with the brands. A debt for one of them is none any more, and what had become
    payable again pays it.
    """
    kept = payout.netted_minor
    back: dict[int, int] = {}
    for line in payout.lines.order_by(F("conversion_id").desc(nulls_last=True)):
        stays = min(kept, line.amount_minor)
        kept -= stays
        unpaid = line.amount_minor - stays
        if line.conversion_id is not None:
            back[line.conversion_id] = unpaid
        else:
            paid = F("paid_minor") - unpaid
            PeriodReward.objects.filter(payout_lines=line).update(paid_minor=paid)
            Task.objects.filter(payout_lines=line).update(paid_minor=paid)
    conversions = _locked(back)
    recovered = {}
    for conversion in conversions:
        before = conversion.debt_minor
        conversion.paid_minor -= back[conversion.pk]
        if before > conversion.debt_minor:
            recovered[conversion.pk] = before - conversion.debt_minor
    Conversion.objects.bulk_update(conversions, ["paid_minor"])
    if recovered:
        parts = _parts([each for each in conversions if each.pk in recovered], recovered)
        _post(debt_recovered(payout.pk, payout.influencer_id, parts), parts)


def _post(draft: JournalDraft, parts: Sequence[Recovered]) -> None:
    journals_post([draft], occurred_at=clock.now())
    minor = {part.campaign_id: part.amount_minor for part in parts if not part.is_closed}
    if minor:
        campaigns = Campaign.objects.in_bulk(minor)
        links_follow_budgets({campaigns[id]: amount for id, amount in minor.items()})


def _locked(ids: Collection[int]) -> list[Conversion]:
    return list(Conversion.objects.select_for_update().filter(pk__in=ids).order_by("pk"))


def _parts(conversions: Sequence[Conversion], amounts: dict[int, int]) -> list[Recovered]:
    """By campaign. A running one gets its budget back, a closed one's brand its free balance."""
    by_campaign: dict[int, int] = defaultdict(int)
    for conversion in conversions:
        by_campaign[conversion.campaign_id] += amounts[conversion.pk]
    campaigns = Campaign.objects.in_bulk(by_campaign)
    return [
        Recovered(
            brand_id=campaigns[id].brand_id,
            campaign_id=id,
            amount_minor=minor,
            is_closed=campaigns[id].status == Campaign.Status.CLOSED,
        )
        for id, minor in sorted(by_campaign.items())
    ]
