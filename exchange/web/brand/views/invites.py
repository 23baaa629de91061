"""Inviting influencers to a campaign."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from brands.selectors import member_require_write
from campaigns.invite_forms import InviteLinkForm, InvitePersonForm
from campaigns.models import Campaign
from campaigns.selectors import campaign_access_for_brand
from campaigns.selectors.groups import open_groups
from campaigns.selectors.invites import invite_access_for_writer
from campaigns.services.invites import invite_link_create, invite_person, invite_revoke
from core.errors import DomainError
from core.forms import form_refuse
from exchange.web.brand.builders import invites as build
from exchange.web.brand.desk import FORM_REFUSED, desk_of, member_of


@require_http_methods(["GET", "POST"])
def invites(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The list, and its two forms: `what` says which one was sent."""
    member = member_of(request)
    found = campaign_access_for_brand(member.brand, public_id)
    if request.method == "POST":
        member_require_write(member)
    what = request.POST.get("what", "")
    groups = open_groups(found)
    typed = request.POST if what == "person" else None
    person = InvitePersonForm(typed, prefix="person", groups=groups)
    typed = request.POST if what == "link" else None
    link = InviteLinkForm(typed, prefix="link", groups=groups)
    if _sent(request, found, person, link):
        return redirect("brand:invites", member.brand.slug, public_id)
    desk = desk_of(request)
    context = {
        "side": desk.side,
        "page": build.invites(desk, found),
        "person": person,
        "link": link,
    }
    status = FORM_REFUSED if person.is_bound or link.is_bound else 200
    return TemplateResponse(request, "brand/invites.html", context, status=status)


def _sent(
    request: HttpRequest, found: Campaign, person: InvitePersonForm, link: InviteLinkForm
) -> bool:
    """Whether one of the forms was carried out."""
    if person.is_valid():
        return _carried_out(
            request,
            person,
            lambda: invite_person(campaign_id=found.pk, **person.given()),
            _("Invited: a letter is on its way."),
        )
    if link.is_valid():
        return _carried_out(
            request,
            link,
            lambda: invite_link_create(campaign_id=found.pk, **link.given()),
            _("The link is ready: copy it from the list."),
        )
    return False


def _carried_out(
    request: HttpRequest, form: forms.Form, act: Callable[[], object], said: str
) -> bool:
    try:
        act()
    except DomainError as error:
        form_refuse(form, error)
        return False
    messages.success(request, said)
    return True


@require_POST
def invite_revoke_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = member_of(request)
    invite = invite_access_for_writer(member, public_id)
    invite_revoke(invite_id=invite.pk)
    messages.success(request, _("Revoked: nobody can join by it any more."))
    campaign = Campaign.objects.values_list("public_id", flat=True).get(pk=invite.campaign_id)
    return redirect("brand:invites", member.brand.slug, campaign)
