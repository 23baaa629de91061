from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import SealedTextField
from core.ids import uuid7


class Brand(models.Model):
    """The tenant: an advertiser's organisation."""

    class State(models.TextChoices):
        IN_REVIEW = "in_review", _("in review")
        VERIFIED = "verified", _("verified")
        SUSPENDED = "suspended", _("suspended")

    class CodePolicy(models.TextChoices):
        CODE_WINS = "code_wins", _("the promo code wins")
        CLICK_WINS = "click_wins", _("the link wins")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120)
    legal_name = models.CharField(_("legal name"), max_length=200)
    bin = models.CharField(_("BIN"), max_length=12, unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.IN_REVIEW
    )
    # Whose a sale is when a code of one campaign meets a link of another
    code_policy = models.CharField(
        _("between campaigns"),
        max_length=10,
        choices=CodePolicy.choices,
        default=CodePolicy.CODE_WINS,
        db_default=CodePolicy.CODE_WINS,
    )
    created_at = models.DateTimeField(_("created"), default=clock.now)
    verified_at = models.DateTimeField(_("verified at"), null=True)

    class Meta:
        verbose_name = _("brand")
        verbose_name_plural = _("brands")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="verified") | Q(verified_at__isnull=False),
                name="brand_verified_has_its_moment",
            ),
            models.CheckConstraint(condition=Q(bin__regex=r"^[0-9]{12}$"), name="brand_bin_digits"),
            models.CheckConstraint(
                condition=Q(code_policy__in=["code_wins", "click_wins"]),
                name="brand_code_policy_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A person of a brand. Name and e-mail are copies: no tenant reads the users' table."""

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        MANAGER = "manager", _("manager")
        FINANCE = "finance", _("finance")
        ANALYST = "analyst", _("analyst")

    WRITERS = (Role.OWNER, Role.MANAGER, Role.FINANCE)
    PAYERS = (Role.OWNER, Role.FINANCE)

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "user"], name="member_once_per_brand"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"

    @property
    def may_write(self) -> bool:
        return self.role in self.WRITERS

    @property
    def may_move_money(self) -> bool:
        return self.role in self.PAYERS


class BrandContract(models.Model):
    """What the brand pays Birge, from a day on. The latest that has begun is in force."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="contracts")
    valid_from = models.DateField(_("valid from"))
    platform_fee_bps = models.PositiveIntegerField(_("platform fee, basis points"), default=1500)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "valid_from"], name="contract_once_per_brand_and_day"
            ),
            models.CheckConstraint(
                condition=Q(platform_fee_bps__lte=10_000), name="contract_fee_within_100_pct"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand_id} from {self.valid_from}: {self.platform_fee_bps} bps"


class Deposit(models.Model):
    """Money of a brand that arrived at our bank, as a row of the bank's statement says."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="deposits")
    bank_reference = models.CharField(_("number in the bank's statement"), max_length=64)
    amount_minor = models.BigIntegerField(_("amount, tiyn"))
    received_on = models.DateField(_("received on"))
    booked_by_id = models.BigIntegerField(_("booked by"))
    booked_at = models.DateTimeField(_("booked at"), default=clock.now)

    class Meta:
        verbose_name = _("deposit")
        verbose_name_plural = _("deposits")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank_reference", "received_on"], name="deposit_once_per_statement_row"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="deposit_amount_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.bank_reference


class TopUpInvoice(models.Model):
    """What a company's accountant pays a top-up by. It moves nothing: the transfer does."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="top_up_invoices")
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField(_("amount, tiyn"))
    issued_on = models.DateField(_("issued on"))
    issued_by_id = models.BigIntegerField(_("issued by"))
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="topup_number_is_given_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="topup_is_positive"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"T-{self.year}-{self.serial:06}"


class UnclaimedTransfer(models.Model):
    """Money that arrived and that nobody is sure about. It waits in the ledger's suspense until two
    people have said whose it is, or that it goes back to its sender."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        PROPOSED = "proposed", _("to be confirmed")
        ASSIGNED = "assigned", _("given to a brand")
        SENDING_BACK = "sending", _("being sent back")
        SENT_BACK = "sent_back", _("sent back")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    bank_reference = models.CharField(_("number in the bank's statement"), max_length=64)
    received_on = models.DateField(_("received on"))
    amount_minor = models.BigIntegerField(_("amount, tiyn"))
    payer_name = SealedTextField()
    payer_tax_id = SealedTextField()
    payer_iban = SealedTextField()
    purpose = SealedTextField()
    ground = models.CharField(_("what we know"), max_length=24)
    suggested = models.ForeignKey(
        Brand,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("perhaps of"),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("brand")
    )
    reason = models.CharField(_("why"), max_length=300, blank=True)
    proposed_by_id = models.BigIntegerField(_("proposed by"), null=True)
    decided_by_id = models.BigIntegerField(_("decided by"), null=True)
    created_at = models.DateTimeField(_("in the queue since"), default=clock.now)
    decided_at = models.DateTimeField(_("decided at"), null=True)

    class Meta:
        verbose_name = _("unmatched transfer")
        verbose_name_plural = _("unmatched transfers")
        constraints = [
            models.UniqueConstraint(
                fields=["bank_reference", "received_on"], name="unclaimed_once_per_statement_row"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="unclaimed_amount_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(decided_by_id__isnull=True) | ~Q(decided_by_id=F("proposed_by_id")),
                name="unclaimed_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=~Q(state="assigned")
                | Q(
                    brand__isnull=False,
                    proposed_by_id__isnull=False,
                    decided_by_id__isnull=False,
                    decided_at__isnull=False,
                ),
                name="unclaimed_assigned_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.received_on}: {self.bank_reference}"


class ApiKey(models.Model):
    """A brand's key to the REST API. Only its digest is kept."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12)  # enough to recognise it in a list
    sha256 = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=24))
    created_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"
