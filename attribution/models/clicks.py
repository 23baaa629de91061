"""Clicks, raw and summed. The drain (attribution.clickpath) writes them with SQL; Django reads.

Ids are plain numbers and not foreign keys: a hundred million rows are not checked one by one, and
the drain has joined each of them to its link.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class Device(models.IntegerChoices):
    """What the user agent says it is. Numbers are stored: never renumber, only add."""

    UNKNOWN = 0, _("unknown")
    PHONE = 1, _("mobile phone")
    TABLET = 2, _("tablet")
    COMPUTER = 3, _("computer")


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
    # /24 or /48: never a person's address; forgotten after CLICK_NETWORK_DAYS
    ip_network = models.GenericIPAddressField(null=True)
    user_agent = models.TextField(blank=True)
    referer = models.TextField(blank=True)
    sub1 = models.TextField(blank=True)
    sub2 = models.TextField(blank=True)
    sub3 = models.TextField(blank=True)
    sub4 = models.TextField(blank=True)
    sub5 = models.TextField(blank=True)
    flags = models.PositiveSmallIntegerField()  # attribution.domain.click_flags
    device = models.PositiveSmallIntegerField(choices=Device.choices, default=Device.UNKNOWN)
    country = models.CharField(max_length=2, blank=True)  # of the network, where ranges are loaded
    city = models.TextField(blank=True)

    class Meta:
        verbose_name = _("click")
        verbose_name_plural = _("clicks")
        indexes = [models.Index(fields=["visitor", "link_id", "at"], name="click_of_visitor")]

    def __str__(self) -> str:
        return self.click_id.hex


class ClickCounts(models.Model):
    """Sums of a link's clicks. `people`, `bots` and `inactive` share no click; `uniques` and
    `unusual` are part of the people."""

    link_id = models.BigIntegerField()
    campaign_id = models.BigIntegerField()
    brand_id = models.BigIntegerField()
    influencer_id = models.BigIntegerField()
    people = models.PositiveIntegerField(_("people"), default=0)  # who reached the product
    bots = models.PositiveIntegerField(_("robots and previews"), default=0)
    inactive = models.PositiveIntegerField(_("people who came too late"), default=0)
    uniques = models.PositiveIntegerField(_("different people"), default=0)  # visitors' cookies
    unusual = models.PositiveIntegerField(_("unusual"), default=0)  # click_flags.UNUSUAL

    class Meta:
        abstract = True


class ClickDaily(ClickCounts):
    """Clicks of one link on one day of Kazakhstan. Written with the clicks, kept for ever."""

    day_on = models.DateField(_("day"))

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


class ClickHourly(ClickCounts):
    """Clicks of one link in one hour of the last CLICK_HOURLY_DAYS."""

    hour_at = models.DateTimeField(_("hour"))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link_id", "hour_at"], name="click_hourly_once"),
        ]
        indexes = [
            models.Index(fields=["brand_id", "hour_at"], name="click_hourly_of_brand"),
            models.Index(fields=["influencer_id", "hour_at"], name="click_hourly_of_influencer"),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.hour_at}: {self.people}"


class ClickBreakdown(models.Model):
    """Clicks of one link on one day of Kazakhstan by one property of theirs. Written with the
    clicks and kept as long as they are."""

    class Dimension(models.TextChoices):
        DEVICE = "device", _("device")  # value: a number of Device
        PLACE = "place", _("place")  # "KZ Almaty"; "" unknown
        REFERRER = "referrer", _("came from")  # a host, or an app's id; "" not told
        SUB1 = "sub1", "sub1"
        SUB2 = "sub2", "sub2"
        SUB3 = "sub3", "sub3"
        SUB4 = "sub4", "sub4"
        SUB5 = "sub5", "sub5"

    day_on = models.DateField(_("day"))
    link_id = models.BigIntegerField()
    campaign_id = models.BigIntegerField()
    brand_id = models.BigIntegerField()
    influencer_id = models.BigIntegerField()
    dimension = models.CharField(max_length=8, choices=Dimension.choices)
    value = models.CharField(max_length=120, blank=True)
    people = models.PositiveIntegerField(_("people"), default=0)
    bots = models.PositiveIntegerField(_("robots and previews"), default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link_id", "day_on", "dimension", "value"], name="click_breakdown_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["brand_id", "dimension", "day_on"], name="click_breakdown_of_brand"
            ),
            models.Index(
                fields=["influencer_id", "dimension", "day_on"],
                name="click_breakdown_of_influencer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link_id} {self.day_on} {self.dimension} {self.value}: {self.people}"


class AddressRange(models.Model):
    """Networks of data centres, and where networks are. Loaded from files by
    `manage.py address_ranges_load`; the drain looks every click's network up."""

    class Kind(models.TextChoices):
        DATACENTRE = "datacentre", _("data centre")
        GEOGRAPHY = "geography", _("place")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    network = models.GenericIPAddressField(_("network"))  # with its mask, as PostgreSQL's inet has
    country = models.CharField(_("country"), max_length=2, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    name = models.CharField(_("whose it is"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("address range")
        verbose_name_plural = _("address ranges")
        indexes = [
            GistIndex(
                fields=["network"],
                opclasses=["inet_ops"],
                name="address_range_datacentre",
                condition=Q(kind="datacentre"),
            ),
            GistIndex(
                fields=["network"],
                opclasses=["inet_ops"],
                name="address_range_geography",
                condition=Q(kind="geography"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.network)


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
