from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.ids import uuid7


class AuditEntry(models.Model):
    """Who did what, for whom, to which thing, and what changed. Append-only."""

    # Made here and not by the database: INSERT ... RETURNING needs the right to read.
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField(_("at"), default=clock.now)
    actor = models.CharField(_("actor"), max_length=80)
    origin = models.CharField(_("on behalf of"), max_length=80)
    user_id = models.BigIntegerField(_("person"), null=True)
    action = models.CharField(_("action"), max_length=80)
    object_type = models.CharField(_("kind of thing"), max_length=80)
    object_id = models.CharField(_("thing"), max_length=64)
    brand_id = models.BigIntegerField(_("brand"), null=True)  # whose log shows it, if a brand's
    before = models.JSONField(_("before"), default=dict)
    after = models.JSONField(_("after"), default=dict)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        indexes = [
            models.Index(fields=["brand_id", "-at"], name="audit_of_brand"),
            models.Index(fields=["object_type", "object_id", "-at"], name="audit_of_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.object_type} {self.object_id}"
