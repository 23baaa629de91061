"""Ops: codes that look leaked, and the list of coupon sites. Registered by attribution.admin."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from attribution.models import CodeFinding, CouponSite
from attribution.services.coupon_sites import coupon_site_save
from attribution.services.leak_decisions import (
    NOTE_CHARS_MAX,
    finding_clear,
    finding_rotate,
)
from core.admin import ConfirmForm, FormPage, OpsAdmin, posted


class ClearForm(forms.Form):
    """Why nothing is wrong; both sides read it."""

    note = forms.CharField(label=_("Note, for both sides"), max_length=NOTE_CHARS_MAX)


@admin.register(CodeFinding)
class CodeFindingAdmin(OpsAdmin):
    list_display = ["code", "influencer", "brand", "signal", "state", "opened_at", "seen_at"]
    list_filter = ["state", "signal"]
    search_fields = ["=code__code", "influencer__name", "brand__name", "=public_id"]
    search_help_text = _("Code, influencer, brand or id")
    ordering = ["-opened_at"]
    fields = [
        ("code", "influencer"),
        ("brand", "campaign"),
        ("signal", "figures"),
        ("since_at", "until_at"),
        "reply",
        ("state", "note"),
        ("opened_at", "seen_at", "closed_at"),
        "public_id",
    ]
    actions_detail = ["clear", "rotate"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CodeFinding]:
        rows: QuerySet[CodeFinding] = super().get_queryset(request)
        return rows.select_related("code", "influencer", "brand", "campaign")

    @action(
        description=_("Nothing is wrong"),
        url_path="clear",
        permissions=["attribution.change_codefinding"],
        icon="check",
    )
    def clear(self, request: HttpRequest, object_id: str) -> HttpResponse:
        finding: CodeFinding = self.row_or_404(object_id)
        page = FormPage(
            title=_("Nothing is wrong"),
            explain=_("Rewards that wait go on, and the code is counted anew from now."),
            facts=_facts(finding),
            submit=_("Nothing is wrong"),
            change=lambda data: finding_clear(finding_id=finding.pk, **data),
            done=_("Noted: nothing is wrong. What waited goes on."),
            back=self.url_of("change", finding.pk),
        )
        return self.form_page(request, ClearForm(posted(request)), page)

    @action(
        description=_("Replace the code"),
        url_path="rotate",
        permissions=["attribution.change_codefinding"],
        icon="refresh",
    )
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        finding: CodeFinding = self.row_or_404(object_id)
        page = FormPage(
            title=_("Replace the code"),
            explain=_(
                "Orders with the old code count up to this moment. The influencer gets the new one"
                " by letter; the brand has to add it to its shop."
            ),
            facts=_facts(finding),
            submit=_("Replace the code"),
            change=lambda data: finding_rotate(finding_id=finding.pk),
            done=_("The code is replaced."),
            back=self.url_of("change", finding.pk),
        )
        return self.form_page(request, ConfirmForm(posted(request)), page)


def _facts(finding: CodeFinding) -> dict[object, object]:
    return {
        _("Code"): finding.code.code,
        _("Influencer"): str(finding.influencer),
        _("What was seen"): finding.get_signal_display(),
        _("What the influencer says"): finding.reply or "–",
    }


class CouponSiteForm(forms.Form):
    """A site that collects promo codes, and how it is known."""

    host = forms.CharField(label=_("host"), max_length=253, help_text=_("Without https://"))
    name = forms.CharField(label=_("name"), max_length=80)
    is_active = forms.BooleanField(label=_("looked for"), required=False, initial=True)
    is_confirmed = forms.BooleanField(
        label=_("I opened the site and saw codes of other people"), required=False
    )
    note = forms.CharField(label=_("note"), max_length=NOTE_CHARS_MAX, required=False)


@admin.register(CouponSite)
class CouponSiteAdmin(OpsAdmin):
    list_display = ["host", "name", "is_active", "confidence", "changed_at"]
    list_filter = ["is_active", "confidence"]
    search_fields = ["host", "name"]
    ordering = ["host"]
    fields = [
        ("host", "name"),
        ("is_active", "confidence"),
        "note",
        ("changed_by_id", "changed_at"),
    ]
    actions_list = ["enter"]
    actions_detail = ["edit"]

    @action(
        description=_("Enter a site"),
        url_path="enter",
        permissions=["attribution.add_couponsite"],
        icon="add",
    )
    def enter(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, CouponSiteForm(posted(request)), self.url_of("changelist"))

    @action(
        description=_("Change"),
        url_path="edit",
        permissions=["attribution.change_couponsite"],
        icon="edit",
    )
    def edit(self, request: HttpRequest, object_id: str) -> HttpResponse:
        site: CouponSite = self.row_or_404(object_id)
        initial = {
            "host": site.host,
            "name": site.name,
            "is_active": site.is_active,
            "is_confirmed": site.confidence == CouponSite.Confidence.CONFIRMED,
            "note": site.note,
        }
        form = CouponSiteForm(posted(request), initial=initial)
        return self._page(request, form, self.url_of("change", site.pk))

    def _page(self, request: HttpRequest, form: CouponSiteForm, back: str) -> HttpResponse:
        maker_id = request.user.pk
        assert maker_id is not None
        page = FormPage(
            title=_("Coupon site"),
            explain=_(
                "Who comes to an influencer's link from here did not come for the influencer. Both"
                " sides are told, and nothing is taken from anybody by this alone."
            ),
            submit=_("Save"),
            change=lambda data: coupon_site_save(maker_id=maker_id, **data),
            done=_("Saved."),
            back=back,
        )
        return self.form_page(request, form, page)
