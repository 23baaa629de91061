from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Lower, Replace
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from campaigns.code_models import CodeAlias, CodePool, PromoCode
from campaigns.domain import link_ending
from campaigns.domain.commission import CommissionTerms, sku_key
from campaigns.domain.sku_table import table_of_plain
from core import clock
from core.ids import link_token, uuid7
from influencers.models import Influencer

__all__ = [
    "AppTarget",
    "Campaign",
    "CampaignTotals",
    "CodeAlias",
    "CodePool",
    "ExternalCode",
    "Participation",
    "PromoCode",
    "Terms",
    "TrackingLink",
]


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
        ]
        indexes = [
            models.Index(fields=["brand", "-id"], name="campaign_brand_newest"),
            models.Index(
                fields=["-published_at"], name="campaign_live", condition=Q(status="live")
            ),
        ]

    def __str__(self) -> str:
        return self.title


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


class Participation(models.Model):
    """An influencer in a campaign. `brand` repeats the campaign's: policies must not join."""

    class State(models.TextChoices):
        APPLIED = "applied", _("applied")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        LEFT = "left", _("left")
        REMOVED = "removed", _("removed")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="participations", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="participations"
    )
    terms = models.ForeignKey(
        Terms, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    state = models.CharField(max_length=8, choices=State.choices)
    created_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="participation_id_with_brand"),
            models.UniqueConstraint(
                fields=["brand", "campaign", "influencer"], name="participation_once"
            ),
        ]
        indexes = [models.Index(fields=["influencer", "-id"], name="participation_of_influencer")]

    def __str__(self) -> str:
        return f"{self.influencer_id} in {self.campaign_id}"


def _looks() -> Any:
    """`link_ending.looks_of` as PostgreSQL computes it."""
    folds = Value(link_ending.LOOKS_FROM), Value(link_ending.LOOKS_TO)
    looks: Any = Func(Lower("token"), *folds, function="TRANSLATE", output_field=models.CharField())
    for pair, letter in link_ending.LOOKS_PAIRS:
        looks = Replace(looks, Value(pair), Value(letter))
    return looks


class TrackingLink(models.Model):
    """Our short URL of one participation. The destination is stored, never taken from a query.

    The token is random, or an ending that its owner chose. It was published: it never changes, and
    the row never goes, so that an old post leads where it led and to nobody else. What it looks
    like is unique over all links, so that no ending imitates another.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        DISABLED = "disabled", _("disabled")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    participation = models.ForeignKey(
        Participation, on_delete=models.PROTECT, related_name="links", db_constraint=False
    )
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="links")
    token = models.CharField(max_length=40, unique=True, default=link_token)
    token_looks = models.GeneratedField(
        expression=_looks(), output_field=models.CharField(max_length=40), db_persist=True
    )
    destination_url = models.URLField(max_length=500)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token_looks"], name="link_looks_like_no_other"),
            models.CheckConstraint(
                # What the click process looks for (attribution.clickpath.visit.token_of)
                condition=Q(("token__regex", "^[a-z0-9-]{4,40}$")),
                name="link_token_is_small_letters",
            ),
        ]
        indexes = [models.Index(fields=["influencer", "-id"], name="link_of_influencer")]

    def __str__(self) -> str:
        return self.token


class AppTarget(models.Model):
    """The Android app of a host: links to it may open there. Entered by ops, who say how they know;
    none is shipped, because a wrong package opens a stranger's app."""

    class Confidence(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        UNCONFIRMED = "unconfirmed", _("unconfirmed")

    host = models.CharField(_("host"), max_length=253, unique=True)  # without "www."
    android_package = models.CharField(_("Android package"), max_length=150)
    is_active = models.BooleanField(_("opens links"), default=False)
    confidence = models.CharField(
        _("confidence"),
        max_length=11,
        choices=Confidence.choices,
        default=Confidence.UNCONFIRMED,
    )
    source_url = models.URLField(_("source"), max_length=500)
    note = models.CharField(_("note"), max_length=500, blank=True)
    changed_by_id = models.BigIntegerField(_("changed by"))
    changed_at = models.DateTimeField(_("changed"), default=clock.now)

    class Meta:
        verbose_name = _("app of a shop")
        verbose_name_plural = _("apps of shops")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(confidence="confirmed"),
                name="app_opens_links_only_when_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(source_url="") & ~Q(host__startswith="www."),
                name="app_has_a_source_and_a_bare_host",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.host}: {self.android_package}"


class ExternalCode(models.Model):
    """An id that a marketplace puts into its own rows and that belongs to one participation."""

    class Kind(models.TextChoices):
        WB_SUBSTITUTE_ARTICLE = "wb_substitute_article", _("Wildberries substitute article")
        OZON_VOUCHER = "ozon_voucher", _("Ozon voucher")

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
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "kind", "value"], name="external_code_once_per_shop"
            ),
            models.CheckConstraint(condition=~Q(value=""), name="external_code_not_empty"),
            models.UniqueConstraint(
                fields=["participation", "kind"],
                name="external_code_one_reserved",
                condition=Q(state="reserved"),
            ),
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
