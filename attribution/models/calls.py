"""Writes to the REST API that were answered, so that a repeated one gets the same answer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from core import clock


class IdempotentCall(models.Model):
    """A call with an Idempotency-Key, and its answer. Only what was done is kept: a refused call
    may be mended and sent again under its key."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # of method, path and body
    status = models.PositiveSmallIntegerField()  # of HTTP
    answer = models.JSONField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("call of the API")
        verbose_name_plural = _("calls of the API")
        constraints = [
            models.UniqueConstraint(fields=["brand", "key"], name="call_once_per_key"),
        ]
        indexes = [models.Index(fields=["created_at"], name="call_oldest")]

    def __str__(self) -> str:
        return self.key
