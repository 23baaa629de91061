"""Files of orders, from the moment they are brought until they are stored, or undone."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from attribution.models.sources import Connection
from brands.models import Brand
from core import clock
from core.fields import SealedBytesField
from core.ids import uuid7


class OrderUpload(models.Model):
    """A file of orders that the brand brought: read, shown to it, stored if it agrees, and taken
    back as a whole if it regrets.

    `content` is the file, sealed, as long as its columns may still be chosen; then it is empty.
    What was read waits in parts. `columns` is a `connectors.files.Choice`, `errors` are [row,
    column, code, text], `remarks` [code, column, how many, example], `kept` what an undo left and
    why: [order, code].
    """

    class State(models.TextChoices):
        NEW = "new", _("waits for its columns")
        READING = "reading", _("is being read")
        REFUSED = "refused", _("could not be read")
        READ = "read", _("waits for your word")
        STORING = "storing", _("is being stored")
        STORED = "stored", _("stored")
        UNDOING = "undoing", _("is being undone")
        UNDONE = "undone", _("undone")
        ERASED = "erased", _("erased, never stored")

    WORKING = (State.READING, State.STORING, State.UNDOING)

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="uploads", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file"), max_length=120)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.READ)
    content = SealedBytesField()
    columns = models.JSONField(default=dict)
    refusal = models.JSONField(default=list)  # [code, what it names, …] of a FileRefused
    percent = models.PositiveSmallIntegerField(default=0)  # of the work that is going on
    touched_at = models.DateTimeField(null=True)  # by whoever works on it
    counts = models.JSONField(default=dict)  # {status: orders}
    rows_count = models.PositiveIntegerField(default=0)
    orders_count = models.PositiveIntegerField(default=0)
    known_count = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list)
    errors_count = models.PositiveIntegerField(default=0)
    remarks = models.JSONField(default=list)
    stored_count = models.PositiveIntegerField(default=0)
    undone_count = models.PositiveIntegerField(default=0)
    kept = models.JSONField(default=list)
    kept_count = models.PositiveIntegerField(default=0)
    uploaded_by_id = models.BigIntegerField()
    created_at = models.DateTimeField(default=clock.now)
    stored_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("upload of orders")
        verbose_name_plural = _("uploads of orders")
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="upload_id_with_brand"),
        ]
        indexes = [
            models.Index(fields=["connection", "-created_at"], name="upload_newest"),
            models.Index(
                fields=["touched_at"],
                name="upload_at_work",
                condition=Q(state__in=["reading", "storing", "undoing"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def may_undo(self) -> bool:
        return self.state == self.State.STORED and self.stored_count > 0


class UploadPart(models.Model):
    """Some of the orders of an upload: stored, and undone, in one transaction each.

    `content` is JSON [[event key, order, body], …], sealed, and empty once they are events;
    `event_ids` are those that were new.
    """

    class State(models.TextChoices):
        READ = "read", _("read")
        STORED = "stored", _("stored")
        UNDONE = "undone", _("undone")

    upload = models.ForeignKey(
        OrderUpload, on_delete=models.PROTECT, related_name="parts", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.READ)
    content = SealedBytesField()
    event_ids = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="part_once_per_upload"),
        ]

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.number}"
