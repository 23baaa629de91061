from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin import OpsAdmin, email_column
from core.notify.models import Message


@admin.register(Message)
class MessageAdmin(OpsAdmin):
    """What was sent, not what it said: links in messages open accounts."""

    list_display = ["created_at", "kind", "receiver", "state", "attempts", "sent_at", "error"]
    list_filter = ["state", "kind"]
    search_fields = ["=kind"]
    search_help_text = _("The kind of message, in full")
    ordering = ["-created_at"]
    fields = ["kind", "receiver", "state", "attempts", "next_at", "error", "created_at", "sent_at"]
    receiver = email_column

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        messages: QuerySet[Message] = super().get_queryset(request)
        return messages.defer("body")
