"""Invitations as the influencer meets them: their own, and one behind a secret link."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.domain.invites import InviteState
from campaigns.models import Campaign
from campaigns.selectors import campaign_access_for_influencer, cards_for, participation_of
from campaigns.selectors.invites import invite_by_token, invite_open_to, state_of
from campaigns.services import NotEligible
from campaigns.services.invites import invite_accept_link, invite_decline
from core.errors import NotFound
from core.tenancy.context import acting_as
from exchange.web.portal.builders import campaigns as build
from exchange.web.portal.builders import invites as build_invites
from exchange.web.portal.views import influencer_of, joined
from influencers.models import Influencer

GONE = 410


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """What a secret link leads to: the campaign, and joining it. Read as the system: nobody else
    sees it before they take part."""
    influencer = influencer_of(request)
    if request.method == "POST":
        return _accepted(request, influencer, token)
    with acting_as(system="open an invitation"):
        invite = invite_by_token(token)
        campaign = invite.campaign
        if participation_of(influencer.pk, campaign) is not None:
            return redirect("portal:campaign", campaign.public_id)
        why = build_invites.why_over(state_of(invite), campaign)
        if why:
            page = build_invites.over(why)
            return TemplateResponse(
                request, "portal/invitation_over.html", {"page": page}, status=GONE
            )
        (card,) = cards_for([campaign], influencer.pk)
        shown = build.campaign(card, influencer, invite)
    return TemplateResponse(request, "portal/campaign.html", {"page": shown})


def _accepted(request: HttpRequest, influencer: Influencer, token: str) -> HttpResponse:
    try:
        participation = invite_accept_link(token=token, influencer_id=influencer.pk)
    except NotEligible as error:
        messages.error(request, str(error))
        return redirect("portal:invitation", token)
    campaign = Campaign.objects.get(pk=participation.campaign_id)
    return joined(request, participation, campaign.public_id)


@require_POST
def invitation_decline(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say no to one's own invitation to a campaign."""
    influencer = influencer_of(request)
    campaign = campaign_access_for_influencer(influencer.pk, public_id)
    invite = invite_open_to(campaign, influencer.pk)
    if invite is None or state_of(invite) is not InviteState.OPEN:
        raise NotFound
    invite_decline(invite_id=invite.pk, influencer_id=influencer.pk)
    messages.success(request, _("Declined: the brand sees your answer."))
    return redirect("portal:campaigns")
