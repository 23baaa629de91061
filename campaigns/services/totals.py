"""A campaign's totals row is the lock of its money: under it rewards are booked, invoices made,
promises changed, and a closed campaign's rest goes back."""

from __future__ import annotations

from campaigns.models import CampaignTotals


def totals_lock(*, campaign_id: int, brand_id: int) -> None:
    """Make sure of the row, and hold it until the transaction ends. Before the rows of whatever
    the campaign's money is for. Runs as the system."""
    CampaignTotals.objects.select_for_update().get_or_create(
        campaign_id=campaign_id, defaults={"brand_id": brand_id}
    )
