from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.selectors import member_require_write
from campaigns.forms import (
    FIELD_NAMES,
    CampaignForm,
    TermsForm,
    TopUpForm,
    campaign_form_blank,
    campaign_form_initial,
)
from campaigns.models import Campaign
from campaigns.selectors import (
    campaign_access_for_brand,
    campaign_access_for_payer,
    campaign_access_for_writer,
    terms_latest,
)
from campaigns.services import (
    campaign_close,
    campaign_create,
    campaign_pause,
    campaign_publish,
    campaign_resume,
    campaign_shrink,
    campaign_terms_change,
    campaign_top_up,
    campaign_update,
)
from campaigns.services.categories import campaign_review_ask
from core.errors import DomainError
from core.forms import form_refuse
from exchange.web.brand.builders import campaigns as build
from exchange.web.brand.builders import terms as build_terms
from exchange.web.brand.builders.people import Refused
from exchange.web.brand.desk import FORM_REFUSED, Desk, desk_of, member_of, page_show
from exchange.web.formatting import money_text


@require_GET
def campaigns(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request)
    page = build.campaigns(desk, status=request.GET.get("status", ""))
    return page_show(request, desk, "brand/campaigns.html", page)


@require_GET
def campaign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    desk = desk_of(request)
    return _campaign_show(request, desk, campaign_access_for_brand(desk.brand, public_id))


def _campaign_show(
    request: HttpRequest, desk: Desk, found: Campaign, refused: Refused | None = None
) -> HttpResponse:
    page = build.campaign(desk, found, refused)
    status = FORM_REFUSED if refused else 200
    return page_show(request, desk, "brand/campaign.html", page, status=status)


# --- The form -------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def campaign_new(request: HttpRequest) -> HttpResponse:
    member_require_write(member_of(request))
    desk = desk_of(request)
    form = _campaign_form(request, initial=campaign_form_blank())
    if form.is_valid():
        try:
            found = campaign_create(brand=desk.brand, offer=form.offer())
        except DomainError as error:
            form_refuse(form, error, FIELD_NAMES)
        else:
            return _campaign_saved(request, desk, found)
    return _form_show(request, desk, form)


@require_http_methods(["GET", "POST"])
def campaign_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A draft's; what is published is shown and does not change."""
    found = campaign_access_for_writer(member_of(request), public_id)
    desk = desk_of(request)
    if request.method == "GET" and found.status != Campaign.Status.DRAFT:
        return redirect(desk.url("campaign", public_id))
    form = _campaign_form(request, initial=campaign_form_initial(found, terms_latest(found)))
    if form.is_valid():
        try:
            campaign_update(campaign_id=found.pk, offer=form.offer())
        except DomainError as error:
            form_refuse(form, error, FIELD_NAMES)
        else:
            return _campaign_saved(request, desk, found)
    return _form_show(request, desk, form, found)


@require_http_methods(["GET", "POST"])
def campaign_terms(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Other terms for a campaign that runs."""
    found = campaign_access_for_writer(member_of(request), public_id)
    desk = desk_of(request)
    if request.method == "GET" and found.status not in build.RUNNING:
        return redirect(desk.url("campaign", public_id))
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = TermsForm(*given, campaign=found, terms=terms_latest(found))
    if form.is_valid():
        try:
            change = campaign_terms_change(campaign_id=found.pk, offer=form.offer())
        except DomainError as error:
            form_refuse(form, error, FIELD_NAMES)
        else:
            return _changed(request, found, build_terms.change_said(change))
    page = build_terms.terms_form(desk, form, found)
    status = FORM_REFUSED if form.is_bound else 200
    return page_show(request, desk, "brand/terms_form.html", page, form=form, status=status)


def _campaign_form(request: HttpRequest, *, initial: dict[str, object]) -> CampaignForm:
    if request.method == "POST":
        return CampaignForm(request.POST, request.FILES, initial=initial)
    return CampaignForm(initial=initial)


def _form_show(
    request: HttpRequest, desk: Desk, form: forms.Form, found: Campaign | None = None
) -> HttpResponse:
    page = build.campaign_form(desk, form, found)
    status = FORM_REFUSED if form.is_bound else 200
    return page_show(request, desk, "brand/campaign_form.html", page, form=form, status=status)


def _campaign_saved(request: HttpRequest, desk: Desk, found: Campaign) -> HttpResponse:
    """To the campaign, where it can be published; or away, for another day."""
    messages.success(request, _("Draft saved"))
    if request.POST.get("action") == "save":
        return redirect(desk.url("campaigns"))
    return redirect(desk.url("campaign", found.public_id))


# --- Its life -------------------------------------------------------------------------------


@require_POST
def campaign_publish_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = campaign_access_for_payer(member_of(request), public_id)
    campaign_publish(campaign_id=found.pk)
    return _changed(request, found, _("Published: influencers can join now."))


@require_POST
def campaign_review_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Of a category that we look at first."""
    found = campaign_access_for_writer(member_of(request), public_id)
    campaign_review_ask(campaign_id=found.pk)
    return _changed(request, found, _("Sent: we look at it and write to you."))


@require_POST
def campaign_pause_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = campaign_access_for_writer(member_of(request), public_id)
    campaign_pause(campaign_id=found.pk)
    return _changed(request, found, _("Paused"))


@require_POST
def campaign_resume_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = campaign_access_for_writer(member_of(request), public_id)
    campaign_resume(campaign_id=found.pk)
    return _changed(request, found, _("The campaign is live again."))


@require_POST
def campaign_close_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = campaign_access_for_payer(member_of(request), public_id)
    campaign_close(campaign_id=found.pk)
    return _changed(request, found, _("Closed"))


def _changed(request: HttpRequest, found: Campaign, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("brand:campaign", member_of(request).brand.slug, found.public_id)


@require_POST
def campaign_top_up_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """More budget, out of the free balance."""
    found = campaign_access_for_payer(member_of(request), public_id)
    form = TopUpForm(request.POST)
    if form.is_valid():
        amount_minor = form.cleaned_data["amount"]
        try:
            campaign_top_up(campaign_id=found.pk, amount_minor=amount_minor)
        except DomainError as error:
            form_refuse(form, error)
        else:
            said = _("Added to the budget: %(sum)s") % {"sum": money_text(amount_minor)}
            return _changed(request, found, said)
    return _budget_refused(request, found, "top_up", form["amount"])


@require_POST
def campaign_shrink_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Less budget: back to the free balance."""
    found = campaign_access_for_payer(member_of(request), public_id)
    form = TopUpForm(request.POST)
    if form.is_valid():
        amount_minor = form.cleaned_data["amount"]
        try:
            campaign_shrink(campaign_id=found.pk, amount_minor=amount_minor)
        except DomainError as error:
            form_refuse(form, error)
        else:
            said = _("Taken back to the free balance: %(sum)s") % {"sum": money_text(amount_minor)}
            return _changed(request, found, said)
    return _budget_refused(request, found, "shrink", form["amount"])


def _budget_refused(
    request: HttpRequest, found: Campaign, what: str, bound: forms.BoundField
) -> HttpResponse:
    errors = [*bound.errors, *bound.form.non_field_errors()]
    value = str(bound.value() or "")
    refused = Refused(what, value, " ".join(map(str, errors)))
    return _campaign_show(request, desk_of(request), found, refused)
