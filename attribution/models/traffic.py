"""What a marketplace counts itself, per tag and day: grade C."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from attribution.models.sources import Connection
from brands.models import Brand
from campaigns.models import Campaign, Participation
from core import clock
from core.fields import SealedBytesField
from core.ids import uuid7
from influencers.models import Influencer


class TagDay(models.Model):
    """A day of one tag as the platform counted it last. Totals: no order and no buyer is behind
    them that we know. What the source does not name is null, never 0.

    `ordered` are pieces. A tag of ours names its participation; `influencer` and `campaign` repeat
    it, because policies must not join.
    """

    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    participation = models.ForeignKey(
        Participation, on_delete=models.PROTECT, related_name="+", null=True, db_constraint=False
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="+", null=True, db_constraint=False
    )
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="+", null=True
    )
    source = models.CharField(max_length=24)  # of the connection, which influencers do not read
    tag = models.CharField(_("tag"), max_length=200)
    day_on = models.DateField(_("day"))
    visits = models.PositiveBigIntegerField(_("visits"), null=True)
    ordered = models.PositiveBigIntegerField(_("ordered pieces"), null=True)
    amount_minor = models.BigIntegerField(_("ordered for"), null=True)
    currency = models.CharField(max_length=3)
    source_updated_at = models.DateTimeField()  # when the source counted so
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("day of a tag")
        verbose_name_plural = _("days of tags")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "tag", "day_on"], name="tag_day_once_per_connection"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__isnull=True) | Q(amount_minor__gte=0),
                name="tag_day_amount_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(participation=None, influencer=None, campaign=None)
                | Q(participation__isnull=False, influencer__isnull=False, campaign__isnull=False),
                name="tag_day_names_all_or_nobody",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "-day_on"], name="tag_day_of_brand"),
            models.Index(
                fields=["influencer", "-day_on"],
                name="tag_day_of_influencer",
                condition=Q(influencer__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day_on} {self.tag}"


class TagUpload(models.Model):
    """A table of a cabinet that counts tags, brought by the brand: kept until the brand has said
    which column is what and that it may be stored; empty afterwards.

    `content` is JSON {"titles": […], "rows": [[…], …]} of text.
    """

    class State(models.TextChoices):
        READ = "read", _("waits for your word")
        STORED = "stored", _("stored")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file"), max_length=120)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.READ)
    content = SealedBytesField()
    rows_count = models.PositiveIntegerField()
    stored_count = models.PositiveIntegerField(default=0)
    uploaded_by_id = models.BigIntegerField()
    created_at = models.DateTimeField(default=clock.now)
    stored_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("upload of tags")
        verbose_name_plural = _("uploads of tags")
        indexes = [models.Index(fields=["connection", "-created_at"], name="tag_upload_newest")]

    def __str__(self) -> str:
        return self.name
