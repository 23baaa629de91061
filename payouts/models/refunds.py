"""Money that goes back to where it came from."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from brands.models import Brand, UnclaimedTransfer
from core import clock
from core.fields import SealedBytesField, SealedTextField
from core.ids import uuid7


class Refund(models.Model):
    """Money that goes back: a brand's free balance, or a transfer that was nobody's. Amount,
    account and payee are frozen once it is asked for."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("asked for")
        PREPARED = "prepared", _("waiting for approval")
        APPROVED = "approved", _("approved")
        SENDING = "sending", _("at the bank")
        PAID = "paid", _("paid")
        FAILED = "failed", _("failed")
        RETURNED = "returned", _("returned by the bank")
        CANCELLED = "cancelled", _("cancelled")

    OPEN = (State.REQUESTED, State.PREPARED, State.APPROVED, State.SENDING)

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, null=True, related_name="refunds")
    transfer = models.ForeignKey(
        UnclaimedTransfer, on_delete=models.PROTECT, null=True, related_name="+"
    )
    rail_key = models.CharField(_("document number"), max_length=40, unique=True)
    amount_minor = models.BigIntegerField(_("amount, tiyn"))
    payee_name = SealedTextField()
    payee_tax_id = SealedTextField()
    iban = SealedTextField()
    iban_last4 = models.CharField(max_length=4)
    bank_bic = models.CharField(max_length=11)
    is_known_account = models.BooleanField(_("paid from it before"), default=False)
    state = models.CharField(
        _("state"), max_length=9, choices=State.choices, default=State.REQUESTED
    )
    reason = models.CharField(_("why"), max_length=300, blank=True)
    requested_by_id = models.BigIntegerField(_("asked for by"))
    prepared_by_id = models.BigIntegerField(_("prepared by"), null=True)
    decided_by_id = models.BigIntegerField(_("decided by"), null=True)
    content = SealedBytesField(null=True)
    paid_on = models.DateField(_("payment date"), null=True)
    created_at = models.DateTimeField(_("asked for at"), default=clock.now)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_is_positive"),
            models.CheckConstraint(
                condition=Q(brand__isnull=True, transfer__isnull=False)
                | Q(brand__isnull=False, transfer__isnull=True),
                name="refund_of_a_brand_or_a_transfer",
            ),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("prepared_by_id")),
                name="refund_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "prepared", "cancelled"])
                | Q(prepared_by_id__isnull=False, decided_by_id__isnull=False),
                name="refund_approved_by_two",
            ),
        ]

    def __str__(self) -> str:
        return self.rail_key
