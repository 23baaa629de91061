from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from campaigns.admin_categories import CategoryAdmin
from campaigns.admin_deals import DealAdmin, TaskAdmin
from campaigns.admin_guarantees import GuaranteeAdmin
from campaigns.models import (
    AppTarget,
    Campaign,
    ExternalCode,
    Participation,
    PromoCode,
    Terms,
    TrackingLink,
)
from campaigns.services.apps import NOTE_CHARS_MAX, app_target_save
from campaigns.services.categories import campaign_review_pass, campaign_review_refuse
from core.admin import (
    ConfirmForm,
    FormPage,
    OpsAdmin,
    ReadOnlyInline,
    posted,
    staff_column,
    tenge_column,
)

__all__ = [
    "AppTargetAdmin",
    "CampaignAdmin",
    "CategoryAdmin",
    "DealAdmin",
    "GuaranteeAdmin",
    "ParticipationAdmin",
    "TaskAdmin",
]


class TermsInline(ReadOnlyInline):
    model = Terms
    verbose_name_plural = _("terms")
    fields = [
        "version",
        "group",
        "commission_bps",
        "fixed_minor",
        "cap_minor",
        "window_days",
        "hold_days",
        "code_policy",
        "model",
        "published_at",
    ]
    ordering = ["-version"]


@admin.register(Campaign)
class CampaignAdmin(OpsAdmin):
    list_display = [
        "title", "brand_name", "status", "category", "review", "budget", "published_at", "last_day",
    ]  # fmt: skip
    list_filter = ["status", "access", "review", "category__flag"]
    list_select_related = ["category"]
    search_fields = ["title", "brand_name", "=public_id"]
    search_help_text = _("Title, brand or id")
    ordering = ["-id"]
    fields = [
        ("title", "brand_name", "public_id"),
        ("status", "access"),
        ("category", "review", "review_at"),
        "review_note",
        ("budget", "platform_fee_bps", "vat_bps"),
        "destination_url",
        ("published_at", "last_day", "created_at"),
        "about",
    ]
    inlines = [TermsInline]
    budget = tenge_column("budget_minor", _("reward budget"))
    actions_detail = ["review_pass", "review_refuse"]

    @admin.display(description=_("last day"), ordering="ends_at", empty_value="–")
    def last_day(self, campaign: Campaign) -> date | None:
        return campaign.last_on

    @action(
        description=_("May be published"),
        url_path="review-pass",
        permissions=["campaigns.change_campaign"],
        icon="check",
    )
    def review_pass(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign: Campaign = self.row_or_404(object_id)
        page = FormPage(
            title=_("May %(title)s be published?") % {"title": campaign.title},
            explain=_("The brand gets a letter and can publish it. Every change is asked anew."),
            submit=_("May be published"),
            change=lambda data: campaign_review_pass(campaign_id=campaign.pk),
            done=_("The brand can publish it now."),
            back=self.url_of("change", campaign.pk),
            facts=_facts(campaign),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)

    @action(
        description=_("May not be published"),
        url_path="review-refuse",
        permissions=["campaigns.change_campaign"],
        icon="block",
    )
    def review_refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign: Campaign = self.row_or_404(object_id)
        page = FormPage(
            title=_("%(title)s may not be published") % {"title": campaign.title},
            explain=_("The brand reads why, and may change the campaign and ask again."),
            submit=_("May not be published"),
            change=lambda data: campaign_review_refuse(campaign_id=campaign.pk, **data),
            done=_("The brand has a letter."),
            back=self.url_of("change", campaign.pk),
            is_danger=True,
            facts=_facts(campaign),
        )
        return self.form_page(request, ReviewForm(posted(request)), page)


class ReviewForm(forms.Form):
    note = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea)


def _facts(campaign: Campaign) -> dict[Any, Any]:
    """What to look at before saying."""
    category = campaign.category
    return {
        _("brand"): campaign.brand_name,
        _("category"): category.name if category else "",
        _("law"): category.law if category else "",
        _("product page"): campaign.destination_url,
        _("what it is about"): campaign.about,
    }


class LinkInline(ReadOnlyInline):
    model = TrackingLink
    verbose_name_plural = _("Links")
    fields = ["token", "destination_url", "state", "created_at"]


class CodeInline(ReadOnlyInline):
    model = PromoCode
    verbose_name_plural = _("promo codes")
    fields = ["code", "state", "created_at"]


class ArticleInline(ReadOnlyInline):
    model = ExternalCode
    verbose_name_plural = _("codes at marketplaces")
    fields = ["kind", "value", "created_at"]


@admin.register(Participation)
class ParticipationAdmin(OpsAdmin):
    list_display = ["influencer", "campaign", "group", "state", "created_at", "decided_at"]
    list_filter = ["state"]
    search_fields = ["influencer__name", "campaign__title", "=codes__code", "=links__token"]
    search_help_text = _("Influencer, campaign, code or link")
    ordering = ["-id"]
    fields = [("influencer", "campaign", "group"), ("state", "created_at", "decided_at")]
    inlines = [LinkInline, CodeInline, ArticleInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participation]:
        rows: QuerySet[Participation] = super().get_queryset(request)
        return rows.select_related("influencer", "campaign", "group")


class AppTargetForm(forms.Form):
    """What is known of a shop's Android app, and how it is known."""

    host = forms.CharField(label=_("host"), max_length=253, help_text=_("Without https://"))
    android_package = forms.CharField(label=_("Android package"), max_length=150)
    source_url = forms.CharField(
        label=_("source"), max_length=500, help_text=_("The page that says which app it is")
    )
    is_confirmed = forms.BooleanField(
        label=_("I opened the app from a link and saw the product"), required=False
    )
    is_active = forms.BooleanField(label=_("opens links"), required=False)
    note = forms.CharField(label=_("note"), max_length=NOTE_CHARS_MAX, required=False)


@admin.register(AppTarget)
class AppTargetAdmin(OpsAdmin):
    list_display = ["host", "android_package", "is_active", "confidence", "changed_at"]
    list_filter = ["is_active", "confidence"]
    search_fields = ["host", "android_package"]
    search_help_text = _("Host or package")
    ordering = ["host"]
    fields = [
        ("host", "android_package"),
        ("is_active", "confidence"),
        "source_url",
        "note",
        ("changed_by", "changed_at"),
    ]
    staff = ["changed_by_id"]
    changed_by = staff_column("changed_by_id", _("changed by"))
    actions_list = ["enter"]
    actions_detail = ["edit"]

    @action(
        description=_("Enter an app"),
        url_path="enter",
        permissions=["campaigns.add_apptarget"],
        icon="add",
    )
    def enter(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, AppTargetForm(posted(request)), self.url_of("changelist"))

    @action(
        description=_("Change"),
        url_path="edit",
        permissions=["campaigns.change_apptarget"],
        icon="edit",
    )
    def edit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        target: AppTarget = self.row_or_404(object_id)
        initial = {
            "host": target.host,
            "android_package": target.android_package,
            "source_url": target.source_url,
            "is_confirmed": target.confidence == AppTarget.Confidence.CONFIRMED,
            "is_active": target.is_active,
            "note": target.note,
        }
        form = AppTargetForm(posted(request), initial=initial)
        form.fields["host"].disabled = True  # another host is another app
        return self._page(request, form, self.url_of("change", target.pk))

    def _page(self, request: HttpRequest, form: AppTargetForm, back: str) -> HttpResponse:
        maker_id = request.user.pk
        assert maker_id is not None
        page = FormPage(
            title=_("App of a shop"),
            explain=_(
                "On Android in Chrome, links to this host open this app. Where it is not installed"
                " the same page opens in the browser. Everybody else gets the page."
            ),
            submit=_("Save"),
            change=lambda data: app_target_save(maker_id=maker_id, **data),
            done=_("Saved. Links follow within a minute and a half."),
            back=back,
        )
        return self.form_page(request, form, page)
