"""What a campaign pays for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from campaigns.domain.commission import CommissionTerms, sku_key
from campaigns.domain.sku_table import table_of_plain
from campaigns.models.campaigns import Campaign
from core import clock


class Terms(models.Model):
    """What a campaign pays for, one immutable version. A participation keeps the one it joined
    under; a conversion uses the version in force at its click, or at the order without one."""

    class CodePolicy(models.TextChoices):
        CODE_WINS = "code_wins", _("the promo code wins over the link")
        CLICK_WINS = "click_wins", _("the link wins over the promo code")
        CODE_ONLY = "code_only", _("only promo codes count")
        CLICK_ONLY = "click_only", _("only links count")

    class Model(models.TextChoices):
        LAST_CLICK = "last_click", _("the last link tapped counts")
        FIRST_CLICK = "first_click", _("the first link tapped counts")

    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="terms", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    # What goods earn that the table does not name: a percent, or a sum for the order
    commission_bps = models.PositiveIntegerField(_("reward, basis points"), default=0)
    fixed_minor = models.BigIntegerField(_("reward of an order, tiyn"), default=0)
    cap_minor = models.BigIntegerField(_("most that an order earns, tiyn"), null=True)
    sku_rates = models.JSONField(_("rewards of products"), default=list)  # domain.sku_table
    window_days = models.PositiveSmallIntegerField(_("days from link to order"), default=30)
    hold_days = models.PositiveSmallIntegerField(_("days on hold"), default=21)
    # Days after the approval in which returned goods still take their reward back. Null: none do
    clawback_days = models.PositiveSmallIntegerField(_("days of late returns"), null=True)
    code_policy = models.CharField(
        max_length=10, choices=CodePolicy.choices, default=CodePolicy.CODE_WINS
    )
    model = models.CharField(max_length=11, choices=Model.choices, default=Model.LAST_CLICK)
    paying_grades = models.CharField(max_length=5, default="ABD")
    created_at = models.DateTimeField(default=clock.now)
    published_at = models.DateTimeField(null=True)  # drafts are the brand's alone

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="terms_id_with_brand"),
            models.UniqueConstraint(fields=["campaign", "version"], name="terms_version_once"),
            models.CheckConstraint(
                condition=Q(commission_bps__lte=9_000, fixed_minor__gte=0),
                name="terms_reward_within_0_and_90_pct",
            ),
            models.CheckConstraint(
                condition=Q(commission_bps=0) | Q(fixed_minor=0),
                name="terms_percent_or_fixed",
            ),
            models.CheckConstraint(
                condition=Q(commission_bps__gt=0) | Q(fixed_minor__gt=0) | ~Q(sku_rates=[]),
                name="terms_pay_for_something",
            ),
            models.CheckConstraint(
                condition=Q(cap_minor__isnull=True)
                | Q(cap_minor__gt=0, cap_minor__gte=models.F("fixed_minor")),
                name="terms_cap_not_under_the_fixed_reward",
            ),
            models.CheckConstraint(
                condition=Q(window_days__gte=1, window_days__lte=90), name="terms_window_1_to_90"
            ),
            models.CheckConstraint(
                condition=Q(clawback_days__isnull=True)
                | Q(clawback_days__gte=1, clawback_days__lte=180),
                name="terms_clawback_1_to_180",
            ),
            models.CheckConstraint(
                condition=Q(hold_days__gte=14, hold_days__lte=120), name="terms_hold_14_to_120"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} v{self.version}"

    @property
    def commission(self) -> CommissionTerms:
        """How much an order earns. Built anew at every reading."""
        table = {sku_key(row.sku): row.rate for row in table_of_plain(self.sku_rates)}
        return CommissionTerms(self.commission_bps, self.fixed_minor, self.cap_minor, table)
