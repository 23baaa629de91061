"""Ops: posts at a fixed fee, and those of which somebody has to look at a screenshot."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from campaigns.deal_forms import RETURN_WORDS
from campaigns.domain.deals import NOTE_CHARS_MAX
from campaigns.models import Deal, Task, TaskPost
from campaigns.services.tasks import Verdict, task_accept, task_return
from core.admin import (
    ConfirmForm,
    FormPage,
    OpsAdmin,
    ReadOnlyInline,
    link_column,
    posted,
    tenge_column,
)


class TaskInline(ReadOnlyInline):
    model = Task
    verbose_name_plural = _("posts")
    fields = ["number", "state", "has_label", "due_on", "accepted_at"]
    ordering = ["number"]


@admin.register(Deal)
class DealAdmin(OpsAdmin):
    list_display = ["influencer", "brand", "place", "post_count", "fee", "state", "created_at"]
    list_filter = ["state", "place"]
    list_select_related = ["influencer", "brand"]
    search_fields = ["influencer__name", "brand__name", "campaign__title", "=public_id"]
    search_help_text = _("Influencer, brand, campaign or id")
    ordering = ["-id"]
    fields = [
        ("influencer", "brand", "campaign"),
        ("state", "place", "post_count", "fee"),
        "brief",
        ("due_on", "review_days"),
        ("created_at", "answer_until", "answered_at", "ended_at"),
        "public_id",
    ]
    inlines = [TaskInline]
    fee = tenge_column("post_minor", _("fee of a post"))


class PostReturnForm(forms.Form):
    """Why a post goes back; the influencer reads it."""

    code = forms.ChoiceField(
        label=_("reason"), choices=[(code.value, word) for code, word in RETURN_WORDS.items()]
    )
    note = forms.CharField(
        label=_("Note for the influencer"), max_length=NOTE_CHARS_MAX, required=False
    )


@admin.register(Task)
class TaskAdmin(OpsAdmin):
    list_display = ["influencer", "brand", "number", "state", "has_label", "fee", "review_until"]
    list_filter = ["state", "has_label"]
    list_select_related = ["influencer", "brand"]
    search_fields = ["influencer__name", "brand__name", "link_key", "=public_id"]
    search_help_text = _("Influencer, brand, link or id")
    ordering = ["-id"]
    fields = [
        ("influencer", "brand", "campaign"),
        ("its_deal", "number", "state", "fee"),
        ("has_label", "review_until", "due_on"),
        "sent",
        ("accepted_at", "public_id"),
    ]
    actions_detail = ["accept", "send_back"]
    fee = tenge_column("amount_minor", _("fee"))
    its_deal = link_column("deal", _("deal"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Task]:
        rows: QuerySet[Task] = super().get_queryset(request)
        return rows.select_related("influencer", "brand", "campaign", "deal")

    @admin.display(description=_("sent in"))
    def sent(self, task: Task) -> str:
        post = _last(task)
        if post is None:
            return format_html("–")
        link = format_html(
            '<p><a class="ops-link" href="{}" rel="noopener noreferrer nofollow">{}</a></p>',
            post.url,
            post.url,
        )
        if not post.picture_name:
            return format_html("{}<p>{}</p>", link, post.text)
        picture = reverse("admin:campaigns_task_picture", args=[post.public_id])
        return format_html(
            '{}<p>{}</p><p><a class="ops-link" href="{}" download>{}</a></p>',
            link,
            post.text,
            picture,
            post.picture_name,
        )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.picture)
        own = [path("files/<uuid:public_id>/", view, name="campaigns_task_picture")]
        return [*own, *super().get_urls()]

    def picture(self, request: HttpRequest, public_id: Any) -> HttpResponse:
        """A download for whoever may read posts."""
        found = TaskPost.objects.filter(public_id=public_id, picture__isnull=False).first()
        if found is None or found.picture is None or not self.has_view_permission(request):
            raise Http404
        answer = HttpResponse(bytes(found.picture), content_type=found.picture_type)
        answer.headers["Content-Disposition"] = (
            content_disposition_header(as_attachment=True, filename=found.picture_name)
            or "attachment"
        )
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    @action(
        description=_("Accept the post"),
        url_path="accept",
        permissions=["campaigns.change_task"],
        icon="check",
    )
    def accept(self, request: HttpRequest, object_id: str) -> HttpResponse:
        task: Task = self.row_or_404(object_id)
        page = FormPage(
            title=_("Accept the post"),
            explain=_(
                "The picture must show an ad label at the start. The fee leaves escrow for the"
                " influencer, and cannot be taken back."
            ),
            facts=_facts(task),
            submit=_("Accept the post"),
            change=lambda data: task_accept(task_id=task.pk, verdict=_verdict(request)),
            done=_("Accepted: the fee is the influencer's."),
            back=self.url_of("change", task.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(
        description=_("Send back"),
        url_path="send-back",
        permissions=["campaigns.change_task"],
        icon="undo",
    )
    def send_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        task: Task = self.row_or_404(object_id)
        page = FormPage(
            title=_("Send back"),
            explain=_("The influencer reads the reason and may send the post in again."),
            facts=_facts(task),
            submit=_("Send back"),
            change=lambda data: task_return(task_id=task.pk, verdict=_verdict(request), **data),
            done=_("Sent back: the influencer reads the reason."),
            back=self.url_of("change", task.pk),
        )
        return self.form_page(request, PostReturnForm(posted(request)), page)


def _verdict(request: HttpRequest) -> Verdict:
    return Verdict(TaskPost.Speaker.OPS, request.user.pk)


def _last(task: Task) -> TaskPost | None:
    return TaskPost.objects.filter(task=task).defer("picture").order_by("-number").first()


def _facts(task: Task) -> dict[object, object]:
    post = _last(task)
    return {
        _("Influencer"): str(task.influencer),
        _("Brand"): str(task.brand),
        _("Link"): post.url if post else "–",
        _("Text"): (post.text if post else "") or "–",
        _("ad label"): (post.label if post else "") or "–",
    }
