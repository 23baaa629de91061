"""Goods that came back after the approval of their reward."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from attribution.models.decisions import Conversion
from brands.models import Brand
from core import clock
from influencers.models import Influencer


class LateReturn(models.Model):
    """One change of an approved sale's goods: how much of them the buyer keeps from then on."""

    class State(models.TextChoices):
        LOSS = "loss", _("the brand's loss")
        WAITING = "waiting", _("waiting")
        APPLIED = "applied", _("applied")

    conversion = models.ForeignKey(
        Conversion, on_delete=models.PROTECT, related_name="late_returns", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    order_version = models.PositiveIntegerField()  # what said so
    kept_base_minor = models.BigIntegerField(_("goods kept, tiyn"))
    returned_at = models.DateTimeField(_("came back at"))  # as the source says
    state = models.CharField(_("state"), max_length=7, choices=State.choices)
    # Applied: what went back of money not paid yet, and what is a debt. Negative: it was undone
    unpaid_minor = models.BigIntegerField(_("out of unpaid money, tiyn"), default=0)
    debt_minor = models.BigIntegerField(_("as a debt, tiyn"), default=0)
    conversion_version = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    applied_at = models.DateTimeField(_("applied at"), null=True)

    class Meta:
        verbose_name = _("late return")
        verbose_name_plural = _("late returns")
        constraints = [
            models.UniqueConstraint(
                fields=["conversion", "order_version"], name="latereturn_once_per_order_version"
            ),
            models.CheckConstraint(
                condition=Q(kept_base_minor__gte=0), name="latereturn_base_not_negative"
            ),
            models.CheckConstraint(
                condition=~Q(state="applied")
                | Q(applied_at__isnull=False, conversion_version__isnull=False),
                name="latereturn_applied_has_its_version",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="latereturn_waiting", condition=Q(state="waiting")),
            models.Index(fields=["conversion", "-id"], name="latereturn_of_conversion"),
        ]

    def __str__(self) -> str:
        return f"{self.conversion_id}: {self.kept_base_minor}"
