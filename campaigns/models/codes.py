"""Promo codes: personal ones, pools of one-time ones, and what else buyers type for them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from core import clock
from core.ids import uuid7
from influencers.models import Influencer


class CodePool(models.Model):
    """One-time codes that came together, out of a file or made by us. Of a participation; or of a
    campaign, and then a code becomes a participation's when it is given to it.

    A file that was refused leaves no code: its row only keeps what was wrong with it, for a day.
    """

    class State(models.TextChoices):
        READY = "ready", _("ready")
        REFUSED = "refused", _("refused")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    participation = models.ForeignKey(
        "campaigns.Participation",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        db_constraint=False,
    )
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="+", null=True
    )
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READY)
    rows = models.PositiveIntegerField(default=0)  # codes of it, or rows of the refused file
    faults = models.JSONField(default=list)  # [row, text, fault, other]
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="code_pool_id_with_brand"),
        ]
        indexes = [models.Index(fields=["campaign", "-id"], name="code_pool_of_campaign")]

    def __str__(self) -> str:
        return self.name


class PromoCode(models.Model):
    """A code that a buyer types at checkout, bound to one participation. The skeleton (look-alike
    letters folded) is unique per shop, so that no twin can be issued.

    A personal code is active, replaced by a newer one, or void. A one-time code is issued, reserved
    for a follower, redeemed by the first order that names it (`used_by`), or void; out of a
    campaign's pool it is nobody's until it is given to a participation, and stays theirs then.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        REPLACED = "replaced", _("replaced")
        ISSUED = "issued", _("issued")
        RESERVED = "reserved", _("reserved")
        REDEEMED = "redeemed", _("redeemed")
        VOID = "void", _("void")

    participation = models.ForeignKey(
        "campaigns.Participation",
        on_delete=models.PROTECT,
        related_name="codes",
        null=True,
        db_constraint=False,
    )
    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="codes", null=True
    )
    pool = models.ForeignKey(
        CodePool, on_delete=models.PROTECT, related_name="codes", null=True, db_constraint=False
    )
    code = models.CharField(max_length=40)
    canonical = models.CharField(max_length=40)
    skeleton = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    # Orders placed in between count; no end is no end
    valid_from = models.DateTimeField(null=True)
    valid_until = models.DateTimeField(null=True)
    except_skus = ArrayField(models.CharField(max_length=128), default=list)
    used_by = models.CharField(max_length=160, blank=True)  # "connection:order" of the source
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="code_id_with_brand"),
            models.UniqueConstraint(fields=["brand", "skeleton"], name="code_skeleton_per_shop"),
            models.CheckConstraint(
                condition=Q(pool__isnull=False)
                | Q(participation__isnull=False, state__in=["active", "replaced", "void"]),
                name="code_personal_is_somebodys",
            ),
            models.CheckConstraint(
                condition=Q(participation__isnull=True, influencer__isnull=True)
                | Q(participation__isnull=False, influencer__isnull=False),
                name="code_participation_has_its_influencer",
            ),
            models.CheckConstraint(
                condition=Q(state="redeemed", used_at__isnull=False) & ~Q(used_by="")
                | ~Q(state="redeemed") & Q(used_by="", used_at__isnull=True),
                name="code_redeemed_has_its_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["pool", "state", "id"],
                name="code_of_pool",
                condition=Q(pool__isnull=False),
            ),
            models.Index(
                fields=["participation", "state"],
                name="code_of_participation",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class CodeAlias(models.Model):
    """What buyers type for a personal code, or what a person said about a text that they type.

    A text that may mean two codes counts for neither from `ambiguous_at` on: a person decides.
    """

    class Kind(models.TextChoices):
        TRANSLITERATION = "translit", _("the other alphabet")
        LAYOUT = "layout", _("the other keyboard layout")
        BY_HAND = "by_hand", _("assigned by hand")
        NOBODYS = "nobodys", _("no influencer's")

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    code = models.ForeignKey(
        PromoCode,
        on_delete=models.PROTECT,
        related_name="aliases",
        null=True,
        db_constraint=False,
    )
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="+", null=True
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.CharField(max_length=64)
    skeleton = models.CharField(max_length=64)
    ambiguous_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "skeleton"], name="code_alias_once_per_shop"),
            models.CheckConstraint(
                condition=Q(kind="nobodys", code__isnull=True, influencer__isnull=True)
                | ~Q(kind="nobodys") & Q(code__isnull=False, influencer__isnull=False),
                name="code_alias_is_somebodys_or_nobodys",
            ),
        ]
        indexes = [models.Index(fields=["code"], name="code_alias_of_code")]

    def __str__(self) -> str:
        return self.text
