"""What a marketplace puts into its rows, by which a participation is known."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from campaigns.models.campaigns import Campaign
from campaigns.models.participations import Participation
from core import clock
from influencers.models import Influencer

# Empty where it ended before it began: it overlaps nothing
PERIOD = Func(
    F("valid_from"), F("valid_until"), function="TSTZRANGE", output_field=DateTimeRangeField()
)


class ExternalCode(models.Model):
    """An id that a marketplace puts into its own rows and that belongs to one participation at a
    time: when that ends it is free for the next one, and what was ordered before stays. An
    exclusive article (campaigns.domain.exclusive_skus) is given from a moment to a moment."""

    class Kind(models.TextChoices):
        WB_SUBSTITUTE_ARTICLE = "wb_substitute_article", _("Wildberries substitute article")
        OZON_VOUCHER = "ozon_voucher", _("Ozon voucher")
        EXCLUSIVE_SKU = "exclusive_sku", _("exclusive article")

    class State(models.TextChoices):
        RESERVED = "reserved", _("reserved")  # asked for at the platform, which has not said yes
        ACTIVE = "active", _("active")
        VOID = "void", _("void")  # the platform made none

    participation = models.ForeignKey(
        Participation, on_delete=models.PROTECT, related_name="external_codes", db_constraint=False
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    value = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    # Of one that we made there: its number at the platform, what buyers type, what it gives
    platform_id = models.BigIntegerField(null=True)
    typed_codes = ArrayField(models.CharField(max_length=64), default=list)
    discount_percent = models.PositiveSmallIntegerField(null=True)
    ends_at = models.DateTimeField(null=True)
    # Orders placed from the first moment on, before the last, are theirs; null: no such bound
    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "kind", "value"],
                name="external_code_once_per_shop",
                condition=~Q(kind="exclusive_sku") & Q(valid_until__isnull=True),
            ),
            ExclusionConstraint(
                name="external_code_article_is_one_persons",
                expressions=[
                    ("brand", RangeOperators.EQUAL),
                    ("value", RangeOperators.EQUAL),
                    (PERIOD, RangeOperators.OVERLAPS),
                ],
                condition=Q(kind="exclusive_sku"),
            ),
            models.CheckConstraint(
                condition=~Q(kind="exclusive_sku")
                | Q(valid_from__isnull=False)
                & (Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from"))),
                name="external_code_article_has_its_period",
            ),
            models.CheckConstraint(condition=~Q(value=""), name="external_code_not_empty"),
            models.UniqueConstraint(
                fields=["participation", "kind"],
                name="external_code_one_reserved",
                condition=Q(state="reserved"),
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "kind", "value"], name="external_code_by_value"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.value}"


class TrafficTag(models.Model):
    """How utm_campaign must begin for a marketplace to count it for this brand
    (`campaigns.domain.traffic_tags`); where it is known, links to that marketplace carry a tag."""

    class Platform(models.TextChoices):
        OZON = "ozon", "Ozon"
        WILDBERRIES = "wildberries", "Wildberries"

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    platform = models.CharField(max_length=12, choices=Platform.choices)
    start = models.CharField(max_length=40)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "platform"], name="traffic_tag_once"),
        ]

    def __str__(self) -> str:
        return f"{self.platform}: {self.start}"
