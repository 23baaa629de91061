from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class ExchangeRate(models.Model):
    """The National Bank's rate of a currency on a day of Kazakhstan. Never changed: orders and
    rewards were computed with it."""

    currency = models.CharField(_("currency"), max_length=3)
    rate_on = models.DateField(_("day"))
    tenge = models.DecimalField(_("tenge for one unit"), max_digits=18, decimal_places=8)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(fields=["currency", "rate_on"], name="rate_once_a_day"),
            models.CheckConstraint(condition=Q(tenge__gt=0), name="rate_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate_on}: {self.tenge}"
