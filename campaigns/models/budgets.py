"""What a brand was told about its budgets."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from brands.models import Brand
from campaigns.models.campaigns import Campaign
from core import clock


class BudgetAlert(models.Model):
    """So much of a budget was used. Once per level and size of the budget: a budget that has grown
    may run out again."""

    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="budget_alerts", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    level_percent = models.PositiveSmallIntegerField()
    budget_minor = models.BigIntegerField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "budget_minor", "level_percent"],
                name="budgetalert_once_per_level_and_budget",
            ),
            models.CheckConstraint(
                condition=Q(level_percent__gt=0, level_percent__lte=100),
                name="budgetalert_level_is_percent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.level_percent} % of {self.budget_minor}"
