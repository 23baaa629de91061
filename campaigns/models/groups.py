"""Some of a campaign's influencers, under terms of their own."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from brands.models import Brand
from campaigns.models.campaigns import Campaign
from core import clock
from core.ids import uuid7

NAME_CHARS_MAX = 60


class ParticipantGroup(models.Model):
    """Influencers of a campaign whom the brand pays by other terms than everybody. Its versions are
    rows of Terms that name it; only the brand knows its name, and only who is or was paid by a
    version reads that version. A group that has ended takes nobody in."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="groups", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=NAME_CHARS_MAX)
    created_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="group_id_with_brand"),
            models.UniqueConstraint(
                "campaign",
                Lower("name"),
                name="group_name_once",
                condition=Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name
