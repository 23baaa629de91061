"""What a campaign pays for."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from campaigns.domain.commission_terms import CommissionTerms, Rate, sku_key
from campaigns.domain.sku_table import table_of_plain
from campaigns.domain.terms_change import TermsFacts
from campaigns.domain.tier_table import bonuses_of_plain, tiers_of_plain
from campaigns.models.campaigns import Campaign
from core import clock


class Terms(models.Model):
    """What a campaign pays for, one immutable version. A participation keeps the one it joined
    under and those that reached it since (ParticipationTerms); a conversion uses the version in
    force at its click, or at the order without one."""

    class CodePolicy(models.TextChoices):
        CODE_WINS = "code_wins", _("the promo code wins over the link")
        CLICK_WINS = "click_wins", _("the link wins over the promo code")
        CODE_ONLY = "code_only", _("only promo codes count")
        CLICK_ONLY = "click_only", _("only links count")

    class UnknownBuyer(models.TextChoices):
        NEW = "new", _("as a new buyer")
        RETURNING = "returning", _("as a returning buyer")

    class TierKind(models.TextChoices):
        PROGRESSIVE = "progressive", _("for the orders that follow")
        RETROACTIVE = "retroactive", _("for all orders of the month, when it is over")

    class Model(models.TextChoices):
        LAST_CLICK = "last_click", _("the last link tapped counts")
        FIRST_CLICK = "first_click", _("the first link tapped counts")

    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="terms", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    # Whose alone these are; null: of the whole campaign. Numbers run through all of a campaign
    group = models.ForeignKey(
        "campaigns.ParticipantGroup",
        on_delete=models.PROTECT,
        related_name="terms",
        null=True,
        db_constraint=False,
    )
    version = models.PositiveIntegerField()
    # What goods earn that the table does not name: a percent, or a sum for the order
    commission_bps = models.PositiveIntegerField(_("reward, basis points"), default=0)
    fixed_minor = models.BigIntegerField(_("reward of an order, tiyn"), default=0)
    cap_minor = models.BigIntegerField(_("most that an order earns, tiyn"), null=True)
    sku_rates = models.JSONField(_("rewards of products"), default=list)  # domain.sku_table
    # What an order of a returning buyer earns instead: a percent, a sum, or (0) nothing
    returning_bps = models.PositiveIntegerField(null=True)
    returning_minor = models.BigIntegerField(null=True)
    unknown_buyer = models.CharField(
        max_length=9, choices=UnknownBuyer.choices, default=UnknownBuyer.NEW
    )
    base_includes_vat = models.BooleanField(default=True)
    base_as_paid = models.BooleanField(default=False)  # after a marketplace's own discount
    cap_day_minor = models.BigIntegerField(null=True)  # of an influencer's orders of a day
    cap_influencer_minor = models.BigIntegerField(null=True)
    cap_total_minor = models.BigIntegerField(null=True)  # of all influencers
    tier_kind = models.CharField(
        max_length=11, choices=TierKind.choices, default=TierKind.PROGRESSIVE
    )
    tiers = models.JSONField(default=list)  # domain.tier_table
    bonuses = models.JSONField(default=list)
    # Where influencers may recommend; empty: everywhere
    places = ArrayField(models.CharField(max_length=16), default=list)
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
                condition=Q(returning_bps__isnull=True) | Q(returning_minor__isnull=True),
                name="terms_one_rate_of_returning_buyers",
            ),
            models.CheckConstraint(
                condition=Q(returning_bps__isnull=True) | Q(returning_bps__lte=9_000),
                name="terms_returning_within_0_and_90_pct",
            ),
            models.CheckConstraint(
                condition=(Q(cap_day_minor__isnull=True) | Q(cap_day_minor__gt=0))
                & (Q(cap_influencer_minor__isnull=True) | Q(cap_influencer_minor__gt=0))
                & (Q(cap_total_minor__isnull=True) | Q(cap_total_minor__gt=0)),
                name="terms_caps_are_positive",
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
        return CommissionTerms(
            percent_bps=self.commission_bps,
            fixed_minor=self.fixed_minor,
            cap_minor=self.cap_minor,
            table=table,
            returning=self.returning,
            is_unknown_new=self.unknown_buyer == self.UnknownBuyer.NEW,
            is_base_with_vat=self.base_includes_vat,
            is_base_as_paid=self.base_as_paid,
            cap_influencer_minor=self.cap_influencer_minor,
            cap_day_minor=self.cap_day_minor,
            cap_total_minor=self.cap_total_minor,
            tiers=tiers_of_plain(self.tiers),
            is_retroactive=self.tier_kind == self.TierKind.RETROACTIVE,
            bonuses=bonuses_of_plain(self.bonuses),
        )

    @property
    def returning(self) -> Rate | None:
        """What an order of a returning buyer earns; None: as any other."""
        if self.returning_bps is None and self.returning_minor is None:
            return None
        return Rate(self.returning_bps or 0, self.returning_minor or 0)

    @property
    def facts(self) -> TermsFacts:
        """What an influencer earns by."""
        return TermsFacts(
            commission=self.commission,
            window_days=self.window_days,
            hold_days=self.hold_days,
            code_policy=self.code_policy,
            model=self.model,
            paying_grades=self.paying_grades,
            clawback_days=self.clawback_days,
        )
