"""Invitations for the influencer's pages."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from campaigns.domain.invites import InviteState
from campaigns.models import Campaign
from campaigns.selectors import terms_of
from campaigns.selectors.groups import terms_of_invites
from campaigns.selectors.invites import invites_open_of
from exchange.web.pages.invites import InvitationOver, Invited
from exchange.web.reward_words import rate_short
from influencers.models import Influencer


def invited(influencer: Influencer) -> list[Invited]:
    """What waits for an answer, with the terms that would be theirs. One query; two where something
    does, and a third where a group waits for them."""
    found = invites_open_of(influencer.pk)
    terms = terms_of([each.campaign for each in found]) if found else {}
    own = terms_of_invites(found)
    return [
        Invited(
            title=each.campaign.title,
            brand_name=each.campaign.brand_name,
            rate_text=rate_short(own.get(each.pk, terms[each.campaign_id]).commission),
            url=reverse("portal:campaign", args=[each.campaign.public_id]),
            accept_url=reverse("portal:campaign_join", args=[each.campaign.public_id]),
            decline_url=reverse("portal:invitation_decline", args=[each.campaign.public_id]),
            until=each.expires_at,
        )
        for each in found
        if each.campaign_id in terms
    ]


def why_over(state: InviteState, campaign: Campaign) -> str:
    """Why a link counts no longer, "" while it does."""
    if campaign.status != Campaign.Status.LIVE:
        return _("This campaign takes nobody in now.")
    words = {
        InviteState.OPEN: "",
        InviteState.REVOKED: _("The brand has revoked this link."),
        InviteState.USED_UP: _("As many have joined by this link as the brand allowed."),
    }
    return words.get(state, _("The time of this link is over."))


def over(why: str) -> InvitationOver:
    return InvitationOver(why, reverse("portal:campaigns"))
