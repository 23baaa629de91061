"""Invitations to a campaign: to one influencer, or by a link that goes from hand to hand."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from core import clock
from core.fields import SealedTextField
from core.ids import uuid7
from influencers.models import Influencer


class Invite(models.Model):
    """A brand's invitation. One to an influencer has them; one by link has its secret, sealed, and
    its digest, by which it is found. It counts until its end, its last use, or until revoked."""

    class Answer(models.TextChoices):
        NONE = "", _("no answer yet")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="+", null=True
    )
    # Whom they join; null: everybody
    group = models.ForeignKey(
        "campaigns.ParticipantGroup",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_constraint=False,
    )
    token = SealedTextField(null=True)
    token_sha256 = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 (none twice)
    note = models.CharField(max_length=80, blank=True)  # for whom or where: the brand's own
    uses_max = models.PositiveIntegerField(default=1)
    uses_count = models.PositiveIntegerField(default=0)
    answer = models.CharField(max_length=8, choices=Answer.choices, blank=True)  # of an influencer
    answered_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="invite_id_with_brand"),
            models.UniqueConstraint(
                fields=["campaign", "influencer"],
                name="invite_one_open_per_influencer",
                condition=Q(influencer__isnull=False, answer="", revoked_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(influencer__isnull=False, token_sha256__isnull=True, token__isnull=True)
                | Q(influencer__isnull=True, token_sha256__isnull=False, token__isnull=False),
                name="invite_is_by_person_or_by_link",
            ),
            models.CheckConstraint(
                condition=Q(uses_count__lte=F("uses_max"), uses_max__gt=0),
                name="invite_within_its_uses",
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "-id"], name="invite_of_campaign"),
            models.Index(
                fields=["influencer"],
                name="invite_of_influencer",
                condition=Q(influencer__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.note or self.influencer_id}"
