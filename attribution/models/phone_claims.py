"""Phone numbers that followers left and that buyers have: never the number, only its HMAC under a
pepper of the brand's own, and that for a time (attribution.services.phone_purge)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from attribution.models.sources import Connection
from brands.models import Brand
from campaigns.models import Participation, PromoCode
from core import clock
from core.fields import SealedBytesField
from core.ids import uuid7
from influencers.models import Influencer


class PhonePepper(models.Model):
    """A brand's key for the numbers of its followers and buyers. The newest that is not retired
    takes claims; a retired one is kept as long as something lies under it."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    secret = SealedBytesField()
    created_at = models.DateTimeField(default=clock.now)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="pepper_id_with_brand"),
            models.UniqueConstraint(fields=["brand", "number"], name="pepper_number_once"),
            models.UniqueConstraint(
                fields=["brand"],
                condition=Q(retired_at__isnull=True),
                name="pepper_one_takes_claims",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.brand_id} #{self.number}"


class PhoneClaim(models.Model):
    """A follower's number for an influencer, with the consent that it was left under.

    Withdrawn or expired nothing of the person is left in it: that somebody agreed to which text
    when stays, and so do decisions about orders, which name nobody.
    """

    class State(models.TextChoices):
        """In words: exchange.web.words.PHONE_CLAIM."""

        ACTIVE = "active"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    participation = models.ForeignKey(
        Participation, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    pepper_number = models.PositiveSmallIntegerField()
    phone_index = models.CharField(max_length=64, blank=True)  # HMAC under that pepper
    phone_end = models.CharField(max_length=2, blank=True)  # for the follower's own eyes
    person_index = models.CharField(max_length=64, blank=True)  # of the browser's cookie
    network_index = models.CharField(max_length=64, blank=True)
    code = models.ForeignKey(
        PromoCode, on_delete=models.PROTECT, related_name="+", null=True, db_constraint=False
    )
    state = models.CharField(max_length=9, choices=State.choices, default=State.ACTIVE)
    consent_version = models.PositiveSmallIntegerField()
    consent_language = models.CharField(max_length=2)
    consent_sha256 = models.CharField(max_length=64)  # of exactly the text that was shown
    claimed_at = models.DateTimeField(default=clock.now)
    counts_until = models.DateTimeField()  # orders placed later are not asked for
    erase_at = models.DateTimeField()  # as the consent promised
    ended_at = models.DateTimeField(null=True)  # when the person's part of it was erased

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["participation", "phone_index"],
                condition=~Q(phone_index=""),
                name="phone_claimed_once",
            ),
            models.CheckConstraint(
                condition=Q(claimed_at__lte=F("counts_until"), counts_until__lte=F("erase_at")),
                name="phone_claim_times_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state="active") & ~Q(phone_index="") & Q(ended_at__isnull=True)
                | ~Q(state="active")
                & Q(
                    phone_index="",
                    phone_end="",
                    person_index="",
                    network_index="",
                    ended_at__isnull=False,
                ),
                name="phone_claim_ended_names_nobody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "phone_index"],
                name="phone_claim_by_index",
                condition=~Q(phone_index=""),
            ),
            models.Index(
                fields=["erase_at"], name="phone_claim_to_erase", condition=Q(state="active")
            ),
            models.Index(fields=["brand", "-claimed_at", "-id"], name="phone_claim_of_brand"),
            models.Index(fields=["participation", "state"], name="phone_claim_of_part"),
            models.Index(fields=["network_index", "claimed_at"], name="phone_claim_of_network"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class PhoneMark(models.Model):
    """That an order's buyer has a number with this HMAC. Made when the order comes, while its
    source still tells the number (Kaspi masks it later)."""

    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    order_external_id = models.CharField(max_length=128)
    pepper_number = models.PositiveSmallIntegerField()
    phone_index = models.CharField(max_length=64)
    placed_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "order_external_id", "pepper_number"],
                name="phone_mark_once_per_order",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "phone_index"], name="phone_mark_by_index"),
            models.Index(fields=["placed_at"], name="phone_mark_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.order_external_id}"
