"""What people say about single clicks: the click itself never changes."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from core import clock


class ClickWord(models.Model):
    """The brand's word that a click which looked like a machine's was a person's. Append-only."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    click_id = models.UUIDField(unique=True)
    clicked_at = models.DateTimeField(_("time of the click"))
    influencer_id = models.BigIntegerField()
    why = models.CharField(_("why"), max_length=300)
    said_by_id = models.BigIntegerField(null=True)
    said_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("click taken for a person's")
        verbose_name_plural = _("clicks taken for a person's")

    def __str__(self) -> str:
        return self.click_id.hex
