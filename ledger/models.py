"""Double entry, append-only. What no model can say is kept by triggers: migrations/0002.

brand_id and influencer_id are plain numbers: the ledger lies below brands and influencers. They
are repeated on entries and balances because a policy must not join.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import clock
from ledger.domain.accounts import CURRENCY, PLATFORM_KINDS, AccountKind
from ledger.domain.drafts import JournalKind

JOURNAL_NAMES: dict[str, Promise] = {
    JournalKind.DEPOSIT: _("Top-up"),
    JournalKind.DEPOSIT_UNMATCHED: _("Unmatched transfer"),
    JournalKind.DEPOSIT_MATCHED: _("Top-up, matched later"),
    JournalKind.DEPOSIT_SENT_BACK: _("Unmatched transfer sent back"),
    JournalKind.RESERVE: _("Reserved for a campaign"),
    JournalKind.RELEASE: _("Released from a campaign"),
    JournalKind.ACCRUAL: _("Reward for an order"),
    JournalKind.APPROVAL: _("Reward approved"),
    JournalKind.FEE_INVOICE: _("E-invoice for the fee"),
    JournalKind.VAT_FUNDING: _("VAT of an invoice"),
    JournalKind.CREDIT_NOTE: _("Credit note"),
    JournalKind.CLAWBACK: _("Return after approval"),
    JournalKind.NETTING: _("Kept from a payout for returned goods"),
    JournalKind.WRITE_OFF: _("Debt written off"),
    JournalKind.PERIOD_REWARD: _("Reward of a month"),
    JournalKind.DEAL: _("Reserved for posts at a fixed fee"),
    JournalKind.DEAL_RELEASE: _("Released from posts at a fixed fee"),
    JournalKind.TASK: _("Fixed fee for a post"),
    JournalKind.GUARANTEE_PROMISED: _("Reserved for a guarantee"),
    JournalKind.GUARANTEE_SETTLED: _("Guarantee settled"),
    JournalKind.GUARANTEE_RELEASED: _("Guarantee released"),
    JournalKind.PAYOUT_CREATED: _("Payout"),
    JournalKind.PAYOUT_PAID: _("Payout sent by the bank"),
    JournalKind.PAYOUT_UNDONE: _("Payout did not go through"),
    JournalKind.PAYOUT_RETURNED: _("Payout returned by the bank"),
    JournalKind.REFUND_CREATED: _("Refund of free balance"),
    JournalKind.REFUND_PAID: _("Refund sent by the bank"),
    JournalKind.REFUND_UNDONE: _("Refund did not go through"),
    JournalKind.REFUND_RETURNED: _("Refund returned by the bank"),
    JournalKind.REMITTANCE: _("Taxes paid to the state"),
    JournalKind.RAIL_FEE: _("Payout fee"),
    JournalKind.CORRECTION: _("Correction"),
}


ACCOUNT_NAMES: dict[str, Promise] = {
    AccountKind.BANK: _("Money at the bank"),
    AccountKind.SUSPENSE: _("Transfers without an owner yet"),
    AccountKind.PLATFORM_FEE: _("Birge's fee, earned"),
    AccountKind.VAT_PAYABLE: _("VAT due to the state"),
    AccountKind.TAX_WITHHELD: _("Withheld from payouts"),
    AccountKind.BRAND_FREE: _("Free balance of brands"),
    AccountKind.BUDGET: _("Reward budgets in reserve"),
    AccountKind.FEE_RESERVE: _("Fee in reserve"),
    AccountKind.VAT_RESERVE: _("VAT in reserve"),
    AccountKind.FEE_HOLD: _("Fee of rewards on hold"),
    AccountKind.VAT_FUNDED: _("VAT put aside for invoices"),
    AccountKind.CLAWBACK_PENDING: _("Goes back to brands from later payouts"),
    AccountKind.DEAL_ESCROW: _("Deals in reserve"),
    AccountKind.GUARANTEE_ESCROW: _("Guarantees in reserve"),
    AccountKind.INFLUENCER_HOLD: _("Rewards on hold"),
    AccountKind.INFLUENCER_PAYABLE: _("Rewards to pay out"),
    AccountKind.INFLUENCER_DEBT: _("Debts of influencers"),
    AccountKind.IN_FLIGHT: _("Sent to the bank, not confirmed"),
}


def account_name(kind: str) -> str:
    """What an account holds, in the reader's language; of a family with its own word."""
    family, _colon, word = kind.partition(":")
    name = str(ACCOUNT_NAMES[AccountKind(family)])
    return f"{name}: {word}" if word else name


def journal_name(kind: str) -> str:
    """What happened, in the reader's language."""
    return str(JOURNAL_NAMES[kind])


class Account(models.Model):
    """Where money can be. Opened by the first journal that needs it, never changed after."""

    kind = models.CharField(_("kind"), max_length=40)
    brand_id = models.BigIntegerField(_("brand"), null=True)
    influencer_id = models.BigIntegerField(_("influencer"), null=True)
    subject_id = models.BigIntegerField(_("campaign, payout or deal"), null=True)
    currency = models.CharField(_("currency"), max_length=3, default=CURRENCY)
    # The five columns in one word. Unique, so that two empty columns count as equal, and one
    # index answers "which of these thousand accounts exist?".
    code = models.GeneratedField(
        expression=Concat(
            *("kind", Value("|"), "brand_id", Value("|"), "influencer_id", Value("|")),
            *("subject_id", Value("|"), "currency"),
            output_field=models.CharField(max_length=120),
        ),
        output_field=models.CharField(max_length=120),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.UniqueConstraint(fields=["code"], name="ledger_account_is_opened_once"),
            models.CheckConstraint(
                condition=Q(brand_id__isnull=False)
                | Q(influencer_id__isnull=False)
                | Q(kind__in=PLATFORM_KINDS)
                | Q(kind__startswith=f"{AccountKind.TAX_WITHHELD}:"),
                name="ledger_account_has_an_owner_or_is_the_platforms",
            ),
        ]
        indexes = [
            models.Index(fields=["brand_id", "kind"], name="ledger_account_of_brand"),
            models.Index(fields=["influencer_id", "kind"], name="ledger_account_of_influencer"),
        ]

    def __str__(self) -> str:
        return str(self.code)


class Journal(models.Model):
    """One event in money: its legs are the entries, and they sum to zero.

    Repeating an event (same `business_key`) with the same `body_sha256` changes nothing; with
    another body it is refused.
    """

    kind = models.CharField(_("kind"), max_length=30)
    business_key = models.CharField(_("event"), max_length=200)
    body_sha256 = models.BinaryField(max_length=32)
    occurred_at = models.DateTimeField(_("happened"))
    created_at = models.DateTimeField(_("posted"), default=clock.now)
    actor = models.CharField(_("asked for by"), max_length=80)
    refs = models.JSONField(_("about"), default=dict)  # ids: {"campaign": 3, "conversion": 12}

    class Meta:
        verbose_name = _("journal")
        verbose_name_plural = _("journals")
        constraints = [
            models.UniqueConstraint(fields=["business_key"], name="ledger_journal_is_posted_once"),
        ]

    def __str__(self) -> str:
        return self.business_key


class Entry(models.Model):
    """A leg of a journal: positive = we owe the account's holder more.

    No foreign keys: the trigger looks up all journals and accounts of a statement at once.
    """

    journal = models.ForeignKey(
        Journal, on_delete=models.PROTECT, related_name="entries", db_constraint=False
    )
    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        on_delete=models.PROTECT,
        related_name="entries",
        db_index=False,
        db_constraint=False,
    )
    amount_minor = models.BigIntegerField(_("amount, tiyn"))
    brand_id = models.BigIntegerField(null=True)
    influencer_id = models.BigIntegerField(null=True)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="ledger_entry_is_not_zero"),
        ]
        indexes = [
            # Statements page by it, and sums of the platform's accounts read nothing else.
            models.Index(
                fields=["account", "id"], include=["amount_minor"], name="ledger_entry_of_account"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} on {self.account_id}"


class Balance(models.Model):
    """The sum of an account's entries, and how far it may go. Written by a trigger alone."""

    account = models.OneToOneField(
        Account, verbose_name=_("account"), on_delete=models.PROTECT, primary_key=True
    )
    balance_minor = models.BigIntegerField(_("balance, tiyn"))
    floor_minor = models.BigIntegerField(_("never below, tiyn"), null=True)
    ceiling_minor = models.BigIntegerField(_("never above, tiyn"), null=True)
    brand_id = models.BigIntegerField(null=True)
    influencer_id = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints = [
            models.CheckConstraint(
                condition=Q(balance_minor__gte=F("floor_minor")),
                name="ledger_balance_is_not_below_its_floor",
            ),
            models.CheckConstraint(
                condition=Q(balance_minor__lte=F("ceiling_minor")),
                name="ledger_balance_is_not_above_its_ceiling",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.balance_minor} on {self.account_id}"


class Correction(models.Model):
    """A journal that was booked wrongly, and what should stand instead: one person asks, another
    posts. `legs` are [account code, tiyn]; empty where nothing comes in its place."""

    class State(models.TextChoices):
        ASKED = "asked", _("waiting for a second person")
        POSTED = "posted", _("posted")
        REFUSED = "refused", _("refused")

    journal = models.ForeignKey(
        Journal,
        verbose_name=_("journal"),
        on_delete=models.PROTECT,
        related_name="corrections",
        db_constraint=False,
    )
    reason = models.CharField(_("reason"), max_length=500)
    legs = models.JSONField(_("booked instead"), default=list)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.ASKED)
    maker_id = models.BigIntegerField(_("asked for by"))
    checker_id = models.BigIntegerField(_("decided by"), null=True)
    created_at = models.DateTimeField(_("asked at"), default=clock.now)
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="posted")
                | (Q(checker_id__isnull=False) & ~Q(checker_id=models.F("maker_id"))),
                name="correction_maker_is_not_checker",
            ),
            models.UniqueConstraint(
                fields=["journal"], condition=Q(state="asked"), name="correction_one_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.journal_id}: {self.reason}"


class ProofDay(models.Model):
    """A published day: the root over its leaves, chained and signed. Append-only, for everybody.

    What the columns mean, and how they are checked without us: docs/proofs.md.
    """

    day_on = models.DateField(_("day"), primary_key=True)
    leaves = models.BigIntegerField(_("records"))
    root = models.CharField(_("root hash"), max_length=64)
    previous = models.CharField(_("the day before"), max_length=64)
    signature = models.CharField(_("signature"), max_length=128)
    key = models.CharField(_("key"), max_length=64)
    published_at = models.DateTimeField(_("published"), default=clock.now)

    class Meta:
        verbose_name = _("published day")
        verbose_name_plural = _("published days")
        constraints = [
            # Two days cannot continue the same one: the chain has no branches.
            models.UniqueConstraint(fields=["previous"], name="ledger_proofday_continues_once"),
            models.CheckConstraint(
                condition=Q(leaves__gte=0), name="ledger_proofday_leaves_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return str(self.day_on)


class ProofLeaf(models.Model):
    """A record of a published day, as it was hashed. Append-only.

    day_on is no foreign key, as those of entries: a day's leaves are written in its transaction,
    and `proof_verify` counts them. The hashes lie in ProofBlock.
    """

    day_on = models.DateField()
    position = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    subject_id = models.BigIntegerField()  # the conversion's version; of a summary the influencer
    brand_id = models.BigIntegerField(null=True)  # a summary is of no brand
    influencer_id = models.BigIntegerField()
    nonce = models.CharField(max_length=32)
    record = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day_on", "position"], name="ledger_proofleaf_place"),
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=Q(kind="conversion"),
                name="ledger_proofleaf_conversion_once",
            ),
            models.UniqueConstraint(
                fields=["influencer_id", "day_on"],
                condition=Q(kind="summary"),
                name="ledger_proofleaf_summary_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind="conversion", brand_id__isnull=False)
                | Q(kind="summary", brand_id__isnull=True),
                name="ledger_proofleaf_kind_has_its_owners",
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand_id", "day_on", "position"],
                condition=Q(brand_id__isnull=False),
                name="ledger_proofleaf_of_brand",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day_on} #{self.position}"


class ProofBlock(models.Model):
    """Hashes of up to domain.proofs.BLOCK leaves in a row, and the root over them: what a proof is
    made of without reading the day. Append-only."""

    day_on = models.DateField()
    number = models.PositiveIntegerField()
    root = models.BinaryField(max_length=32)
    hashes = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day_on", "number"], name="ledger_proofblock_place"),
        ]

    def __str__(self) -> str:
        return f"{self.day_on} block {self.number}"
