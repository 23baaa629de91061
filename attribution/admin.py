from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from attribution import rejection_admin  # noqa: F401  # registers its own
from attribution.forms import ReplayForm
from attribution.leak_admin import LeakedSale
from attribution.models import (
    AddressRange,
    Candidate,
    ClickQuarantine,
    ClickWord,
    Connection,
    Conversion,
    ConversionVersion,
    Decision,
    ExchangeRate,
    InboundEvent,
    Order,
    OrderLine,
    OrderVersion,
    PollCursor,
    RerunJob,
)
from attribution.selectors.connections import dead_days, dead_events, dead_reasons
from attribution.services.event_log import events_replay
from attribution.services.inbox import event_replay
from core import clock
from core.admin import (
    ConfirmForm,
    FormPage,
    OpsAdmin,
    ReadOnlyInline,
    posted,
    staff_column,
    tenge_column,
    told_column,
)


class CursorInline(ReadOnlyInline):
    model = PollCursor
    verbose_name_plural = _("polling")
    fields = ["endpoint", "next_at", "polled_at", "failures"]


@admin.register(Connection)
class ConnectionAdmin(OpsAdmin):
    """Secrets and secret addresses are not shown: only the brand has them."""

    list_display = ["name", "brand", "source", "state", "last_event_at", "error"]
    list_filter = ["state", "source", ("silent_since", admin.EmptyFieldListFilter)]
    search_fields = ["name", "brand__name", "=public_id"]
    search_help_text = _("Name, brand or id")
    ordering = ["-id"]
    fields = [
        ("name", "brand", "source"),
        ("state", "error"),
        ("last_event_at", "silent_since", "bad_signature_count"),
        ("public_id", "created_at"),
    ]
    inlines = [CursorInline]
    actions_detail = ["replay_days"]

    @action(
        description=_("Work on dead events again"),
        url_path="replay",
        permissions=["attribution.change_inboundevent"],
        icon="replay",
    )
    def replay_days(self, request: HttpRequest, object_id: str) -> HttpResponse:
        connection: Connection = self.row_or_404(object_id)
        days = dead_days(connection) or (clock.today(), clock.today())
        reasons = dead_reasons(connection, *days)
        page = FormPage(
            title=_("Work on dead events again"),
            explain=_(
                "Events of these days that failed for good are worked on as if they had just come."
                " What they have done already is not done twice."
            ),
            facts={
                _("Connection"): str(connection),
                _("Dead events"): dead_events(connection, *days).count(),
                _("Reasons"): "; ".join(f"{count} × {error}" for error, count in reasons),
            },
            submit=_("Work on them again"),
            change=lambda data: events_replay(connection_id=connection.pk, **data),
            done=_("The events wait for a worker again."),
            back=self.url_of("change", connection.pk),
        )
        initial = dict(zip(("first_on", "last_on"), days, strict=True))
        return self.form_page(request, ReplayForm(posted(request), initial=initial), page)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        rows: QuerySet[Connection] = super().get_queryset(request)
        return rows.select_related("brand").defer("secrets", "endpoint_token")


@admin.register(InboundEvent)
class InboundEventAdmin(OpsAdmin):
    """What came in. Bodies hold buyers' data and are not shown."""

    list_display = [
        "received_at",
        "brand",
        "source",
        "endpoint",
        "trust",
        "state",
        "attempts",
        "error",
    ]
    list_filter = ["state", "source", "trust"]
    search_fields = ["=event_key", "brand__name"]
    search_help_text = _("Key of the event, in full, or brand")
    ordering = ["-received_at"]
    fields = [
        ("brand", "connection"),
        ("source", "endpoint"),
        ("event_key", "trust"),
        ("state", "attempts", "next_at"),
        "error",
        "outcome",
        ("body_sha256", "body_purged_at"),
        ("received_at", "finished_at"),
    ]
    actions_detail = ["replay"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[InboundEvent]:
        rows: QuerySet[InboundEvent] = super().get_queryset(request)
        return rows.select_related("brand", "connection").defer(
            "body", "headers", "connection__secrets", "connection__endpoint_token"
        )

    @action(
        description=_("Work on it again"),
        url_path="replay",
        permissions=["attribution.change_inboundevent"],
        icon="replay",
    )
    def replay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        event: InboundEvent = self.row_or_404(object_id)
        page = FormPage(
            title=_("Work on the event again"),
            explain=_(
                "The event is worked on as if it had just come. What it has done already is not"
                " done twice."
            ),
            facts={
                _("Event"): event.event_key,
                _("State"): event.get_state_display(),
                _("Last error"): event.error,
            },
            submit=_("Work on it again"),
            change=lambda data: event_replay(event_id=event.pk),
            done=_("The event waits for a worker again."),
            back=self.url_of("change", event.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)


class LineInline(ReadOnlyInline):
    model = OrderLine
    verbose_name_plural = _("lines")
    fields = ["line_id", "sku", "name", "quantity", "returned_quantity", "amount", "returned"]
    amount = tenge_column("amount_minor", _("amount"))
    returned = tenge_column("returned_minor", _("returned"))


class VersionInline(ReadOnlyInline):
    model = OrderVersion
    verbose_name_plural = _("versions")
    fields = ["number", "status", "raw_status", "source_updated_at", "is_applied", "created_at"]
    ordering = ["number"]


class DecisionInline(ReadOnlyInline):
    model = Decision
    verbose_name_plural = _("decisions")
    fields = ["line", "number", "rule", "grade", "participation", "decided_at"]
    ordering = ["line_id", "number"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        rows: QuerySet[Decision] = super().get_queryset(request)
        return rows.select_related("line", "participation")


@admin.register(Order)
class OrderAdmin(OpsAdmin):
    list_display = ["number", "brand", "source", "status", "raw_status", "trust", "placed_at"]
    list_filter = ["status", "source", "trust"]
    search_fields = ["=external_id", "=number", "brand__name"]
    search_help_text = _("Number of the order, in full, or brand")
    ordering = ["-placed_at"]
    fields = [
        ("number", "external_id", "public_id"),
        ("brand", "connection", "source"),
        ("status", "raw_status", "trust"),
        ("currency", "promo_codes", "is_test"),
        ("placed_at", "fulfilled_at", "source_updated_at"),
    ]
    inlines = [LineInline, VersionInline, DecisionInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        rows: QuerySet[Order] = super().get_queryset(request)
        return rows.select_related("brand", "connection").defer(
            "connection__secrets", "connection__endpoint_token"
        )


class ConversionVersionInline(ReadOnlyInline):
    model = ConversionVersion
    verbose_name_plural = _("versions")
    fields = ["number", "status", "base", "commission", "cause", "at"]
    ordering = ["number"]
    base = tenge_column("base_minor", _("base"))
    commission = tenge_column("commission_minor", _("reward"))


@admin.register(Conversion)
class ConversionAdmin(LeakedSale):
    list_display = [
        "order_number",
        "brand",
        "influencer",
        "status",
        "grade",
        "commission",
        "ordered_at",
        "hold_until",
    ]
    list_filter = ["status", "grade", "source"]
    search_fields = ["=order_number", "brand__name", "influencer__name", "=public_id"]
    search_help_text = _("Number of the order, in full, brand, influencer or id")
    ordering = ["-ordered_at", "-id"]
    fields = [
        ("order_number", "product_name"),
        ("brand", "campaign", "influencer"),
        ("status", "grade"),
        ("reason_code", "reason_note"),
        ("base", "commission"),
        ("fee", "vat", "paid"),
        ("ordered_at", "hold_until", "approved_at"),
        "why",
        "public_id",
    ]
    inlines = [ConversionVersionInline]
    actions_detail = ["leaked"]
    base = tenge_column("base_minor", _("base"))
    commission = tenge_column("commission_minor", _("reward"))
    fee = tenge_column("fee_minor", _("fee"))
    vat = tenge_column("vat_minor", _("VAT of the fee"))
    paid = tenge_column("paid_minor", _("paid"))

    @admin.display(description=_("why"))
    def why(self, conversion: Conversion) -> str:
        rows = Candidate.objects.filter(decision_id=conversion.decision_id)
        return "; ".join(
            f"{row.influencer}: {row.kind} {row.evidence}, {row.grade}, {row.verdict}, {row.reason}"
            for row in rows.select_related("influencer").order_by("id")
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversion]:
        rows: QuerySet[Conversion] = super().get_queryset(request)
        return rows.select_related("brand", "influencer", "campaign")


@admin.register(ClickQuarantine)
class ClickQuarantineAdmin(OpsAdmin):
    list_display = ["created_at", "reason", "line_sha256"]
    ordering = ["-id"]
    fields = ["created_at", "reason", "line_sha256"]


@admin.register(AddressRange)
class AddressRangeAdmin(OpsAdmin):
    """Read here, loaded by `manage.py address_ranges_load`: files have thousands of rows."""

    list_display = ["network", "kind", "country", "city", "name"]
    list_filter = ["kind"]
    search_fields = ["network__startswith", "city", "name"]
    ordering = ["kind", "network"]
    show_full_result_count = False


@admin.register(ExchangeRate)
class ExchangeRateAdmin(OpsAdmin):
    list_display = ["rate_on", "currency", "tenge"]
    list_filter = ["currency"]
    date_hierarchy = "rate_on"
    ordering = ["-rate_on", "currency"]


@admin.register(RerunJob)
class RerunJobAdmin(OpsAdmin):
    """Re-runs that brands have started: where they are, and why one stands still."""

    list_display = ["created_at", "brand", "campaign", "state", "done_count", "rows_count", "error"]
    list_filter = ["state"]
    search_fields = ["brand__name", "campaign__title", "=public_id"]
    search_help_text = _("Brand, campaign or id")
    ordering = ["-created_at"]
    fields = [
        ("brand", "campaign", "public_id"),
        ("state", "error"),
        "why",
        ("until", "orders_count", "done_count"),
        ("rows_count", "applied_count"),
        ("changes", "corrected"),
        ("started_by", "applied_by"),
        ("created_at", "finished_at"),
    ]

    staff = ["started_by_id", "applied_by_id"]
    started_by = staff_column("started_by_id", _("started by"))
    applied_by = staff_column("applied_by_id", _("corrected by"))
    changes = told_column("counts", _("what would change, lines"))
    corrected = told_column("outcomes", _("what was corrected, lines"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[RerunJob]:
        rows: QuerySet[RerunJob] = super().get_queryset(request)
        return rows.select_related("brand", "campaign")


@admin.register(ClickWord)
class ClickWordAdmin(OpsAdmin):
    """Clicks that looked like a machine's and for which a brand vouches."""

    list_display = ["said", "brand", "click", "clicked_at", "why"]
    search_fields = ["=click_id", "brand__name"]
    ordering = ["-said_at"]
    fields = [("brand", "click", "clicked_at"), "why", ("speaker", "said")]
    staff = ["said_by_id"]
    click = told_column("click_id", _("click"))
    speaker = staff_column("said_by_id", _("said by"))
    said = told_column("said_at", _("said at"))
