"""Payouts, what they are made of, and the batches in which two people decide on them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from core import clock
from core.fields import SealedTextField
from core.ids import uuid7
from influencers.models import Influencer


class PayoutBatch(models.Model):
    """Payouts that are approved together: one person makes it, another approves it."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("waiting for approval")
        APPROVED = "approved", _("approved")
        SENT = "sent", _("sent")
        SETTLED = "settled", _("settled")
        CANCELLED = "cancelled", _("cancelled")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    rail = models.CharField(_("rail"), max_length=20)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.SUBMITTED
    )
    paid_on = models.DateField(_("payment date"))  # the day whose tax rules apply
    payout_count = models.PositiveIntegerField(_("payouts"))
    gross_minor = models.BigIntegerField(_("gross, tiyn"))
    tax_minor = models.BigIntegerField(_("withheld, tiyn"))
    netted_minor = models.BigIntegerField(_("kept for debts, tiyn"), default=0)
    net_minor = models.BigIntegerField(_("net, tiyn"))
    created_by_id = models.BigIntegerField(_("made by"))
    decided_by_id = models.BigIntegerField(_("decided by"), null=True)
    created_at = models.DateTimeField(_("made at"), default=clock.now)
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("payout batch")
        verbose_name_plural = _("payout batches")
        ordering = ["-id"]
        permissions = [("approve_payoutbatch", _("Can approve payout batches"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("created_by_id")),
                name="batch_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["submitted", "cancelled"])
                | Q(decided_by_id__isnull=False, decided_at__isnull=False),
                name="batch_approved_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(gross_minor=F("tax_minor") + F("netted_minor") + F("net_minor")),
                name="batch_gross_is_tax_and_net",
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"


class Payout(models.Model):
    """One transfer to one payee. Amounts, account and key are frozen once it is created."""

    class State(models.TextChoices):
        CREATED = "created", _("preparing")
        SENDING = "sending", _("sending")
        ACCEPTED = "accepted", _("at the bank")
        UNKNOWN = "unknown", _("being checked")
        PAID = "paid", _("paid")
        FAILED = "failed", _("failed")
        RETURNED = "returned", _("returned by the bank")
        CANCELLED = "cancelled", _("cancelled")

    OPEN = (State.CREATED, State.SENDING, State.ACCEPTED, State.UNKNOWN)

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="payouts")
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="payouts")
    rail_key = models.CharField(_("document number"), max_length=40, unique=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.CREATED)
    gross_minor = models.BigIntegerField(_("gross, tiyn"))
    tax_minor = models.BigIntegerField(_("withheld, tiyn"))
    netted_minor = models.BigIntegerField(_("kept for debts, tiyn"), default=0)
    net_minor = models.BigIntegerField(_("net, tiyn"))
    tax_status = models.CharField(_("tax status"), max_length=16)
    rules_hash = models.CharField(max_length=64)
    payee_name = SealedTextField()
    payee_iin = SealedTextField()
    iban = SealedTextField()
    iban_last4 = models.CharField(max_length=4)
    bank_bic = models.CharField(max_length=11)
    failure = models.CharField(_("why it failed"), max_length=300, blank=True)
    paid_on = models.DateField(_("payment date"))
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["id", "influencer"], name="payout_id_with_influencer"),
            models.UniqueConstraint(
                fields=["influencer"],
                condition=Q(state__in=["created", "sending", "accepted", "unknown"]),
                name="payout_one_open_per_influencer",
            ),
            models.CheckConstraint(
                condition=Q(gross_minor=F("tax_minor") + F("netted_minor") + F("net_minor"))
                & Q(net_minor__gt=0, tax_minor__gte=0, netted_minor__gte=0),
                name="payout_gross_is_tax_and_net",
            ),
        ]
        indexes = [models.Index(fields=["influencer", "-id"], name="payout_of_influencer")]

    def __str__(self) -> str:
        return self.rail_key


class PayoutLine(models.Model):
    """How much of a payout is which conversion's, month's or post's, and so which brand's."""

    payout = models.ForeignKey(
        Payout, on_delete=models.PROTECT, related_name="lines", db_constraint=False
    )
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    conversion = models.ForeignKey(
        "attribution.Conversion",
        on_delete=models.PROTECT,
        related_name="payout_lines",
        db_constraint=False,
        null=True,
    )
    period_reward = models.ForeignKey(
        "attribution.PeriodReward",
        on_delete=models.PROTECT,
        related_name="payout_lines",
        db_constraint=False,
        null=True,
    )
    task = models.ForeignKey(
        "campaigns.Task",
        on_delete=models.PROTECT,
        related_name="payout_lines",
        db_constraint=False,
        null=True,
    )
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payout", "conversion"], name="payoutline_once_per_conversion"
            ),
            models.UniqueConstraint(
                fields=["payout", "period_reward"], name="payoutline_once_per_period"
            ),
            models.UniqueConstraint(fields=["payout", "task"], name="payoutline_once_per_task"),
            models.CheckConstraint(
                condition=Q(conversion__isnull=False, period_reward=None, task=None)
                | Q(conversion=None, period_reward__isnull=False, task=None)
                | Q(conversion=None, period_reward=None, task__isnull=False),
                name="payoutline_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="payoutline_amount_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id}: {self.amount_minor}"

    @property
    def about(self) -> str:
        """The order's number, what of which month, or which post's address."""
        if self.conversion is not None:
            return self.conversion.order_number
        if self.task is not None:
            return self.task.link_key or str(self.task)
        assert self.period_reward is not None, self.pk
        return f"{self.period_reward.get_kind_display()}, {self.period_reward.month:%m.%Y}"


class PayoutTaxLine(models.Model):
    """One statutory deduction of a payout: of what, at which rate, how much."""

    payout = models.ForeignKey(
        Payout, on_delete=models.PROTECT, related_name="tax_lines", db_constraint=False
    )
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    base_minor = models.BigIntegerField()
    rate_bps = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payout", "kind"], name="taxline_once_per_kind"),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0), name="taxline_amount_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id} {self.kind}: {self.amount_minor}"
