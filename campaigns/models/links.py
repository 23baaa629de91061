"""Our links, and the apps that open them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Func, Q, Value
from django.db.models.functions import Lower, Replace
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from campaigns.domain import link_ending
from campaigns.models.campaigns import Campaign
from campaigns.models.participations import Participation
from core import clock
from core.ids import link_token, uuid7
from influencers.models import Influencer


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
