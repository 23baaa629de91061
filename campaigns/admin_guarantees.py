"""Guarantees of months for ops: to look at. Brands promise them, the month settles them."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from campaigns.models import Guarantee
from core.admin import OpsAdmin, tenge_column


@admin.register(Guarantee)
class GuaranteeAdmin(OpsAdmin):
    list_display = ["month", "influencer", "campaign", "brand", "promised", "state", "created_at"]
    list_filter = ["state", "month"]
    list_select_related = ["influencer", "campaign", "brand"]
    search_fields = ["campaign__title", "brand__name", "influencer__name", "=public_id"]
    search_help_text = _("Campaign, brand, influencer or id")
    ordering = ["-month", "-id"]
    fields = [
        ("month", "state", "ending"),
        ("influencer", "campaign", "brand"),
        ("promised", "fee", "vat", "raises"),
        ("created_at", "ended_at"),
        "public_id",
    ]
    promised = tenge_column("amount_minor", _("promised"))
    fee = tenge_column("fee_minor", _("fee reserved"))
    vat = tenge_column("vat_minor", _("VAT reserved"))
