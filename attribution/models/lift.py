"""Comparisons of days on which a campaign ran with days on which it did not."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from brands.models import Brand
from campaigns.models import Campaign
from core import clock
from core.ids import uuid7


class LiftReport(models.Model):
    """What was compared and what came out, as it was then. Append-only: evidence of grade E, from
    which nothing is ever paid."""

    class OnBy(models.TextChoices):
        HAND = "hand"
        CLICKS = "clicks"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    source = models.CharField(max_length=24, blank=True)  # of the orders; "" a table of cities
    on_by = models.CharField(max_length=6, choices=OnBy.choices)
    first_on = models.DateField()
    last_on = models.DateField()
    cells = models.JSONField()  # [unit, day, is on, orders]
    result = models.JSONField()  # attribution.domain.lift.Lift
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_on__lte=F("last_on")), name="lift_days_in_order"
            ),
        ]
        indexes = [models.Index(fields=["campaign", "-id"], name="lift_of_campaign")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.first_on} {self.last_on}"
