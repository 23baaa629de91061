"""How promo codes are used, and what looked like a leak."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from attribution.models.sources import Order
from brands.models import Brand
from campaigns.models import Campaign, Participation, PromoCode
from core import clock
from core.ids import uuid7
from influencers.models import Influencer


class CodeUse(models.Model):
    """An order that names a personal code, and whether its influencer's links were opened about
    that time. Written once, by `attribution.services.leak_guard`."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    participation = models.ForeignKey(
        Participation,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    code = models.ForeignKey(
        PromoCode,
        on_delete=models.PROTECT,
        related_name="uses",
        db_constraint=False,
        db_index=False,
    )
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    at = models.DateTimeField(_("ordered"))
    is_clicked = models.BooleanField()  # the order itself carries a click of the influencer
    # Nobody opened a link before it; null where clicks are not known or the order has a day only
    is_cold = models.BooleanField(null=True)

    class Meta:
        verbose_name = _("use of a code")
        verbose_name_plural = _("uses of codes")
        constraints = [
            models.UniqueConstraint(fields=["code", "order"], name="code_use_once_per_order"),
        ]
        indexes = [models.Index(fields=["code", "at"], name="code_use_by_moment")]

    def __str__(self) -> str:
        return f"{self.code_id} in {self.order_id}"


class CodeFinding(models.Model):
    """A sign that a code has leaked (attribution.domain.leak_guard.Sign), and what became of it.

    While it is open, its figures follow. Decided about, it never changes again.
    """

    class Signal(models.TextChoices):
        COLD = "cold", _("used without clicks")
        BURST = "burst", _("many uses in an hour")
        EARLY = "early", _("used before the first click")
        REFERRER = "referrer", _("a coupon site")
        ABROAD = "abroad", _("people from abroad")

    class State(models.TextChoices):
        OPEN = "open", _("to look at")
        CLEARED = "cleared", _("nothing wrong")
        LEAKED = "leaked", _("leaked")
        LAPSED = "lapsed", _("nobody decided")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    participation = models.ForeignKey(
        Participation, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="code_findings"
    )
    code = models.ForeignKey(
        PromoCode, on_delete=models.PROTECT, related_name="findings", db_constraint=False
    )
    signal = models.CharField(_("what was seen"), max_length=8, choices=Signal.choices)
    figures = models.JSONField(_("figures"))
    since_at = models.DateTimeField(_("orders from"))
    until_at = models.DateTimeField(_("orders before"), null=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    reply = models.CharField(_("what the influencer says"), max_length=500, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    opened_at = models.DateTimeField(_("found"), default=clock.now)
    seen_at = models.DateTimeField(_("seen last"), default=clock.now)
    closed_at = models.DateTimeField(_("decided"), null=True)
    closed_by_id = models.BigIntegerField(null=True)  # a user of the brand, or of ops

    class Meta:
        verbose_name = _("finding of the leak guard")
        verbose_name_plural = _("findings of the leak guard")
        constraints = [
            models.UniqueConstraint(
                fields=["code", "signal"],
                condition=Q(state="open"),
                name="code_finding_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | ~Q(state="open") & Q(closed_at__isnull=False),
                name="code_finding_closed_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "-opened_at", "-id"], name="code_finding_of_brand"),
            models.Index(fields=["opened_at"], name="code_finding_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return str(self.get_signal_display())


class CodeWatch(models.Model):
    """How far the candidates of decisions have been read for uses of codes. One row."""

    candidate_id = models.BigIntegerField(default=0)
    read_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return str(self.candidate_id)


class CouponSite(models.Model):
    """A site that collects promo codes: whoever comes from there did not come for the influencer.
    Entered by ops, who say how they know."""

    class Confidence(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        UNCONFIRMED = "unconfirmed", _("unconfirmed")

    host = models.CharField(_("host"), max_length=253, unique=True)  # without "www."
    name = models.CharField(_("name"), max_length=80)
    is_active = models.BooleanField(_("looked for"), default=True)
    confidence = models.CharField(
        _("confidence"),
        max_length=11,
        choices=Confidence.choices,
        default=Confidence.UNCONFIRMED,
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    changed_by_id = models.BigIntegerField(_("changed by"), null=True)
    changed_at = models.DateTimeField(_("changed"), default=clock.now)

    class Meta:
        verbose_name = _("coupon site")
        verbose_name_plural = _("coupon sites")
        constraints = [
            models.CheckConstraint(
                condition=~Q(host="") & ~Q(host__startswith="www."),
                name="coupon_site_has_a_bare_host",
            ),
        ]

    def __str__(self) -> str:
        return self.host
