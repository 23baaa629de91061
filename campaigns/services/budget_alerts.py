"""Telling a brand that a budget runs out: at 70 and 90 percent, and when it is used up."""

from __future__ import annotations

from collections.abc import Iterable

from brands.models import Member
from brands.notices import team_notice_queue
from campaigns.models import BudgetAlert, Campaign


def budget_alerts_raise(campaign: Campaign, levels: Iterable[int], *, left_minor: int) -> bool:
    """Write the alerts that were not there yet, and tell the team of the highest one; whether
    there was any. Runs as the system, in the transaction of what used the budget."""
    alerts = [
        BudgetAlert(
            campaign=campaign,
            brand_id=campaign.brand_id,
            level_percent=level,
            budget_minor=campaign.budget_minor,
        )
        for level in levels
    ]
    of_budget = BudgetAlert.objects.filter(campaign=campaign, budget_minor=campaign.budget_minor)
    known = set(of_budget.values_list("level_percent", flat=True))
    fresh = [alert for alert in alerts if alert.level_percent not in known]
    if not fresh:
        return False
    BudgetAlert.objects.bulk_create(fresh, ignore_conflicts=True)
    level = max(alert.level_percent for alert in fresh)
    team_notice_queue(
        "budget_alert",
        campaign.brand_id,
        Member.WRITERS,
        context={
            "campaign": campaign,
            "level": level,
            "is_empty": level == 100,
            "left_minor": left_minor,
        },
        dedupe_key=f"budget:{campaign.pk}:{campaign.budget_minor}:{level}",
    )
    return True
