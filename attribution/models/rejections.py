"""A brand's no to a sale, what it shows for it, and what the influencer answers."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from attribution.models.decisions import Conversion
from brands.models import Brand
from core import clock
from core.fields import SealedBytesField, SealedTextField
from core.ids import uuid7
from influencers.models import Influencer


class Rejection(models.Model):
    """One rejection of a conversion by its brand. An influencer may answer it once; the brand may
    take it back for a short while. It stays as it was said."""

    class Door(models.TextChoices):
        PAGE = "page", _("the order's page")
        LIST = "list", _("the list")
        FILE = "file", _("a file")
        API = "api", "REST API"
        OPS = "ops", _("people of Birge")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    conversion = models.ForeignKey(
        Conversion, on_delete=models.PROTECT, related_name="rejections", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="+", verbose_name=_("influencer")
    )
    reason_code = models.PositiveSmallIntegerField(_("reason"))
    note = models.CharField(_("note"), max_length=500, blank=True)
    lost_minor = models.BigIntegerField(_("reward, tiyn"))  # what it was worth when rejected
    door = models.CharField(_("by"), max_length=4, choices=Door.choices)
    rejected_by_id = models.BigIntegerField(_("rejected by"), null=True)  # no person by API
    rejected_at = models.DateTimeField(_("rejected at"), default=clock.now)
    undo_until = models.DateTimeField()
    answer_until = models.DateTimeField(_("may be answered until"))
    undone_at = models.DateTimeField(_("taken back at"), null=True)
    undone_by_id = models.BigIntegerField(null=True)
    answer = SealedTextField(null=True)  # the influencer's words may name people
    answered_at = models.DateTimeField(_("answered at"), null=True)

    class Meta:
        verbose_name = _("rejection")
        verbose_name_plural = _("rejections")
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="rejection_id_with_brand"),
            models.UniqueConstraint(
                fields=["conversion"],
                condition=Q(undone_at__isnull=True),
                name="rejection_stands_once",
            ),
            models.CheckConstraint(
                condition=Q(answer__isnull=True, answered_at__isnull=True)
                | Q(answer__isnull=False, answered_at__isnull=False),
                name="rejection_answer_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | Q(answered_at__lte=F("answer_until")),
                name="rejection_answered_in_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "-answered_at"],
                name="rejection_answered",
                condition=Q(answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversion_id}: {self.reason_code}"


class RejectionFile(models.Model):
    """What a side shows: a picture or a PDF, sealed. Append-only."""

    class Side(models.TextChoices):
        BRAND = "brand", _("the brand")
        INFLUENCER = "influencer", _("the influencer")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    rejection = models.ForeignKey(
        Rejection, on_delete=models.PROTECT, related_name="files", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(_("shown by"), max_length=10, choices=Side.choices)
    name = models.CharField(_("file"), max_length=120)
    content_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField(_("bytes"))
    content = SealedBytesField()
    created_at = models.DateTimeField(_("uploaded at"), default=clock.now)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")

    def __str__(self) -> str:
        return self.name
