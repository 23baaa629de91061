"""Telling a brand that a budget runs out: at 70 and 90 percent, and when it is used up."""

from __future__ import annotations

from collections.abc import Iterable

from brands.models import Brand, Member
from campaigns.models import BudgetAlert, Campaign
from core.accounts.models import User
from core.notify.services import notice_queue

TOLD = (Member.Role.OWNER, Member.Role.MANAGER, Member.Role.FINANCE)


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
    _team_tell(campaign, max(alert.level_percent for alert in fresh), left_minor)
    return True


def _team_tell(campaign: Campaign, level: int, left_minor: int) -> None:
    team = list(Member.objects.filter(brand_id=campaign.brand_id, role__in=TOLD).order_by("pk"))
    users = User.objects.filter(pk__in=[member.user_id for member in team])
    language_of = dict(users.values_list("pk", "language"))
    context = {
        "campaign": campaign,
        "brand": Brand.objects.only("slug").get(pk=campaign.brand_id),
        "level": level,
        "is_empty": level == 100,
        "left_minor": left_minor,
    }
    for member in team:
        notice_queue(
            "budget_alert",
            email=member.email,
            language=language_of[member.user_id],
            context=context,
            dedupe_key=f"budget:{campaign.pk}:{campaign.budget_minor}:{level}:{member.pk}",
        )
