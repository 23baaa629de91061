"""Fiscal receipts that followers claim, and the cash registers that may have printed them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value

from attribution.domain.receipts import Family
from attribution.models.sources import Connection
from brands.models import Brand
from campaigns.models import Participation
from core import clock
from core.ids import uuid7
from influencers.models import Influencer


class CashRegister(models.Model):
    """A register of a brand's shop, by the number (РНМ) that the tax committee gave it."""

    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="registers", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=12)
    shop = models.CharField(max_length=80)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "number"], name="register_once_per_brand"),
            models.CheckConstraint(
                condition=Q(number__regex="^[0-9]{12}$"), name="register_is_twelve_digits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.shop}"


class ReceiptClaim(models.Model):
    """A follower's word that they bought because of an influencer. One per receipt of the country.

    Of the receipt itself only its number, register, sum and time are kept; of the follower, two
    blind indexes that are erased after a month. Its order has the same (register, sign).
    """

    class State(models.TextChoices):
        """In words: exchange.web.words.RECEIPT."""

        WAITING = "waiting"
        DIFFERS = "differs"
        CONFIRMED = "confirmed"
        RETURNED = "returned"
        EXPIRED = "expired"
        REFUSED = "refused"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="receipts", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    participation = models.ForeignKey(
        Participation, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    family = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Family])
    register = models.CharField(max_length=12)
    sign = models.CharField(max_length=13)
    shop = models.CharField(max_length=80)  # the register's, as it was called then
    total_minor = models.BigIntegerField()
    sold_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    file_total_minor = models.BigIntegerField(null=True)
    returned_minor = models.BigIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    consent_version = models.PositiveSmallIntegerField()
    person_index = models.CharField(max_length=64, blank=True)  # of the browser's cookie
    network_index = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)  # of what was told to the inbox
    claimed_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)
    order_confirmed_at = models.DateTimeField(null=True)  # when its order took the shop's word

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="receipt_id_with_brand"),
            models.UniqueConstraint(
                # Zeros in front are lost and added by hands and spreadsheets
                F("register"),
                Func(F("sign"), Value("0"), function="LTRIM"),
                name="receipt_claimed_once",
            ),
            models.CheckConstraint(
                condition=Q(total_minor__gt=0, returned_minor__gte=0),
                name="receipt_amounts_are_positive",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "-claimed_at", "-id"], name="receipt_of_brand"),
            models.Index(fields=["influencer", "-claimed_at"], name="receipt_of_influencer"),
            models.Index(
                fields=["claimed_at"],
                name="receipt_open",
                condition=Q(state__in=["waiting", "differs"]),
            ),
            models.Index(
                fields=["claimed_at"], name="receipt_with_person", condition=~Q(person_index="")
            ),
            models.Index(
                fields=["id"],
                name="receipt_to_confirm",
                condition=Q(state="confirmed", order_confirmed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.external_id

    @property
    def external_id(self) -> str:
        """Its order's id."""
        return f"{self.register}:{self.sign}"

    @property
    def credited_minor(self) -> int:
        """What the sale is worth: the file's sum, once the shop's word decided."""
        is_decided = self.state in (self.State.CONFIRMED, self.State.RETURNED)
        return (self.file_total_minor if is_decided else None) or self.total_minor
