"""A fixed fee for each post that a brand and an influencer agree on, beside what orders bring."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from campaigns.domain.deals import POSTS_MAX, DealMoney
from campaigns.domain.places import Place
from core import clock
from core.fields import SealedBytesField
from core.ids import uuid7
from influencers.models import Influencer


class Deal(models.Model):
    """So many posts at so much each. Its money leaves the brand's free balance when it is offered;
    under this row's id it is in the ledger's deal_escrow until a post is accepted or released."""

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("expired")
        CANCELLED = "cancelled", _("cancelled")

    class Network(models.TextChoices):
        INSTAGRAM = Place.INSTAGRAM.value, "Instagram"
        TIKTOK = Place.TIKTOK.value, "TikTok"
        YOUTUBE = Place.YOUTUBE.value, "YouTube"
        TELEGRAM = Place.TELEGRAM.value, "Telegram"
        THREADS = Place.THREADS.value, "Threads"
        WHATSAPP = Place.WHATSAPP.value, "WhatsApp"
        VK = Place.VK.value, _("VK")
        OWN_SITE = Place.OWN_SITE.value, _("own site")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.PROTECT, related_name="deals", db_constraint=False
    )
    participation = models.ForeignKey(
        "campaigns.Participation",
        on_delete=models.PROTECT,
        related_name="deals",
        db_constraint=False,
    )
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="+", verbose_name=_("influencer")
    )
    place = models.CharField(_("where"), max_length=12, choices=Network.choices)
    post_count = models.PositiveSmallIntegerField(_("posts"))
    post_minor = models.BigIntegerField(_("fee of a post, tiyn"))
    fee_bps = models.PositiveIntegerField()  # of the campaign, when it was offered
    vat_bps = models.PositiveIntegerField()
    brief = models.TextField(_("what to post"), max_length=2000)
    due_on = models.DateField(_("to be posted by"))
    review_days = models.PositiveSmallIntegerField(_("days to look at a post"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OFFERED)
    answer_until = models.DateTimeField(_("to be answered until"))
    answered_at = models.DateTimeField(_("answered at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    offered_by_id = models.BigIntegerField(_("offered by"), null=True)
    created_at = models.DateTimeField(_("offered at"), default=clock.now)

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="deal_id_with_brand"),
            models.CheckConstraint(
                condition=Q(
                    post_count__gt=0,
                    post_count__lte=POSTS_MAX,
                    post_minor__gt=0,
                    review_days__gt=0,
                ),
                name="deal_numbers_hold",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["offered", "running"], ended_at__isnull=True)
                | (~Q(state__in=["offered", "running"]) & Q(ended_at__isnull=False)),
                name="deal_over_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "-id"], name="deal_of_campaign"),
            models.Index(fields=["influencer", "-id"], name="deal_of_influencer"),
            models.Index(
                fields=["id"], name="deal_under_way", condition=Q(state__in=["offered", "running"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.post_count} × {self.post_minor}"

    @property
    def money(self) -> DealMoney:
        return DealMoney(self.post_minor, self.fee_bps, self.vat_bps)


class Task(models.Model):
    """One post of a deal. What is accepted is the influencer's, and is paid as rewards are."""

    class State(models.TextChoices):
        OPEN = "open", _("to be posted")
        SUBMITTED = "submitted", _("being looked at")
        RETURNED = "returned", _("sent back")
        ACCEPTED = "accepted", _("accepted")
        PAID = "paid", _("paid")
        EXPIRED = "expired", _("not posted in time")
        CANCELLED = "cancelled", _("cancelled")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    deal = models.ForeignKey(
        Deal, on_delete=models.PROTECT, related_name="tasks", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    participation = models.ForeignKey(
        "campaigns.Participation", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    influencer = models.ForeignKey(
        Influencer, on_delete=models.PROTECT, related_name="+", verbose_name=_("influencer")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    amount_minor = models.BigIntegerField(_("fee, tiyn"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    due_on = models.DateField(_("to be posted by"))
    link_key = models.CharField(max_length=300, null=True)  # noqa: DJ001 (none twice)
    review_until = models.DateTimeField(_("looked at until"), null=True)
    has_label = models.BooleanField(_("ad label found"), default=False)
    fee_minor = models.BigIntegerField(_("our fee, tiyn"), default=0)
    vat_minor = models.BigIntegerField(_("VAT of the fee, tiyn"), default=0)
    paid_minor = models.BigIntegerField(_("paid, tiyn"), default=0)
    accepted_at = models.DateTimeField(_("accepted at"), null=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="task_id_with_brand"),
            models.UniqueConstraint(fields=["deal", "number"], name="task_number_once"),
            models.UniqueConstraint(
                fields=["influencer", "link_key"],
                name="task_post_is_paid_once",
                condition=Q(state__in=["submitted", "accepted", "paid"]),
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, paid_minor__gte=0)
                & Q(paid_minor__lte=F("amount_minor")),
                name="task_amounts_hold",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "paid"], accepted_at__isnull=False)
                | (~Q(state__in=["accepted", "paid"]) & Q(accepted_at__isnull=True, paid_minor=0)),
                name="task_accepted_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="submitted") | Q(review_until__isnull=False),
                name="task_submitted_has_its_end",
            ),
        ]
        indexes = [
            models.Index(
                fields=["influencer", "-accepted_at"],
                name="task_earned",
                condition=Q(state__in=["accepted", "paid"]),
            ),
            models.Index(
                fields=["review_until"], name="task_looked_at", condition=Q(state="submitted")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id} #{self.number}: {self.amount_minor}"


class TaskPost(models.Model):
    """A post as it was sent in, and what was said of it. Its own words and picture never change."""

    class Verdict(models.TextChoices):
        NONE = "", _("being looked at")
        ACCEPTED = "accepted", _("accepted")
        RETURNED = "returned", _("sent back")

    class Speaker(models.TextChoices):
        BRAND = "brand", _("the brand")
        OPS = "ops", "Birge"
        SILENCE = "silence", _("nobody objected")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    task = models.ForeignKey(
        Task, on_delete=models.PROTECT, related_name="posts", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    influencer = models.ForeignKey(Influencer, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    url = models.URLField(_("link"), max_length=500)
    text = models.TextField(_("text"), max_length=5000, blank=True)
    label = models.CharField(_("ad label"), max_length=40, blank=True)  # found at the text's start
    picture_name = models.CharField(_("screenshot"), max_length=120, blank=True)
    picture_type = models.CharField(max_length=20, blank=True)
    picture = SealedBytesField(null=True)
    sent_at = models.DateTimeField(_("sent at"), default=clock.now)
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict.choices, blank=True)
    speaker = models.CharField(_("by"), max_length=7, choices=Speaker.choices, blank=True)
    decided_by_id = models.BigIntegerField(_("decided by"), null=True)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    return_code = models.CharField(_("reason"), max_length=5, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("post sent in")
        verbose_name_plural = _("posts sent in")
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="taskpost_number_once"),
            models.CheckConstraint(
                condition=~Q(label="") | Q(picture__isnull=False),
                name="taskpost_has_label_or_picture",
            ),
            models.CheckConstraint(
                condition=Q(verdict="", decided_at__isnull=True)
                | (~Q(verdict="") & Q(decided_at__isnull=False)),
                name="taskpost_verdict_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(speaker="silence") | ~Q(label=""),
                name="taskpost_silence_needs_a_label",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} #{self.number}: {self.url}"
