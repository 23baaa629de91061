"""Clicks, raw and summed. The drain (attribution.clickpath) writes them with SQL; Django reads.

Ids are plain numbers and not foreign keys: a hundred million rows are not checked one by one, and
the drain has joined each of them to its link.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class Click(models.Model):
    """One request of a tracking link. Never changed or deleted; old days are dropped as a whole.

    Partitioned by the UTC day of `at`; the database's key is (click_id, at). Look one up by
    `attribution.selectors.clicks.click_get`, which reads a single day.
    """

    click_id = models.UUIDField(primary_key=True, editable=False)  # UUIDv7 of the moment `at`
    at = models.DateTimeField(_("time of the click"))
    link_id = models.BigIntegerField()
    participation_id = models.BigIntegerField()
    campaign_id = models.BigIntegerField()
    brand_id = models.BigIntegerField()
    influencer_id = models.BigIntegerField()
    visitor = models.UUIDField()
    ip_network = models.GenericIPAddressField(null=True)  # /24 or /48: never a person's address
    user_agent = models.TextField(blank=True)
    referer = models.TextField(blank=True)
    sub1 = models.TextField(blank=True)
    sub2 = models.TextField(blank=True)
    sub3 = models.TextField(blank=True)
    sub4 = models.TextField(blank=True)
    sub5 = models.TextField(blank=True)
    flags = models.PositiveSmallIntegerField()  # attribution.domain.click_flags

    class Meta:
        verbose_name = _("click")
        verbose_name_plural = _("clicks")
        indexes = [models.Index(fields=["link_id", "at"], name="click_of_link")]

    def __str__(self) -> str:
        return self.click_id.hex


class ClickDaily(models.Model):
    """Clicks of one link on one day of Kazakhstan. Written with the clicks, kept for ever."""

    day_on = models.DateField(_("day"))
    link_id = models.BigIntegerField()
    campaign_id = models.BigIntegerField()
    brand_id = models.BigIntegerField()
    influencer_id = models.BigIntegerField()
    people = models.PositiveIntegerField(_("people"), default=0)  # who reached the product
    bots = models.PositiveIntegerField(_("robots and previews"), default=0)
    inactive = models.PositiveIntegerField(_("people who came too late"), default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link_id", "day_on"], name="click_daily_once"),
        ]
        indexes = [
            models.Index(fields=["brand_id", "day_on"], name="click_daily_of_brand"),
            models.Index(fields=["influencer_id", "day_on"], name="click_daily_of_influencer"),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.day_on}: {self.people}"


class DrainOffset(models.Model):
    """How far a stream of clicks is in PostgreSQL; written in the transaction of its clicks."""

    stream = models.CharField(primary_key=True, max_length=40)
    epoch = models.CharField(max_length=40)  # another one in Redis: that stream was lost
    last_id = models.CharField(max_length=40)
    stored = models.BigIntegerField(default=0)  # clicks, since the beginning
    updated_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.stream} {self.last_id}"


class ClickQuarantine(models.Model):
    """A line of the stream that is no click of ours, kept for a person to look at."""

    line_sha256 = models.CharField(max_length=64, unique=True)  # a line sent again is one row
    line = models.BinaryField()
    reason = models.CharField(_("reason"), max_length=300)
    created_at = models.DateTimeField(_("found"), default=clock.now)

    class Meta:
        verbose_name = _("unreadable click")
        verbose_name_plural = _("unreadable clicks")

    def __str__(self) -> str:
        return self.reason
