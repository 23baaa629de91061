"""What a month of a participation brings beyond its orders."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from campaigns.models import Campaign, Participation
from core import clock
from core.ids import uuid7
from influencers.models import Influencer


class PeriodReward(models.Model):
    """The top-up of a retroactive tier, a bonus, or what a guarantee adds: one of each for a
    participation and month, made when nothing of the month is open any more. `nothing` says that
    the month reached none. A guarantee's money is not the campaign's budget: it was set aside."""

    class Kind(models.TextChoices):
        TIER = "tier", _("tier of the month")
        BONUS = "bonus", _("bonus of the month")
        GUARANTEE = "guarantee", _("top-up to the guarantee of the month")

    class State(models.TextChoices):
        NOTHING = "nothing", _("not reached")
        AWAITING_FUNDING = "awaiting_funding", _("queued")
        APPROVED = "approved", _("approved")
        PAID = "paid", _("paid")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="period_rewards", db_constraint=False
    )
    participation = models.ForeignKey(
        Participation, on_delete=models.PROTECT, related_name="period_rewards", db_constraint=False
    )
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    month = models.DateField(_("month"))  # its first day
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    orders = models.PositiveIntegerField(_("approved orders"))
    earned_minor = models.BigIntegerField(_("earned by orders, tiyn"))
    amount_minor = models.BigIntegerField(_("reward, tiyn"))
    breakdown = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=16, choices=State.choices)
    fee_minor = models.BigIntegerField(_("fee, tiyn"), default=0)
    vat_minor = models.BigIntegerField(_("VAT of the fee, tiyn"), default=0)
    paid_minor = models.BigIntegerField(_("paid, tiyn"), default=0)
    approved_at = models.DateTimeField(_("approved at"), null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("reward of a month")
        verbose_name_plural = _("rewards of months")
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="period_id_with_brand"),
            models.UniqueConstraint(
                fields=["participation", "month", "kind"], name="period_once_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, paid_minor__gte=0)
                & Q(paid_minor__lte=F("amount_minor")),
                name="period_amounts_hold",
            ),
            models.CheckConstraint(
                condition=Q(state="nothing", amount_minor=0)
                | (~Q(state="nothing") & Q(amount_minor__gt=0)),
                name="period_nothing_is_nothing",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "paid"]) | Q(approved_at__isnull=False),
                name="period_approved_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["influencer", "-month", "-id"], name="period_of_influencer"),
            models.Index(
                fields=["campaign", "id"],
                name="period_waits_for_budget",
                condition=Q(state="awaiting_funding"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participation_id} {self.month:%Y-%m} {self.kind}: {self.amount_minor}"
