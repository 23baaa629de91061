"""Ops read the ledger; nobody edits it. A mistake is corrected by another journal."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from core.admin import ReadOnly
from ledger.models import Account, Balance, Entry, Journal, ProofDay, journal_name


class EntryInline(ReadOnly, TabularInline):
    model = Entry
    fields = ["account", "amount_minor", "currency"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        entries: QuerySet[Entry] = super().get_queryset(request)
        return entries.select_related("account").order_by("id")


@admin.register(Journal)
class JournalAdmin(ReadOnly, ModelAdmin):
    list_display = ["business_key", "what", "occurred_at", "actor"]
    list_filter = ["kind"]
    search_fields = ["business_key"]
    ordering = ["-id"]
    show_full_result_count = False  # counting all of them costs more than showing a page
    fields = ["business_key", "what", "occurred_at", "created_at", "actor", "refs"]
    inlines = [EntryInline]

    @admin.display(description=_("kind"))
    def what(self, journal: Journal) -> str:
        return journal_name(journal.kind)


@admin.register(Account)
class AccountAdmin(ReadOnly, ModelAdmin):
    list_display = ["code", "kind", "brand_id", "influencer_id", "subject_id", "currency"]
    search_fields = ["code"]
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(Balance)
class BalanceAdmin(ReadOnly, ModelAdmin):
    list_display = ["account", "balance_minor", "floor_minor", "ceiling_minor"]
    list_select_related = ["account"]
    search_fields = ["account__code"]
    ordering = ["-account_id"]
    show_full_result_count = False


@admin.register(ProofDay)
class ProofDayAdmin(ReadOnly, ModelAdmin):
    list_display = ["day_on", "leaves", "root", "published_at"]
    ordering = ["-day_on"]
