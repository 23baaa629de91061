"""The influencer's doors: who is it, which thing may they have, call, show."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from attribution.selectors.conversions import conversion_access_for_influencer
from campaigns.models import Participation
from campaigns.selectors import (
    campaign_access_for_influencer,
    cards_for,
)
from campaigns.selectors.invites import invite_open_to
from campaigns.services import NotEligible
from campaigns.services.invites import invite_accept
from campaigns.services.participations import campaign_join
from exchange.web.evidence_field import AnswerForm
from exchange.web.portal.builders import campaigns as build_campaigns
from exchange.web.portal.builders import earnings as build_earnings
from exchange.web.portal.builders import home as build_home
from exchange.web.portal.builders import payouts as build_payouts
from influencers.models import Influencer
from payouts.selectors import payout_access_for_influencer

PERIOD_DAYS = 30


def influencer_of(request: HttpRequest) -> Influencer:
    """The door has found them."""
    influencer: Influencer = request.influencer  # type: ignore[attr-defined]
    return influencer


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(count) for count in build_home.PERIODS} else PERIOD_DAYS
    page = build_home.home(influencer_of(request), days=days)
    return TemplateResponse(request, "portal/home.html", {"page": page})


@require_GET
def campaigns(request: HttpRequest) -> HttpResponse:
    page = build_campaigns.campaigns(
        influencer_of(request),
        query=request.GET.get("q", "").strip()[:80],
        by_reward=request.GET.get("sort") == "reward",
        after=request.GET.get("after", ""),
    )
    return TemplateResponse(request, "portal/campaigns.html", {"page": page})


@require_GET
def campaign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    influencer = influencer_of(request)
    found = campaign_access_for_influencer(influencer.pk, public_id)
    (card,) = cards_for([found], influencer.pk)
    return TemplateResponse(
        request, "portal/campaign.html", {"page": build_campaigns.campaign(card, influencer)}
    )


@require_POST
def campaign_join_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Join: an open campaign gives its link at once, another one an answer of the brand."""
    influencer = influencer_of(request)
    found = campaign_access_for_influencer(influencer.pk, public_id)
    invite = invite_open_to(found, influencer.pk)
    try:
        if invite is not None:
            participation = invite_accept(invite_id=invite.pk, influencer_id=influencer.pk)
        else:
            participation = campaign_join(campaign_id=found.pk, influencer_id=influencer.pk)
    except NotEligible as error:
        messages.error(request, str(error))
        return redirect("portal:campaign", public_id)
    return joined(request, participation, public_id)


def joined(request: HttpRequest, participation: Participation, public_id: UUID) -> HttpResponse:
    """To the new link; without one, to the campaign, which says what is waited for."""
    link = participation.links.filter(state="active").order_by("-id").first()
    if participation.state != Participation.State.APPROVED or link is None:
        messages.info(request, _("Your application is in."))
        return redirect("portal:campaign", public_id)
    return redirect("portal:link_new", link.public_id)


@require_GET
def earnings(request: HttpRequest) -> HttpResponse:
    page = build_earnings.earnings(
        influencer_of(request),
        chosen=request.GET.get("status", ""),
        after=request.GET.get("after", ""),
    )
    return TemplateResponse(request, "portal/earnings.html", {"page": page})


@require_GET
def earning(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A page, or the sheet that htmx asks for."""
    influencer = influencer_of(request)
    found = conversion_access_for_influencer(influencer.pk, public_id)
    is_sheet = request.headers.get("HX-Request") == "true"
    template = "portal/_earning.html" if is_sheet else "portal/earning.html"
    context = {"page": build_earnings.earning(influencer, found), "form": AnswerForm()}
    return TemplateResponse(request, template, context)


@require_GET
def payouts(request: HttpRequest) -> HttpResponse:
    page = build_payouts.payouts(influencer_of(request))
    return TemplateResponse(request, "portal/payouts.html", {"page": page})


@require_GET
def payout(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = payout_access_for_influencer(influencer_of(request).pk, public_id)
    return TemplateResponse(request, "portal/payout.html", {"page": build_payouts.payout(found)})
