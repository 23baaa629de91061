"""What payouts keep for goods that came back, and what of it was given up."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from attribution.models import Conversion
from brands.models import Brand
from core import clock
from influencers.models import Influencer
from payouts.models.payouts import Payout


class PayoutNetting(models.Model):
    """What of a payout is kept for goods of one conversion that came back after it was paid."""

    payout = models.ForeignKey(
        Payout, on_delete=models.PROTECT, related_name="nettings", db_constraint=False
    )
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    conversion = models.ForeignKey(
        "attribution.Conversion",
        on_delete=models.PROTECT,
        related_name="payout_nettings",
        db_constraint=False,
    )
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payout", "conversion"], name="netting_once_per_conversion"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="netting_amount_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id}: -{self.amount_minor}"


class DebtWriteOff(models.Model):
    """A debt that is given up: one person asks, another decides. The brand bears it."""

    class State(models.TextChoices):
        ASKED = "asked", _("waiting for approval")
        DONE = "done", _("written off")
        REFUSED = "refused", _("refused")

    conversion = models.ForeignKey(
        "attribution.Conversion",
        on_delete=models.PROTECT,
        related_name="write_offs",
        db_constraint=False,
        verbose_name=_("order"),
    )
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="+", verbose_name=_("influencer")
    )
    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="+", verbose_name=_("brand")
    )
    amount_minor = models.BigIntegerField(_("sum, tiyn"))
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.ASKED)
    created_by_id = models.BigIntegerField(_("asked by"))
    decided_by_id = models.BigIntegerField(_("decided by"), null=True)
    created_at = models.DateTimeField(_("asked at"), default=clock.now)
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("write-off of a debt")
        verbose_name_plural = _("write-offs of debts")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="writeoff_is_positive"),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("created_by_id")),
                name="writeoff_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by_id__isnull=True, decided_at__isnull=True)
                | Q(decided_by_id__isnull=False, decided_at__isnull=False),
                name="writeoff_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["conversion"], condition=Q(state="asked"), name="writeoff_asked_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversion_id}: {self.amount_minor}"


class Debt(Conversion):
    """A sale for which its influencer owes something back, as ops look at it."""

    class Meta:
        proxy = True
        verbose_name = _("debt")
        verbose_name_plural = _("debts of influencers")
