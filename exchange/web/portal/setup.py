"""What is the influencer's own to change: payee steps, profile, leaving a campaign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.models import Participation
from campaigns.selectors import campaign_access_for_influencer, participation_of
from campaigns.services import participation_leave
from compliance.forms import AccountForm, IinForm, TaxForm
from compliance.selectors import PayeeSteps, payee_steps
from compliance.services import payee_tax_set, register_recheck
from core.accounts.models import User
from core.errors import DomainError, NotFound
from core.forms import form_refuse
from exchange.web.portal.builders import setup as build
from exchange.web.portal.builders.campaigns import leaving
from influencers.forms import OwnProfileForm
from influencers.models import Influencer
from influencers.selectors import first_page_of
from influencers.services import payee_save, payout_account_add, profile_change

FORM_REFUSED = 422
STEP_FORMS: Mapping[str, type[forms.Form]] = {
    "iin": IinForm,
    "tax": TaxForm,
    "account": AccountForm,
}


def _person(request: HttpRequest) -> tuple[Influencer, User]:
    """The door has found them."""
    influencer: Influencer = request.influencer  # type: ignore[attr-defined]
    assert isinstance(request.user, User)
    return influencer, request.user


@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """IIN, tax status, register, account, one form at a time; ?step= goes back to one."""
    influencer, user = _person(request)
    steps = payee_steps(influencer.pk)
    key = build.step_now(steps, request.GET.get("step", ""))
    form = _step_form(request, key, steps)
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            _step_save(key, influencer, user, form.cleaned_data)
        except DomainError as error:
            form_refuse(form, error)
        else:
            messages.success(request, _("Saved"))
            return redirect("portal:setup")
    page = build.setup(steps, key)
    status = FORM_REFUSED if form is not None and form.is_bound else 200
    return TemplateResponse(
        request, "portal/setup.html", {"page": page, "form": form}, status=status
    )


def _step_form(request: HttpRequest, key: str, steps: PayeeSteps) -> forms.Form | None:
    """None where the step has nothing to fill in: the register's, and when all is done."""
    if key not in STEP_FORMS:
        return None
    return STEP_FORMS[key](request.POST or None, initial=build.step_initial(key, steps))


def _step_save(key: str, influencer: Influencer, user: User, given: dict[str, Any]) -> None:
    if key == "iin":
        payee_save(
            influencer_id=influencer.pk,
            iin_text=given["iin"],
            full_name=given["full_name"],
            email=user.email,
        )
    elif key == "tax":
        is_individual = given["status"] == "individual_gph"
        payee_tax_set(
            influencer_id=influencer.pk,
            status=given["status"],
            has_deduction_application=is_individual and given["has_deduction_application"],
        )
    else:
        payout_account_add(
            influencer_id=influencer.pk,
            iban_text=given["iban"],
            holder_name=given["holder_name"],
        )


@require_POST
def setup_recheck(request: HttpRequest) -> HttpResponse:
    """Ask the register once more, in the background."""
    influencer, _user = _person(request)
    register_recheck(influencer_id=influencer.pk)
    return redirect("portal:setup")


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """What brands see, and the ways to details, security and language."""
    influencer, user = _person(request)
    form = OwnProfileForm(request.POST or None, initial=_profile_initial(influencer))
    if request.method == "POST" and form.is_valid():
        try:
            profile_change(influencer_id=influencer.pk, **form.cleaned_data)
        except DomainError as error:
            form_refuse(form, error)
        else:
            messages.success(request, _("Saved"))
            return redirect("portal:profile")
    page = build.profile(influencer, user.email, payee_steps(influencer.pk))
    status = FORM_REFUSED if form.is_bound else 200
    return TemplateResponse(
        request, "portal/profile.html", {"page": page, "form": form}, status=status
    )


def _profile_initial(influencer: Influencer) -> dict[str, Any]:
    initial: dict[str, Any] = {
        "name": influencer.name,
        "city": influencer.city,
        "language": influencer.language,
        "topics": influencer.topics,
    }
    page = first_page_of(influencer.pk)
    if page is not None:
        initial |= {
            "network": page.network,
            "page": f"@{page.handle}",
            "followers": page.followers,
        }
    return initial


@require_http_methods(["GET", "POST"])
def campaign_leave(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Leave a campaign, or take an application back: first what stops and what stays."""
    influencer, _user = _person(request)
    campaign = campaign_access_for_influencer(influencer.pk, public_id)
    participation = participation_of(influencer.pk, campaign)
    if participation is None:
        raise NotFound
    if request.method == "GET":
        if participation.state not in (Participation.State.APPLIED, Participation.State.APPROVED):
            return redirect("portal:campaign", public_id)
        page = leaving(influencer, campaign, participation)
        return TemplateResponse(request, "portal/leave.html", {"page": page})
    was_application = participation.state == Participation.State.APPLIED
    participation_leave(participation_id=participation.pk)
    said = _("You have left. Orders already accepted are still paid.")
    messages.success(request, _("Application withdrawn") if was_application else said)
    return redirect("portal:campaigns")
