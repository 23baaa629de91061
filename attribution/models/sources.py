"""Where orders come from, and everything that came, raw."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from core import clock
from core.fields import SealedBytesField, SealedTextField
from core.ids import endpoint_token, uuid7


class Connection(models.Model):
    """A brand's source of orders: what connector reads it, with which secrets and settings."""

    class State(models.TextChoices):
        NEW = "new", _("waiting for the first event")
        OK = "ok", _("works")
        FAILING = "failing", _("failing")
        OFF = "off", _("off")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="connections")
    source = models.CharField(_("source"), max_length=24)
    name = models.CharField(_("name"), max_length=80)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.NEW)
    endpoint_token = models.CharField(max_length=64, unique=True, default=endpoint_token)
    token = SealedTextField(default="")  # what we ask it with; "": it is never asked
    # What its calls to us are signed with: a JSON list, newest first, two during a rotation
    secrets = SealedTextField(default="[]")
    settings = models.JSONField(default=dict)
    error = models.CharField(_("last error"), max_length=300, blank=True)
    last_event_at = models.DateTimeField(_("last event"), null=True)
    # From when it says nothing, for much longer than it ever does; null while it is itself
    silent_since = models.DateTimeField(_("silent since"), null=True)
    bad_signature_count = models.PositiveIntegerField(_("bad signatures"), default=0)
    refused_at = models.DateTimeField(_("last refused call"), null=True)
    # What the source itself says of its calls to us: {"state", "detail", "at", "healed_at"}
    calls = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="connection_id_with_brand"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.source})"


class PollCursor(models.Model):
    """How far one endpoint of a polled source has been read, and when it may be asked again."""

    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="cursors", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    endpoint = models.CharField(_("endpoint"), max_length=40)
    cursor = models.JSONField(default=dict)
    next_at = models.DateTimeField(_("next poll"), default=clock.now)
    polled_at = models.DateTimeField(_("last poll"), null=True)
    limited_until = models.DateTimeField(null=True)  # a pause that the source itself asked for
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    is_slow = models.BooleanField(_("slow"), default=False)  # asked apart from the others

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "endpoint"], name="cursor_once_per_endpoint"
            ),
        ]
        indexes = [models.Index(fields=["is_slow", "next_at"], name="cursor_due")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.endpoint}"


class ShownOrder(models.Model):
    """An order that a list of the source showed us: the other side of the difference report. Kept
    for SHOWN_DAYS (attribution.services.reconciliation) after the day on which it was placed."""

    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=128)
    number = models.CharField(max_length=64)
    placed_on = models.DateField()  # of Kazakhstan
    placed_at = models.DateTimeField()
    event_key = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=8, blank=True)
    seen_at = models.DateTimeField(default=clock.now)  # the last time
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="shown_once_per_connection"
            ),
        ]
        indexes = [
            models.Index(fields=["connection", "placed_on"], name="shown_by_day"),
            models.Index(fields=["placed_on"], name="shown_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.external_id}"


class InboundEvent(models.Model):
    """One webhook or pulled record, stored before it is answered, worked on after."""

    class Trust(models.TextChoices):
        SIGNED = "signed", _("signed")
        PULLED = "pulled", _("read from the source")
        HINT = "hint", _("unsigned hint")

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        DONE = "done", _("done")
        IGNORED = "ignored", _("nothing to do")
        DEAD = "dead", _("failed for good")
        REFUSED = "refused", _("refused")  # never worked on: kept for who looks for the mistake

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="events", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(_("source"), max_length=24)
    endpoint = models.CharField(_("endpoint"), max_length=40)  # "webhook" or the polled endpoint
    event_key = models.CharField(max_length=200)
    trust = models.CharField(_("trust"), max_length=8, choices=Trust.choices)
    headers = models.JSONField(default=dict)
    body = SealedBytesField()
    body_sha256 = models.CharField(max_length=64)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.RECEIVED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    repeats = models.PositiveIntegerField(_("repeats"), default=0)  # of a call, once worked on
    next_at = models.DateTimeField(default=clock.now)
    error = models.CharField(_("error"), max_length=300, blank=True)
    outcome = models.JSONField(default=dict)  # what it became: order ids, notes
    received_at = models.DateTimeField(_("received"), default=clock.now)
    finished_at = models.DateTimeField(null=True)
    body_purged_at = models.DateTimeField(_("body erased"), null=True)  # with the headers

    class Meta:
        verbose_name = _("inbound event")
        verbose_name_plural = _("inbound events")
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="event_id_with_brand"),
            models.UniqueConstraint(
                fields=["connection", "event_key"], name="event_once_per_connection"
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="event_waiting", condition=Q(state="received")),
            models.Index(fields=["brand", "-received_at"], name="event_of_brand_newest"),
            models.Index(
                fields=["received_at"],
                name="event_with_body",
                condition=Q(body_purged_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.event_key}"


class Order(models.Model):
    """A source's sale as we know it now. Every change is a version below it."""

    class Status(models.TextChoices):
        CREATED = "created", _("created")
        PAID = "paid", _("paid")
        FULFILLED = "fulfilled", _("received by the buyer")
        CANCELLED = "cancelled", _("cancelled")
        RETURNED = "returned", _("returned")
        UNMAPPED = "unmapped", _("unknown status")

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="orders", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=24)
    external_id = models.CharField(_("order"), max_length=128)
    number = models.CharField(_("number"), max_length=64)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices)
    raw_status = models.CharField(_("the source's status"), max_length=64)
    currency = models.CharField(max_length=3)
    trust = models.CharField(max_length=8, choices=InboundEvent.Trust.choices)
    click_id = models.UUIDField(null=True)
    promo_codes = ArrayField(models.CharField(max_length=64), default=list)  # as typed, for ever
    # Those of them that took something off, where the source tells
    discounted_codes = ArrayField(
        models.CharField(max_length=64), default=list, db_default=[], editable=False
    )
    customer_phone_index = models.CharField(max_length=64, blank=True)  # core.crypto.blind_index
    customer_email_index = models.CharField(max_length=64, blank=True)
    buyer_told = models.CharField(max_length=9, blank=True)  # by the source: new, returning
    is_test = models.BooleanField(default=False)
    # Under which order of another source this sale counts; null: under this one
    same_sale = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="repeats",
        db_constraint=False,
        db_index=False,
        editable=False,
    )
    placed_at = models.DateTimeField(_("placed"))
    fulfilled_at = models.DateTimeField(_("received by the buyer at"), null=True)
    source_updated_at = models.DateTimeField()
    # What makes another currency tenge: attribution.domain.rates says of which day, and when final.
    rate = models.DecimalField(
        _("tenge for one unit"), max_digits=18, decimal_places=8, null=True, editable=False
    )
    rate_on = models.DateField(_("day of the rate"), null=True)
    is_rate_final = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="order_id_with_brand"),
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="order_once_per_connection"
            ),
        ]
        indexes = [
            models.Index(fields=["brand", "-placed_at", "-id"], name="order_of_brand"),
            models.Index(fields=["connection", "number"], name="order_of_number"),
            models.Index(
                fields=["brand", "customer_phone_index", "placed_at"],
                name="order_of_phone",
                condition=~Q(customer_phone_index=""),
            ),
            models.Index(
                fields=["brand", "customer_email_index", "placed_at"],
                name="order_of_email",
                condition=~Q(customer_email_index=""),
            ),
            models.Index(
                fields=["same_sale"],
                name="order_repeats_another",
                condition=Q(same_sale__isnull=False),
            ),
            models.Index(
                fields=["id"],
                name="order_in_other_money",
                condition=~Q(currency="KZT") & Q(is_rate_final=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """A line of an order. `amount_minor` is net of discounts, without delivery, before returns."""

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="lines", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    line_id = models.CharField(max_length=128)
    sku = models.CharField(max_length=128, blank=True)
    name = models.CharField(max_length=255)
    quantity = models.PositiveIntegerField()
    returned_quantity = models.PositiveIntegerField(default=0)
    amount_minor = models.BigIntegerField()
    returned_minor = models.BigIntegerField(default=0)
    # What of the amount a marketplace paid in the buyer's place; 0 where the source does not say
    market_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "brand"], name="line_id_with_brand"),
            models.UniqueConstraint(fields=["order", "line_id"], name="line_once_per_order"),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, returned_minor__gte=0),
                name="line_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(returned_minor__lte=models.F("amount_minor")),
                name="line_returns_at_most_its_amount",
            ),
            models.CheckConstraint(
                condition=Q(market_minor__gte=0, market_minor__lte=models.F("amount_minor")),
                name="line_market_pays_at_most_its_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.line_id}"


class OrderVersion(models.Model):
    """One snapshot of an order, as it came. Older than what we knew: kept, and not applied."""

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="versions", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey(
        InboundEvent, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=10, choices=Order.Status.choices)
    raw_status = models.CharField(max_length=64)
    source_updated_at = models.DateTimeField()
    is_applied = models.BooleanField()
    snapshot = models.JSONField()  # amounts and states, no personal data
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="version_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} v{self.number}"


class LateEvidence(models.Model):
    """A source's row that names an order's influencer days after the order (a Wildberries finance
    row with a substitute article). Kept even when its order has not come yet."""

    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey(
        InboundEvent, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    order_external_id = models.CharField(max_length=128)
    line_id = models.CharField(max_length=128)
    kind = models.CharField(max_length=24)
    value = models.CharField(max_length=128)
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "order_external_id", "line_id", "kind", "value"],
                name="evidence_once_per_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_external_id} {self.kind}: {self.value}"


class LineMove(models.Model):
    """What became of a line's goods, told by a row of the source that is not the order's own (a
    return of Ozon, a sale of Wildberries). Kept even when its order has not come yet; the latest
    state of the row counts."""

    class Kind(models.TextChoices):
        RETURN = "return", _("return")
        CANCELLATION = "cancellation", _("cancellation")
        SPLIT = "split", _("went on in another order")
        RECEIPT = "receipt", _("received by the buyer")
        WITHDRAWAL = "withdrawal", _("cancelled as a whole")

    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey(
        InboundEvent, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    order_external_id = models.CharField(max_length=128)
    line_id = models.CharField(max_length=128)
    move_id = models.CharField(max_length=128)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    quantity = models.PositiveIntegerField()
    source_updated_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "order_external_id", "line_id", "move_id"],
                name="move_once_per_line",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_external_id}/{self.line_id} {self.kind}: {self.quantity}"
