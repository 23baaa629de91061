"""Ops: codes that look leaked, and the list of coupon sites. Registered by attribution.admin."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from attribution.models import CodeFinding, Conversion, CouponSite, Rejection
from attribution.selectors.leaks import held_by
from attribution.services.coupon_sites import coupon_site_save
from attribution.services.leak_decisions import (
    NOTE_CHARS_MAX,
    finding_clear,
    finding_reject,
    finding_rotate,
    leaked_sale_reject,
)
from attribution.services.verdicts import Speaker
from core.admin import ConfirmForm, FormPage, OpsAdmin, posted, tenge
from core.forms import EvidenceField

SALES_SHOWN = 20


class ClearForm(forms.Form):
    """Why nothing is wrong; both sides read it."""

    note = forms.CharField(label=_("Note, for both sides"), max_length=NOTE_CHARS_MAX)


class LeakedForm(forms.Form):
    """What proves it; both sides read it."""

    note = forms.CharField(
        label=_("Where the code was seen"),
        max_length=NOTE_CHARS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The influencer and the brand read it. A sign alone is no proof."),
    )


class LeakedSaleForm(LeakedForm):
    """The same of one sale, where a file may show it too."""

    file = EvidenceField(
        label=_("Picture or PDF"),
        help_text=_("PNG, JPEG or PDF, 5 MB at most. Both sides and Birge see it."),
    )


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
        "sales",
        ("state", "note"),
        ("opened_at", "seen_at", "closed_at"),
        "public_id",
    ]
    actions_detail = ["clear", "reject", "rotate"]

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

    @admin.display(description=_("sales that it concerns"))
    def sales(self, finding: CodeFinding) -> str:
        """Not approved yet and by this code alone, each a link to its page."""
        rows = list(held_by(finding).order_by("-ordered_at", "-pk")[: SALES_SHOWN + 1])
        shown = format_html_join(
            ", ",
            '<a href="{}">{}</a> ({})',
            (
                (
                    reverse("admin:attribution_conversion_change", args=[row.pk]),
                    row.order_number,
                    tenge(row.commission_minor),
                )
                for row in rows[:SALES_SHOWN]
            ),
        )
        if len(rows) > SALES_SHOWN:
            return format_html("{}, …", shown)
        return shown or "–"

    @action(
        description=_("Reject the sales"),
        url_path="reject",
        permissions=["attribution.change_codefinding", "attribution.change_conversion"],
        icon="block",
    )
    def reject(self, request: HttpRequest, object_id: str) -> HttpResponse:
        finding: CodeFinding = self.row_or_404(object_id)
        speaker = speaker_of_ops(request, finding.brand_id)
        held = held_by(finding).aggregate(count=Count("pk"), minor=Sum("commission_minor"))
        page = FormPage(
            title=_("The code has leaked: reject its sales"),
            explain=_(
                "Sales that are not approved and came by this code alone are rejected with reason"
                " 19; their rewards go back to the budget. Approved ones stay. The influencer may"
                " answer each of them."
            ),
            facts={
                **_facts(finding),
                _("Sales that would be rejected"): held["count"],
                _("Their rewards"): tenge(held["minor"] or 0),
            },
            submit=_("Reject the sales"),
            change=lambda data: finding_reject(
                finding_id=finding.pk, speaker=speaker, note=data["note"]
            ),
            done=_("The sales are rejected with reason 19, and the finding is closed."),
            back=self.url_of("change", finding.pk),
            is_danger=True,
        )
        return self.form_page(request, LeakedForm(posted(request)), page)

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


def speaker_of_ops(request: HttpRequest, brand_id: int) -> Speaker:
    """A person of ours who speaks about a brand's sale."""
    return Speaker(brand_id, Rejection.Door.OPS, request.user.pk)


class LeakedSale(OpsAdmin):
    """The button of a sale by a code that has leaked."""

    @action(
        description=_("Reject: the code has leaked"),
        url_path="leaked",
        permissions=["attribution.change_conversion"],
        icon="block",
    )
    def leaked(self, request: HttpRequest, object_id: str) -> HttpResponse:
        sale: Conversion = self.row_or_404(object_id)
        form = LeakedSaleForm(posted(request), request.FILES or None)
        page = FormPage(
            title=_("Reject this sale: the code has leaked"),
            explain=_(
                "With reason 19. Its reward goes back to the budget at once; the influencer reads"
                " what you write and may answer it. An approved sale cannot be rejected any more."
            ),
            facts={
                _("Order"): sale.order_number,
                _("Influencer"): str(sale.influencer),
                _("Brand"): str(sale.brand),
                _("Reward"): tenge(sale.commission_minor),
                _("Evidence"): sale.get_grade_display(),
            },
            submit=_("Reject this sale"),
            change=lambda data: leaked_sale_reject(
                conversion=sale,
                speaker=speaker_of_ops(request, sale.brand_id),
                note=data["note"],
                evidence=data["file"],
            ),
            done=_("The sale is rejected with reason 19."),
            back=self.url_of("change", sale.pk),
            is_danger=True,
        )
        return self.form_page(request, form, page)


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
