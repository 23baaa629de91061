"""When no money may leave, and why."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class PayoutStop(models.Model):
    """A check of the books had findings: until the same check has none, no money leaves."""

    class Check(models.TextChoices):
        LEDGER = "ledger", _("the ledger in itself")
        MONEY = "money", _("sales, payouts and escrow against the ledger")

    check_name = models.CharField(_("check"), max_length=6, choices=Check.choices)
    findings = models.JSONField(_("findings"))
    begun_at = models.DateTimeField(_("since"), default=clock.now)
    ended_at = models.DateTimeField(_("until"), null=True)

    class Meta:
        verbose_name = _("stop of payouts")
        verbose_name_plural = _("stops of payouts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["check_name"], condition=Q(ended_at__isnull=True), name="stop_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_check_name_display()}"
