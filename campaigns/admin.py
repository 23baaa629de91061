from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from campaigns.models import (
    Campaign,
    ExternalCode,
    Participation,
    PromoCode,
    Terms,
    TrackingLink,
)
from core.admin import OpsAdmin, ReadOnlyInline, tenge_column


class TermsInline(ReadOnlyInline):
    model = Terms
    verbose_name_plural = _("terms")
    fields = [
        "version",
        "commission_bps",
        "window_days",
        "hold_days",
        "code_policy",
        "model",
        "published_at",
    ]
    ordering = ["-version"]


@admin.register(Campaign)
class CampaignAdmin(OpsAdmin):
    list_display = ["title", "brand_name", "status", "access", "budget", "published_at", "ends_at"]
    list_filter = ["status", "access"]
    search_fields = ["title", "brand_name", "=public_id"]
    search_help_text = _("Title, brand or id")
    ordering = ["-id"]
    fields = [
        ("title", "brand_name", "public_id"),
        ("status", "access"),
        ("budget", "platform_fee_bps", "vat_bps"),
        "destination_url",
        ("published_at", "ends_at", "created_at"),
        "about",
    ]
    inlines = [TermsInline]
    budget = tenge_column("budget_minor", _("reward budget"))


class LinkInline(ReadOnlyInline):
    model = TrackingLink
    fields = ["token", "destination_url", "state", "created_at"]


class CodeInline(ReadOnlyInline):
    model = PromoCode
    fields = ["code", "state", "created_at"]


class ArticleInline(ReadOnlyInline):
    model = ExternalCode
    fields = ["kind", "value", "created_at"]


@admin.register(Participation)
class ParticipationAdmin(OpsAdmin):
    list_display = ["influencer", "campaign", "state", "created_at", "decided_at"]
    list_filter = ["state"]
    search_fields = ["influencer__name", "campaign__title", "=codes__code", "=links__token"]
    search_help_text = _("Influencer, campaign, code or link")
    ordering = ["-id"]
    fields = [("influencer", "campaign"), ("state", "created_at", "decided_at")]
    inlines = [LinkInline, CodeInline, ArticleInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participation]:
        rows: QuerySet[Participation] = super().get_queryset(request)
        return rows.select_related("influencer", "campaign")
