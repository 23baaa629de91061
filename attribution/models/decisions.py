"""Whose an order is, why, and what it earns."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from attribution.domain.lifecycle import CONFIRMED_GRADES
from attribution.models.sources import Order, OrderLine
from brands.models import Brand
from campaigns.models import Campaign, Participation, Terms
from core import clock
from core.ids import uuid7
from influencers.models import Influencer


class Grade(models.TextChoices):
    A = "A", _("an id inside the platform's row")
    B = "B", _("a promo code typed at checkout")
    C = "C", _("the platform's total by a tag")
    D = "D", _("a phone, a receipt or the shop's page, to be confirmed")
    E = "E", _("modelled, never paid")


class Decision(models.Model):
    """One run of the attribution rules over an order's line. Append-only; the latest counts."""

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="decisions", db_constraint=False
    )
    line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="decisions", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    participation = models.ForeignKey(
        Participation, on_delete=models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    grade = models.CharField(max_length=1, choices=Grade.choices, blank=True)
    rule = models.CharField(max_length=40)
    trace = models.JSONField()
    decided_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="decision_id_with_brand"),
            models.UniqueConstraint(fields=["line", "number"], name="decision_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} #{self.number}: {self.rule}"


class Candidate(models.Model):
    """One evidence of a decision: its influencer reads why it won or lost, and nobody else's."""

    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="candidates", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    participation = models.ForeignKey(
        Participation, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24)
    evidence = models.CharField(max_length=128)  # the click's id, the code, the article
    grade = models.CharField(max_length=1, choices=Grade.choices)
    occurred_at = models.DateTimeField()
    verdict = models.CharField(max_length=12)
    reason = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["influencer", "-id"], name="candidate_of_influencer")]

    def __str__(self) -> str:
        return f"{self.kind} {self.evidence}: {self.verdict}"


class Conversion(models.Model):
    """An order line that is one influencer's: what it earns and how far that has come.

    The order's number and the goods' name are copies: an influencer reads no orders.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("on the way")
        ON_HOLD = "on_hold", _("on hold")
        APPROVED = "approved", _("approved")
        PAID = "paid", _("paid")
        PARTLY_REVERSED = "partly_reversed", _("partly reversed")
        REJECTED = "rejected", _("rejected")
        REVERSED = "reversed", _("reversed")
        AWAITING_FUNDING = "awaiting_funding", _("queued")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="conversions", db_constraint=False
    )
    line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="conversions", db_constraint=False
    )
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="conversions", db_constraint=False
    )
    participation = models.ForeignKey(
        Participation, on_delete=models.PROTECT, related_name="conversions", db_constraint=False
    )
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="conversions")
    terms = models.ForeignKey(
        Terms, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    grade = models.CharField(_("evidence"), max_length=1, choices=Grade.choices)
    source = models.CharField(max_length=24)
    order_number = models.CharField(_("order"), max_length=64)
    product_name = models.CharField(_("goods"), max_length=255)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices)
    # The order's, a copy: what made its amounts tenge. No rate in tenge.
    currency = models.CharField(_("currency"), max_length=3, default="KZT")
    rate = models.DecimalField(max_digits=18, decimal_places=8, null=True)
    rate_on = models.DateField(null=True)
    base_minor = models.BigIntegerField(_("base, tiyn"))
    commission_minor = models.BigIntegerField(_("reward, tiyn"))
    fee_minor = models.BigIntegerField(_("fee, tiyn"), default=0)  # booked so far
    vat_minor = models.BigIntegerField(_("VAT of the fee, tiyn"), default=0)
    paid_minor = models.BigIntegerField(_("paid, tiyn"), default=0)
    # Of what was paid: kept back from later payouts, and written off (domain.late_returns)
    recovered_minor = models.BigIntegerField(_("recovered, tiyn"), default=0)
    forgiven_minor = models.BigIntegerField(_("written off, tiyn"), default=0)
    version = models.PositiveIntegerField(default=1)
    reason_code = models.PositiveSmallIntegerField(_("reason"), null=True)
    reason_note = models.CharField(max_length=500, blank=True)
    # While the brand's own rejection stands: what its order does later brings it back no more
    refused_at = models.DateTimeField(_("rejected by the brand at"), null=True)
    # Found out when it was made, where its terms ask for it, and kept for every later version:
    # who the buyer was (campaigns.domain.commission_terms.Buyer), and how many orders of the
    # influencer had been approved in that month
    buyer = models.CharField(max_length=9, blank=True)
    approved_before = models.PositiveIntegerField(null=True)
    ordered_at = models.DateTimeField(_("ordered"))
    hold_until = models.DateTimeField(_("hold ends"), null=True)
    approved_at = models.DateTimeField(_("approved at"), null=True)
    # The brand's word for a sale that only an unsigned hint speaks for; it approves nothing yet
    confirmed_at = models.DateTimeField(_("confirmed by the brand at"), null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("conversion")
        verbose_name_plural = _("conversions")
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="conversion_id_with_brand"),
            models.UniqueConstraint(
                fields=["line"],
                condition=~Q(status="rejected"),
                name="conversion_one_live_per_order_line",
            ),
            models.CheckConstraint(
                condition=Q(commission_minor__gte=0, base_minor__gte=0, paid_minor__gte=0),
                name="conversion_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(recovered_minor__gte=0, forgiven_minor__gte=0),
                name="conversion_recovered_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(status="on_hold") | Q(hold_until__isnull=False),
                name="conversion_hold_has_its_end",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "paid", "partly_reversed"])
                | Q(approved_at__isnull=False),
                name="conversion_approved_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(status="rejected") | Q(reason_code__isnull=False),
                name="conversion_rejected_has_its_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "-ordered_at", "-id"], name="conversion_of_brand"),
            models.Index(
                fields=["influencer", "-ordered_at", "-id"], name="conversion_of_influencer"
            ),
            models.Index(
                fields=["hold_until"], name="conversion_hold_over", condition=Q(status="on_hold")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_number}: {self.commission_minor}"

    @property
    def debt_minor(self) -> int:
        """What its influencer owes back for it (domain.late_returns.Standing)."""
        held = self.paid_minor - self.recovered_minor - self.forgiven_minor
        return max(0, held - self.commission_minor)

    @property
    def waits_for_word(self) -> bool:
        """What says whose it is could be forged, and the brand has not confirmed it."""
        return self.confirmed_at is None and self.grade not in CONFIRMED_GRADES


class ConversionVersion(models.Model):
    """What a conversion was worth from a moment on, and why it changed. Append-only."""

    conversion = models.ForeignKey(
        Conversion, on_delete=models.PROTECT, related_name="versions", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=16, choices=Conversion.Status.choices)
    base_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField()
    # The arithmetic (campaigns.domain.commission.Step), what came last at the end. Null: the worth
    # is the version's before, or older than the arithmetic is kept
    breakdown = models.JSONField(null=True)
    cause = models.CharField(max_length=40)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversion", "number"], name="conversion_version_once"
            ),
        ]
        indexes = [BrinIndex(fields=["at"], name="conversion_version_by_moment")]

    def __str__(self) -> str:
        return f"{self.conversion_id} v{self.number}: {self.cause}"
