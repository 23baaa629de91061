from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import SealedTextField
from core.ids import uuid7


class Message(models.Model):
    """One e-mail in the outbox: written in the transaction that gives the reason, sent after it."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENT = "sent", _("sent")
        DEAD = "dead", _("not delivered")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    email = SealedTextField()
    subject = models.CharField(_("subject"), max_length=200)
    body = SealedTextField()
    dedupe_key = models.CharField(max_length=200, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), default=clock.now)
    error = models.CharField(_("error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(
                fields=["next_at"],
                name="message_waiting",
                condition=models.Q(state="queued"),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
                name="message_sent_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"
