"""Orders decided again under the rules of now: what that would change, and what it has changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from attribution.models.sources import Order, OrderLine
from brands.models import Brand
from campaigns.models import Campaign
from core import clock
from core.ids import uuid7


class RerunJob(models.Model):
    """A campaign's orders up to `until`, first only compared, then, if the brand agrees, corrected.

    `cursor` is how far it is: [moment, id] of an order while comparing, [id] of a row while
    correcting. `counts` is {kind of change: lines}, `totals` {participation: [before, after]} tiyn
    of the lines that change. `resumes_as` is what a stopped one goes on with.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("is compared")
        CHECKED = "checked", _("waits for your word")
        APPLYING = "applying", _("is corrected")
        APPLIED = "applied", _("corrected")
        STOPPED = "stopped", _("stopped")
        DROPPED = "dropped", _("given up")

    WORKING = (State.CHECKING, State.APPLYING)
    OPEN = (*WORKING, State.CHECKED, State.STOPPED)

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.CHECKING
    )
    resumes_as = models.CharField(max_length=8, choices=State.choices, blank=True)
    why = models.CharField(_("why"), max_length=300)
    until = models.DateTimeField(_("orders up to"), default=clock.now)
    cursor = models.JSONField(default=list)
    orders_count = models.PositiveIntegerField(_("orders"), default=0)
    done_count = models.PositiveIntegerField(_("looked at"), default=0)
    rows_count = models.PositiveIntegerField(_("lines that change"), default=0)
    applied_count = models.PositiveIntegerField(_("rows gone through"), default=0)
    counts = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)
    outcomes = models.JSONField(default=dict)  # {what became of a row: rows}
    error = models.CharField(_("error"), max_length=300, blank=True)
    touched_at = models.DateTimeField(null=True)  # by whoever works on it
    started_by_id = models.BigIntegerField(_("started by"), null=True)
    applied_by_id = models.BigIntegerField(_("corrected by"), null=True)
    created_at = models.DateTimeField(_("started"), default=clock.now)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("re-run")
        verbose_name_plural = _("re-runs")
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="rerun_id_with_brand"),
            models.UniqueConstraint(
                fields=["campaign"],
                condition=Q(state__in=["checking", "checked", "applying", "stopped"]),
                name="rerun_one_open_per_campaign",
            ),
            models.CheckConstraint(
                condition=~Q(state="stopped") | Q(resumes_as__in=["checking", "applying"]),
                name="rerun_stopped_knows_how_to_go_on",
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "-created_at"], name="rerun_of_brand"),
            models.Index(
                fields=["touched_at"],
                name="rerun_at_work",
                condition=Q(state__in=["checking", "applying"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.created_at:%Y-%m-%d}"


class RerunRow(models.Model):
    """A line of an order that is another's, or worth something else, under the rules of now.

    `before` and `after` name participations, null for nobody; `outcome` is "" until corrected.
    """

    class Outcome(models.TextChoices):
        APPLIED = "applied", _("corrected")
        QUEUED = "queued", _("waits for budget")
        STANDS = "stands", _("approved, stays")
        OTHER = "other", _("something else has happened since")

    job = models.ForeignKey(
        RerunJob,
        on_delete=models.PROTECT,
        related_name="rows",
        db_constraint=False,
        db_index=False,
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    line = models.ForeignKey(
        OrderLine, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    order_number = models.CharField(max_length=64)
    placed_at = models.DateTimeField()
    change = models.CharField(max_length=8)  # attribution.domain.rerun.Change
    before_id = models.BigIntegerField(null=True)
    after_id = models.BigIntegerField(null=True)
    before_minor = models.BigIntegerField()
    after_minor = models.BigIntegerField()
    rule = models.CharField(max_length=40)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "line"], name="rerun_line_once"),
        ]
        indexes = [models.Index(fields=["job", "id"], name="rerun_rows_in_turn")]

    def __str__(self) -> str:
        return f"{self.order_number}: {self.change}"
