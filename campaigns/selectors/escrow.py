"""Where agreements with influencers keep the brand's money, beside a campaign's own budget."""

from __future__ import annotations

from collections.abc import Collection

from campaigns.models import Deal, Guarantee
from ledger.domain import accounts
from ledger.domain.accounts import AccountRef


def escrow_accounts(campaign_ids: Collection[int]) -> dict[int, list[AccountRef]]:
    """{campaign: the accounts of its posts at a fixed fee and of its guarantees}. Two queries."""
    refs: dict[int, list[AccountRef]] = {pk: [] for pk in campaign_ids}
    deals = Deal.objects.filter(campaign__in=campaign_ids).order_by()
    for campaign_id, brand_id, deal_id in deals.values_list("campaign_id", "brand_id", "pk"):
        refs[campaign_id].append(accounts.deal_escrow(brand_id, deal_id))
    promised = Guarantee.objects.filter(campaign__in=campaign_ids).order_by()
    for campaign_id, brand_id, pk in promised.values_list("campaign_id", "brand_id", "pk"):
        refs[campaign_id].append(accounts.guarantee_escrow(brand_id, pk))
    return refs
