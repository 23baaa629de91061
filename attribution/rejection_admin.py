"""Rejections as ops read them: the brand's ground, the influencer's answer, the files of both."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from attribution.models import LateReturn, Rejection, RejectionFile
from core.admin import OpsAdmin, tenge_column, told_column


@admin.register(Rejection)
class RejectionAdmin(OpsAdmin):
    list_display = ["order", "influencer", "brand", "reason_code", "lost", "rejected_at"]
    list_filter = [
        "reason_code",
        ("answered_at", admin.EmptyFieldListFilter),
        ("undone_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["influencer", "brand", "conversion"]
    search_fields = ["conversion__order_number", "influencer__name", "brand__name"]
    search_help_text = _("Order, influencer or brand")
    ordering = ["-id"]
    fields = [
        ("order", "influencer", "brand"),
        ("reason_code", "lost", "door"),
        "note",
        ("rejected_at", "answer_until", "undone_at"),
        "reply",
        "answered_at",
        "shown",
    ]
    lost = tenge_column("lost_minor", _("reward"))
    reply = told_column("answer", _("answer"))

    @admin.display(description=_("order"))
    def order(self, rejection: Rejection) -> str:
        return rejection.conversion.order_number

    @admin.display(description=_("shown by both sides"))
    def shown(self, rejection: Rejection) -> str:
        files = RejectionFile.objects.filter(rejection=rejection).defer("content").order_by("id")
        rows = (
            (
                reverse("admin:attribution_rejection_file", args=[file.public_id]),
                file.name,
                file.get_side_display(),
            )
            for file in files
        )
        links = format_html_join(
            "", '<p><a class="ops-link" href="{}" download>{}</a>, {}</p>', rows
        )
        return links or format_html("–")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.file)
        own = [path("files/<uuid:public_id>/", view, name="attribution_rejection_file")]
        return [*own, *super().get_urls()]

    def file(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        """A download for whoever may read rejections."""
        found = RejectionFile.objects.filter(public_id=public_id).first()
        if found is None or not self.has_view_permission(request):
            raise Http404
        answer = HttpResponse(bytes(found.content), content_type=found.content_type)
        answer.headers["Content-Disposition"] = (
            content_disposition_header(as_attachment=True, filename=found.name) or "attachment"
        )
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer


@admin.register(LateReturn)
class LateReturnAdmin(OpsAdmin):
    list_display = ["order", "influencer", "state", "unpaid", "debt", "returned_at"]
    list_filter = ["state"]
    list_select_related = ["influencer", "conversion"]
    search_fields = ["conversion__order_number", "influencer__name"]
    search_help_text = _("Order or influencer")
    ordering = ["-id"]
    fields = [
        ("order", "influencer", "brand"),
        ("state", "kept"),
        ("unpaid", "debt"),
        ("returned_at", "applied_at"),
    ]
    kept = tenge_column("kept_base_minor", _("goods kept"))
    unpaid = tenge_column("unpaid_minor", _("out of unpaid money"))
    debt = tenge_column("debt_minor", _("as a debt"))

    @admin.display(description=_("order"))
    def order(self, late: LateReturn) -> str:
        return late.conversion.order_number
