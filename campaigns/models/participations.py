"""Who takes part."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from campaigns.models.campaigns import Campaign
from campaigns.models.terms import Terms
from core import clock
from core.ids import uuid7
from influencers.models import Influencer


class Participation(models.Model):
    """An influencer in a campaign. `brand` repeats the campaign's: policies must not join."""

    class State(models.TextChoices):
        APPLIED = "applied", _("applied")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        LEFT = "left", _("left")
        REMOVED = "removed", _("removed")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="participations", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="participations"
    )
    # The version that it was first approved under; what came after is in ParticipationTerms
    terms = models.ForeignKey(
        Terms, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    has_later_terms = models.BooleanField(default=False)
    # Under whose terms; null: those of the whole campaign
    group = models.ForeignKey(
        "campaigns.ParticipantGroup",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_constraint=False,
    )
    # By which invitation they came; null: by themselves
    invite = models.ForeignKey(
        "campaigns.Invite",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_constraint=False,
    )
    state = models.CharField(max_length=8, choices=State.choices)
    created_at = models.DateTimeField(default=clock.now)
    applied_at = models.DateTimeField(default=clock.now)  # the place in the queue of those who wait
    decided_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)  # until when they last took part; null: never out
    # Why it was refused or ended: a code of domain.reasons, and the brand's own words
    reason_code = models.CharField(max_length=12, blank=True)
    reason_note = models.CharField(max_length=500, blank=True)
    apply_again_on = models.DateField(null=True)  # refused: from this day on they may come again

    class Meta:
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="participation_id_with_brand"),
            models.UniqueConstraint(
                fields=["brand", "campaign", "influencer"], name="participation_once"
            ),
        ]
        indexes = [
            models.Index(fields=["influencer", "-id"], name="participation_of_influencer"),
            models.Index(fields=["campaign", "state", "-id"], name="participation_of_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.influencer_id} · {self.campaign_id}"


class ParticipationTerms(models.Model):
    """A version of terms that reaches a running participation, and from when: a rise at once, a
    cut after its notice. At any moment the highest number counts of those that began by then.
    Append-only."""

    participation = models.ForeignKey(
        Participation, on_delete=models.PROTECT, related_name="later_terms", db_constraint=False
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    terms = models.ForeignKey(
        Terms, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    number = models.PositiveIntegerField()
    since = models.DateTimeField()
    is_cut = models.BooleanField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "number"], name="participation_terms_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participation_id} #{self.number}: {self.terms_id}"
