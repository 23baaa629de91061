from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import SealedTextField


class TaxRule(models.Model):
    """A figure of the law, from a day to a day, with its source. In force once two people of ops
    stand behind it. Read by the day of the payment, never by the day of the sale."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        ACTIVE = "active", _("active")

    class Confidence(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed by a source")
        UNCONFIRMED = "unconfirmed", _("unconfirmed")

    key = models.CharField(_("rule"), max_length=60)
    value = models.BigIntegerField(_("value"))
    unit = models.CharField(_("unit"), max_length=12)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to, inclusive"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)
    confidence = models.CharField(_("confidence"), max_length=12, choices=Confidence.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    created_by_id = models.BigIntegerField(_("entered by"))
    activated_by_id = models.BigIntegerField(_("activated by"), null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("tax rule")
        verbose_name_plural = _("tax rules")
        ordering = ["key", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "valid_from"],
                condition=Q(state="active"),
                name="taxrule_one_active_per_key_and_day",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="taxrule_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=~Q(state="active")
                | (Q(activated_by_id__isnull=False) & ~Q(activated_by_id=F("created_by_id"))),
                name="taxrule_activated_by_another_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} = {self.value} {self.unit} from {self.valid_from}"


class RegisterCheck(models.Model):
    """One question to a state register and its answer: yes, no, or unknown. Append-only."""

    class Answer(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no")
        UNKNOWN = "unknown", _("unknown")

    influencer = models.ForeignKey(
        "influencers.Influencer", on_delete=models.PROTECT, related_name="+"
    )
    register = models.CharField(_("register"), max_length=20)
    question = models.CharField(_("question"), max_length=40)
    answer = models.CharField(_("answer"), max_length=8, choices=Answer.choices)
    name = SealedTextField(null=True)  # as the register has it, to compare with the account's
    raw = SealedTextField()
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    checked_at = models.DateTimeField(_("checked at"), default=clock.now)

    class Meta:
        verbose_name = _("register check")
        verbose_name_plural = _("register checks")
        indexes = [
            models.Index(fields=["influencer", "question", "-checked_at"], name="check_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.question}: {self.answer}"
