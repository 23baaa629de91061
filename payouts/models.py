from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from attribution.models import Conversion
from brands.models import Brand, UnclaimedTransfer
from core import clock
from core.fields import SealedBytesField, SealedTextField
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


class PayoutNetting(models.Model):
    """What of a payout is kept for goods of one conversion that came back after it was paid."""

    payout = models.ForeignKey(
        Payout, on_delete=models.PROTECT, related_name="nettings", db_constraint=False
    )
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    conversion = models.ForeignKey(
        "attribution.Conversion",
        on_delete=models.PROTECT,
        related_name="payout_nettings",
        db_constraint=False,
    )
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payout", "conversion"], name="netting_once_per_conversion"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="netting_amount_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id}: -{self.amount_minor}"


class DebtWriteOff(models.Model):
    """A debt that is given up: one person asks, another decides. The brand bears it."""

    class State(models.TextChoices):
        ASKED = "asked", _("waiting for approval")
        DONE = "done", _("written off")
        REFUSED = "refused", _("refused")

    conversion = models.ForeignKey(
        "attribution.Conversion",
        on_delete=models.PROTECT,
        related_name="write_offs",
        db_constraint=False,
        verbose_name=_("order"),
    )
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="+", verbose_name=_("influencer")
    )
    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="+", verbose_name=_("brand")
    )
    amount_minor = models.BigIntegerField(_("sum, tiyn"))
    reason = models.CharField(_("reason"), max_length=300)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.ASKED)
    created_by_id = models.BigIntegerField(_("asked by"))
    decided_by_id = models.BigIntegerField(_("decided by"), null=True)
    created_at = models.DateTimeField(_("asked at"), default=clock.now)
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("write-off of a debt")
        verbose_name_plural = _("write-offs of debts")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="writeoff_is_positive"),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("created_by_id")),
                name="writeoff_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by_id__isnull=True, decided_at__isnull=True)
                | Q(decided_by_id__isnull=False, decided_at__isnull=False),
                name="writeoff_decided_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["conversion"], condition=Q(state="asked"), name="writeoff_asked_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversion_id}: {self.amount_minor}"


class Debt(Conversion):
    """A sale for which its influencer owes something back, as ops look at it."""

    class Meta:
        proxy = True
        verbose_name = _("debt")
        verbose_name_plural = _("debts of influencers")


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
