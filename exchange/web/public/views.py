"""The landing page, the first steps of both sides, and where somebody belongs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from brands.forms import CompanyForm
from brands.selectors import brand_list_of_user, fee_bps_standard
from brands.services import brand_create
from campaigns.selectors import campaign_list_public, cards_for
from compliance.domain.rules import RuleMissing
from compliance.selectors import vat_bps
from core.accounts.models import User
from core.errors import DomainError
from core.forms import form_refuse
from exchange.web.pages.public import Landing
from exchange.web.portal.builders.campaigns import campaign_card
from influencers.forms import SignUpForm
from influencers.selectors import influencer_of_user
from influencers.services import influencer_create

LANDING_CARDS = 3
FORM_REFUSED = 422


def person_of(request: HttpRequest) -> User:
    """The door has let only people in."""
    assert isinstance(request.user, User)
    return request.user


@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    cards = cards_for(campaign_list_public(LANDING_CARDS))
    page = Landing(fee_bps_standard(), _vat_bps_or_none(), [campaign_card(card) for card in cards])
    return TemplateResponse(request, "public/landing.html", {"page": page})


def _vat_bps_or_none() -> int | None:
    """The landing page stays up on a day whose law is not entered yet."""
    try:
        return vat_bps()
    except RuleMissing:
        return None


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Where somebody who has logged in belongs. Runs before a side is known, to find it out."""
    if not request.user.is_authenticated:
        return redirect("landing")
    user = person_of(request)
    if user.is_staff:
        return redirect("admin:index")
    if influencer_of_user(user.pk) is not None:
        return redirect("portal:home")
    brand = brand_list_of_user(user.pk).first()
    return redirect("brand:overview", brand.slug) if brand else redirect("start")


@require_http_methods(["GET", "POST"])
def onboarding(request: HttpRequest) -> HttpResponse:
    """A few words about an influencer, then straight to the campaigns."""
    user = person_of(request)
    initial = {"name": user.name, "language": (get_language() or "kk")[:2]}
    form = SignUpForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            influencer_create(user_id=user.pk, **form.cleaned_data)
        except DomainError as error:
            form_refuse(form, error)
        else:
            return redirect("portal:campaigns")
    return _form_page(request, "portal/onboarding.html", form)


@require_http_methods(["GET", "POST"])
def brand_onboarding(request: HttpRequest) -> HttpResponse:
    """The company behind a brand; its workplace opens at once, publishing after the check."""
    user = person_of(request)
    form = CompanyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            brand = brand_create(
                user_id=user.pk,
                person_name=user.name or user.email.partition("@")[0],
                email=user.email,
                name=given["name"],
                legal_name=given["legal_name"],
                bin_text=given["bin"],
            )
        except DomainError as error:
            form_refuse(form, error)
        else:
            messages.success(request, _("The brand is created. We are checking the company."))
            return redirect(reverse("brand:overview", args=[brand.slug]))
    return _form_page(request, "brand/onboarding.html", form)


def _form_page(request: HttpRequest, template: str, form: SignUpForm | CompanyForm) -> HttpResponse:
    status = FORM_REFUSED if form.is_bound else 200
    return TemplateResponse(request, template, {"form": form}, status=status)


@require_GET
def link_ended(request: HttpRequest) -> HttpResponse:
    """Where the click process sends who opens a link whose campaign is over."""
    return TemplateResponse(request, "public/link_ended.html")
