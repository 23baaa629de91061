"""Files to the bank, and statements from it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from core import clock
from core.fields import SealedBytesField, SealedTextField
from core.ids import uuid7
from payouts.models.payouts import Payout, PayoutBatch


class BankFile(models.Model):
    """The payment file of a batch, byte for byte as it was handed out."""

    batch = models.OneToOneField(PayoutBatch, on_delete=models.PROTECT, related_name="bank_file")
    name = models.CharField(max_length=80)
    content = SealedBytesField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class BankStatement(models.Model):
    """A statement that ops uploaded. The same file twice is the same statement.

    It is looked at before it is applied, and until then moves nothing. `ledger_minor` is what our
    books said was at the bank right after it was applied.
    """

    class State(models.TextChoices):
        COLUMNS = "columns", _("columns to name")
        CHECKED = "checked", _("to be applied")
        APPLIED = "applied", _("applied")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("file"), max_length=120)
    sha256 = models.CharField(max_length=64, unique=True)
    content = SealedBytesField()
    row_count = models.PositiveIntegerField(_("rows"))
    matched_count = models.PositiveIntegerField(_("matched"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.APPLIED)
    columns = models.JSONField(null=True)  # {what: title} of a table
    from_on = models.DateField(_("from"), null=True)
    to_on = models.DateField(_("to"), null=True)
    opening_minor = models.BigIntegerField(_("opening balance, tiyn"), null=True)
    closing_minor = models.BigIntegerField(_("closing balance, tiyn"), null=True)
    ledger_minor = models.BigIntegerField(_("in our books, tiyn"), null=True)
    uploaded_by_id = models.BigIntegerField(_("uploaded by"))
    applied_by_id = models.BigIntegerField(_("applied by"), null=True)
    created_at = models.DateTimeField(_("uploaded at"), default=clock.now)

    class Meta:
        verbose_name = _("bank statement")
        verbose_name_plural = _("bank statements")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class StatementRow(models.Model):
    """One row of a bank statement and what it turned out to be."""

    class Outcome(models.TextChoices):
        PAID = "paid", _("payout paid")
        RETURNED = "returned", _("payout returned")
        DEPOSIT = "deposit", _("top-up of a brand")
        UNCLAIMED = "unclaimed", _("arrived, not known whose")
        MISMATCH = "mismatch", _("does not fit")
        UNMATCHED = "unmatched", _("nothing of ours")
        REPEATED = "repeated", _("known already")

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    document_number = models.CharField(_("document"), max_length=64)
    is_outgoing = models.BooleanField(_("outgoing"))
    amount_minor = models.BigIntegerField(_("amount, tiyn"))
    booked_on = models.DateField(_("date"))
    payout = models.ForeignKey(
        Payout, on_delete=models.PROTECT, null=True, related_name="statement_rows"
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, null=True, related_name="+")
    refund = models.ForeignKey(
        "payouts.Refund", on_delete=models.PROTECT, null=True, related_name="statement_rows"
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)
    line = models.PositiveIntegerField(
        _("line of the file"), default=0
    )  # 0: before lines were kept
    reference = models.CharField(max_length=64, blank=True)  # by which its money was booked
    party_name = SealedTextField(null=True)
    party_tax_id = SealedTextField(null=True)
    party_iban = SealedTextField(null=True)
    purpose = SealedTextField(null=True)

    class Meta:
        verbose_name = _("statement row")
        verbose_name_plural = _("statement rows")
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="statementrow_once"),
        ]
        indexes = [models.Index(fields=["booked_on"], name="statementrow_by_day")]

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.number}"


class StatementLayout(models.Model):
    """How somebody read a bank's table: remembered for its next file, found by its titles."""

    titles_sha256 = models.CharField(max_length=64, unique=True)
    columns = models.JSONField()  # {what: title}
    chosen_by_id = models.BigIntegerField()
    chosen_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.titles_sha256[:12]
