"""What a brand has promised an influencer for a month."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from campaigns.models.campaigns import Campaign
from campaigns.models.participations import Participation
from core import clock
from core.ids import uuid7
from influencers.models import Influencer


class Guarantee(models.Model):
    """At least so much for the orders of a month. One that stands or is settled per participation
    and month; one that was released may be promised anew. Amounts are what is reserved for it, and
    stay when it has ended."""

    class State(models.TextChoices):
        PROMISED = "promised", _("promised")
        SETTLED = "settled", _("settled up")
        RELEASED = "released", _("released")

    class Ending(models.TextChoices):
        CANCELLED = "cancelled", _("the brand cancelled it before its month")
        CLOSED = "closed", _("the campaign was closed before its month")
        LEFT = "left", _("the influencer left")
        REMOVED = "removed", _("the brand ended the participation")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="guarantees", db_constraint=False
    )
    participation = models.ForeignKey(
        Participation, on_delete=models.PROTECT, related_name="guarantees", db_constraint=False
    )
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    month = models.DateField(_("month"))  # its first day
    amount_minor = models.BigIntegerField(_("promised, tiyn"))
    fee_minor = models.BigIntegerField(_("fee reserved, tiyn"))
    vat_minor = models.BigIntegerField(_("VAT reserved, tiyn"))
    raises = models.PositiveIntegerField(_("raises"), default=0)  # n of guar:{id}:{n}
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.PROMISED
    )
    ending = models.CharField(_("why released"), max_length=9, choices=Ending.choices, blank=True)
    created_at = models.DateTimeField(_("promised at"), default=clock.now)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    class Meta:
        verbose_name = _("guarantee of a month")
        verbose_name_plural = _("guarantees of months")
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="guarantee_id_with_brand"),
            models.UniqueConstraint(
                fields=["participation", "month"],
                name="guarantee_once_a_month",
                condition=~Q(state="released"),
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, fee_minor__gte=0, vat_minor__gte=0),
                name="guarantee_amounts_hold",
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="guarantee_month_is_its_first_day"
            ),
            models.CheckConstraint(
                condition=Q(state="promised", ended_at__isnull=True)
                | (~Q(state="promised") & Q(ended_at__isnull=False)),
                name="guarantee_ended_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(state="released", ending__gt="")
                | (~Q(state="released") & Q(ending="")),
                name="guarantee_released_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "-month", "-id"], name="guarantee_of_campaign"),
            models.Index(fields=["influencer", "-month", "-id"], name="guarantee_of_influencer"),
            models.Index(
                fields=["month", "id"], name="guarantee_stands", condition=Q(state="promised")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participation_id} {self.month:%Y-%m}: {self.amount_minor}"

    @property
    def total_minor(self) -> int:
        """What it costs the brand at most."""
        return self.amount_minor + self.fee_minor + self.vat_minor
