"""Invoices for our fee, and what an invoice says of its two sides."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compliance.domain.invoicing import number_text
from core import clock
from core.ids import uuid7


class BillingTerms(models.Model):
    """How a brand is invoiced, from a day on: what its contract says beside the fee's rate.

    The latest that has begun is in force. Without any, Birge is an agent and no contract is named.
    """

    class Dealing(models.TextChoices):
        AGENT = "agent", _("agent: Birge invoices its fee")
        PRINCIPAL = "principal", _("principal: Birge invoices the reward and its fee")

    brand = models.ForeignKey(
        "brands.Brand", on_delete=models.PROTECT, related_name="+", verbose_name=_("brand")
    )
    valid_from = models.DateField(_("valid from"))
    dealing = models.CharField(
        _("Birge acts as"), max_length=10, choices=Dealing.choices, default=Dealing.AGENT
    )
    contract_number = models.CharField(_("number of the contract"), max_length=40, blank=True)
    contract_on = models.DateField(_("day of the contract"), null=True, blank=True)
    address = models.CharField(_("legal address of the brand"), max_length=300, blank=True)
    entered_by_id = models.BigIntegerField(_("entered by"))
    created_at = models.DateTimeField(_("entered"), default=clock.now)

    class Meta:
        verbose_name = _("terms of invoicing")
        verbose_name_plural = _("terms of invoicing")
        ordering = ["brand_id", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "valid_from"], name="billing_once_per_brand_and_day"
            ),
            models.CheckConstraint(
                condition=Q(contract_number="") | Q(contract_on__isnull=False),
                name="billing_contract_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand_id}, {self.valid_from}: {self.get_dealing_display()}"


class Invoice(models.Model):
    """An invoice for final fees, or a credit note: numbered, and frozen, once it is issued.

    A draft waits for the VAT that its lines need (`missing_minor` of free balance) and is worked
    out anew at each try. `lines` are what was sold, `seller` and `customer` who sold and bought,
    as they were at the moment of issue. A credit note has negative amounts; where it tells of a
    return that was undone after a note had told of it, they are positive again (`is_additional`).
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        CREDIT_NOTE = "credit_note", _("credit note")

    class State(models.TextChoices):
        DRAFT = "draft", _("waits for VAT")
        ISSUED = "issued", _("issued")
        CREDITED = "credited", _("credited")

    SERIES = {Kind.INVOICE: "F", Kind.CREDIT_NOTE: "C"}

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(
        "brands.Brand", on_delete=models.PROTECT, related_name="+", verbose_name=_("brand")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    dealing = models.CharField(
        _("Birge acts as"), max_length=10, choices=BillingTerms.Dealing.choices
    )
    segment_on = models.DateField()
    period_from = models.DateField(_("from"))
    period_to = models.DateField(_("to"))
    series = models.CharField(max_length=4, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    sequence = models.PositiveIntegerField(null=True)
    issued_on = models.DateField(_("issued on"), null=True)
    turnover_on = models.DateField(_("day of turnover"))
    lines = models.JSONField()
    seller = models.JSONField(default=dict)
    customer = models.JSONField(default=dict)
    net_minor = models.BigIntegerField(_("without VAT, tiyn"))
    vat_minor = models.BigIntegerField(_("VAT, tiyn"))
    missing_minor = models.BigIntegerField(_("missing for VAT, tiyn"), default=0)
    # Of a credit note
    credits = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        db_constraint=False,
        related_name="notes",
        verbose_name=_("credits the invoice"),
    )
    is_whole = models.BooleanField(default=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    # Of crediting an invoice wholly: one asks, another agrees
    credit_asked_by_id = models.BigIntegerField(_("credit asked for by"), null=True)
    credit_asked_at = models.DateTimeField(_("credit asked for"), null=True)
    credit_agreed_by_id = models.BigIntegerField(_("credit agreed by"), null=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="invoice_id_with_brand"),
            models.UniqueConstraint(
                fields=["series", "year", "sequence"], name="invoice_number_once"
            ),
            models.UniqueConstraint(
                fields=["brand", "segment_on", "dealing"],
                condition=Q(state="draft", kind="invoice"),
                name="invoice_one_draft_per_period",
            ),
            models.UniqueConstraint(
                fields=["credits"], condition=Q(is_whole=True), name="invoice_credited_once"
            ),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(year__isnull=False, sequence__gt=0, issued_on__isnull=False) & ~Q(series=""),
                name="invoice_issued_has_its_number",
            ),
            models.CheckConstraint(
                condition=~Q(kind="credit_note") | Q(credits__isnull=False),
                name="invoice_note_credits_an_invoice",
            ),
            models.CheckConstraint(
                condition=Q(credit_agreed_by_id__isnull=True)
                | Q(credit_asked_by_id__isnull=False)
                & ~Q(credit_agreed_by_id=F("credit_asked_by_id")),
                name="invoice_credit_agreed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="credited") | Q(credit_agreed_by_id__isnull=False),
                name="invoice_credited_by_two",
            ),
            models.CheckConstraint(
                condition=Q(period_to__gte=F("period_from")), name="invoice_period_goes_forward"
            ),
        ]
        indexes = [models.Index(fields=["brand", "-id"], name="invoice_brand_newest")]

    def __str__(self) -> str:
        return self.number or f"{self.period_from} – {self.period_to}"

    @property
    def number(self) -> str:
        """Empty while it is a draft."""
        if self.year is None or self.sequence is None:
            return ""
        return number_text(self.series, self.year, self.sequence)

    @property
    def total_minor(self) -> int:
        return self.net_minor + self.vat_minor

    @property
    def is_additional(self) -> bool:
        """A note that adds to its invoice: an additional invoice, as the e-invoice calls it."""
        return self.kind == self.Kind.CREDIT_NOTE and self.total_minor > 0

    @property
    def kind_text(self) -> str:
        """In the reader's language."""
        if self.is_additional:
            return gettext("additional invoice")
        return str(self.get_kind_display())

    @property
    def reason_text(self) -> str:
        """Why a credit note was issued; what no person wrote is in the reader's language."""
        if self.is_additional:
            return gettext("A return that an earlier note had told of was undone")
        return self.reason or gettext("Goods came back after the invoice")

    def line_text(self, line: dict[str, Any]) -> str:
        """What a line is for, in the reader's language."""
        if not line["title"]:
            return gettext("Birge's fee")
        if self.dealing == BillingTerms.Dealing.PRINCIPAL:
            said = gettext("Advertising by influencers, campaign “%(title)s”")
        else:
            said = gettext("Birge's fee, campaign “%(title)s”")
        return said % {"title": line["title"]}

    @property
    def line_rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.lines
        return rows


class InvoiceEntry(models.Model):
    """A journal of the ledger that an invoice, or a credit note, is about. While it counts, no
    other document may name it; a credited invoice lets go of its journals."""

    invoice = models.ForeignKey(
        Invoice, on_delete=models.PROTECT, related_name="entries", db_constraint=False
    )
    brand = models.ForeignKey("brands.Brand", on_delete=models.PROTECT, related_name="+")
    journal_id = models.BigIntegerField()
    conversion_id = models.BigIntegerField(null=True)
    campaign_id = models.BigIntegerField(null=True)
    is_return = models.BooleanField()
    vat_bps = models.PositiveIntegerField()
    reward_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    vat_minor = models.BigIntegerField()
    counts = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["journal_id"],
                condition=Q(counts=True),
                name="invoiceentry_journal_in_one_document",
            ),
        ]
        indexes = [
            models.Index(
                fields=["conversion_id"],
                condition=Q(counts=True, is_return=False),
                name="invoiceentry_of_conversion",
            ),
            models.Index(fields=["invoice", "id"], name="invoiceentry_of_invoice"),
        ]

    def __str__(self) -> str:
        return f"{self.journal_id} in {self.invoice_id}"
