from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin import OpsAdmin
from core.audit.models import AuditEntry


class SideFilter(admin.SimpleListFilter):
    """Which side acted: the first word of `actor`."""

    title = _("side")
    parameter_name = "side"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("brand", _("brand")),
            ("influencer", _("influencer")),
            ("ops", _("ops")),
            ("system", _("system")),
            ("public", _("visitor")),
        ]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry]
    ) -> QuerySet[AuditEntry]:
        return queryset.filter(actor__startswith=f"{self.value()}:") if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(OpsAdmin):
    list_display = ["at", "action", "actor", "origin", "user_id", "object_type", "object_id"]
    list_filter = [SideFilter]
    search_fields = ["=object_id", "=action", "=object_type"]
    search_help_text = _("The thing's number, its kind, or the action, in full")
    ordering = ["-at"]
    date_hierarchy = "at"
    fields = [
        "at",
        "action",
        ("actor", "origin", "user_id"),
        ("object_type", "object_id", "brand_id"),
        "before",
        "after",
    ]
