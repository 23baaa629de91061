"""An offer, its running totals."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from campaigns.domain.eligibility import JoinRules
from campaigns.models.categories import Category
from core import clock
from core.ids import uuid7


class Campaign(models.Model):
    """A brand's offer to influencers. What it pays is in its terms; its money in the ledger."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        LIVE = "live", _("live")
        PAUSED = "paused", _("paused")
        CLOSED = "closed", _("closed")

    class Access(models.TextChoices):
        PUBLIC = "public", _("open to everybody")
        APPLICATION = "application", _("by application")
        PRIVATE = "private", _("by invitation")

    class LeakMode(models.TextChoices):
        FLAG = "flag", _("only tell")
        ENFORCE = "enforce", _("hold the rewards")
        ROTATE = "rotate", _("give a new code")

    class Review(models.TextChoices):
        NONE = "", _("not asked")
        ASKED = "asked", _("waits for us")
        PASSED = "passed", _("may be published")
        REFUSED = "refused", _("may not be published")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="campaigns")
    brand_name = models.CharField(max_length=120)  # a copy: links and lists need no join
    title = models.CharField(_("title"), max_length=120)
    about = models.TextField(_("what it is about"), max_length=2000, blank=True)
    destination_url = models.URLField(_("product page"), max_length=500)
    allowed_hosts = ArrayField(models.CharField(max_length=253))
    fallback_url = models.URLField(_("page when the campaign is over"), max_length=500, blank=True)
    status = models.CharField(
        _("status"), max_length=8, choices=Status.choices, default=Status.DRAFT
    )
    access = models.CharField(
        _("who may join"), max_length=12, choices=Access.choices, default=Access.PUBLIC
    )
    budget_minor = models.BigIntegerField(_("reward budget, tiyn"))
    typical_basket_minor = models.BigIntegerField(_("typical order, tiyn"))
    platform_fee_bps = models.PositiveIntegerField(default=1500)  # of the contract, at publishing
    vat_bps = models.PositiveIntegerField(default=0)  # of the law, at publishing
    reserve_count = models.PositiveIntegerField(
        default=0
    )  # n of the ledger's reserve:{campaign}:{n}
    # What happens when a promo code looks leaked (attribution.domain.leak_guard)
    leak_mode = models.CharField(
        _("when a promo code looks leaked"),
        max_length=8,
        choices=LeakMode.choices,
        default=LeakMode.FLAG,
    )
    # Marketplaces whose daily totals pay here and whose orders do not: {platform: first day}
    totals_from = models.JSONField(default=dict, editable=False)
    # What it is about; of some kinds we look at the draft first (services.categories)
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
    )
    review = models.CharField(
        _("look at the category"), max_length=8, choices=Review.choices, blank=True
    )
    review_at = models.DateTimeField(_("since"), null=True)
    review_note = models.CharField(_("why"), max_length=500, blank=True)
    # Who may take part (domain.eligibility), and how many; nothing asked is null or empty
    followers_min = models.PositiveIntegerField(null=True)
    followers_max = models.PositiveIntegerField(null=True)
    cities = ArrayField(models.CharField(max_length=12), default=list)
    languages = ArrayField(models.CharField(max_length=2), default=list)
    topics = ArrayField(models.CharField(max_length=24), default=list)
    payee_types = ArrayField(models.CharField(max_length=16), default=list)
    participants_max = models.PositiveIntegerField(_("places"), null=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    published_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="campaign_id_with_brand"),
            models.CheckConstraint(
                condition=Q(budget_minor__gt=0), name="campaign_budget_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(typical_basket_minor__gt=0), name="campaign_basket_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(published_at__isnull=False),
                name="campaign_published_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(followers_min__isnull=True)
                | Q(followers_max__isnull=True)
                | Q(followers_max__gte=models.F("followers_min")),
                name="campaign_followers_least_to_most",
            ),
            models.CheckConstraint(
                condition=Q(participants_max__isnull=True) | Q(participants_max__gt=0),
                name="campaign_has_a_place",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "-id"], name="campaign_brand_newest"),
            models.Index(
                fields=["-published_at"], name="campaign_live", condition=Q(status="live")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def last_on(self) -> date | None:
        """Its last day: it ends at the midnight after it."""
        return clock.last_day(self.ends_at) if self.ends_at else None

    @property
    def join_rules(self) -> JoinRules:
        """Who may take part. Built anew at every reading."""
        return JoinRules(
            followers_min=self.followers_min,
            followers_max=self.followers_max,
            cities=tuple(self.cities),
            languages=tuple(self.languages),
            topics=tuple(self.topics),
            payee_types=tuple(self.payee_types),
            participants_max=self.participants_max,
        )


class CampaignTotals(models.Model):
    """Running totals of a campaign, from which fee and VAT are rounded (ledger.domain.fees).

    One row, locked by whoever books a conversion of the campaign; `selfcheck` proves it equal to
    the conversions. `accrued` is everything not reversed, `final` what is approved.
    """

    campaign = models.OneToOneField(
        Campaign, on_delete=models.PROTECT, related_name="totals", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    accrued_minor = models.BigIntegerField(default=0)
    fee_accrued_minor = models.BigIntegerField(default=0)
    final_minor = models.BigIntegerField(default=0)
    fee_final_minor = models.BigIntegerField(default=0)
    vat_final_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accrued_minor__gte=models.F("final_minor"), final_minor__gte=0),
                name="totals_final_is_part_of_accrued",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.accrued_minor}"
