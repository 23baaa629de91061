"""Receipts and orders of other sources that may be one purchase."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from attribution.models.receipts import ReceiptClaim
from attribution.models.sources import Order
from brands.models import Brand
from core import clock
from core.ids import uuid7
from influencers.models import Influencer


class ReceiptMatch(models.Model):
    """That a claimed receipt and an order fit each other, and what is known of it.

    `influencer` is whose receipt it is. Nobody has decided what fitted nothing else and was the
    same influencer's: `decided_by_id` is empty then.
    """

    class State(models.TextChoices):
        OPEN = "open"  # a person of the brand is asked
        SAME = "same"
        APART = "apart"  # two purchases

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    claim = models.ForeignKey(
        ReceiptClaim, on_delete=models.PROTECT, related_name="matches", db_constraint=False
    )
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    receipt_order = models.ForeignKey(  # that the claim made
        Order, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="receipt_matches", db_constraint=False
    )
    state = models.CharField(max_length=5, choices=State.choices)
    found_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)
    decided_by_id = models.BigIntegerField(null=True)  # a user of the brand

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "order"], name="receipt_match_once"),
            models.UniqueConstraint(
                fields=["claim"], condition=Q(state="same"), name="receipt_match_one_order"
            ),
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="same"), name="receipt_match_one_receipt"
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at__isnull=True)
                | ~Q(state="open") & Q(decided_at__isnull=False),
                name="receipt_match_decided_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand", "found_at"],
                name="receipt_match_open",
                condition=Q(state="open"),
            ),
            models.Index(fields=["receipt_order"], name="receipt_match_of_receipt"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.order_id}: {self.state}"
