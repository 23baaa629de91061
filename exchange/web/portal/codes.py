"""The influencer's promo code on the page of a link: another one, one-time ones for followers."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from campaigns.code_forms import CodeWishForm
from campaigns.selectors import link_access_for_influencer
from campaigns.services.code_pools import code_reserve
from campaigns.services.codes import code_rotate
from core.errors import DomainError
from exchange.web.portal.views import influencer_of


@require_POST
def link_code_wish(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A code of one's own choice; refused with its reason, the old one stays."""
    found = link_access_for_influencer(influencer_of(request).pk, public_id)
    form = CodeWishForm(request.POST)
    wish = form.cleaned_data["code"] if form.is_valid() else ""
    if not wish:
        messages.error(request, _("Write the code that you would like to have."))
        return redirect("portal:link", public_id)
    try:
        promo = code_rotate(participation_id=found.participation_id, wish=wish)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        said = _("Your new code: %(code)s. The brand sees it too and adds it to its shop.")
        messages.success(request, said % {"code": promo.code})
    return redirect("portal:link", public_id)


@require_POST
def link_code_take(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The next one-time code, for one follower."""
    found = link_access_for_influencer(influencer_of(request).pk, public_id)
    try:
        promo = code_reserve(participation_id=found.participation_id)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        said = _("For one follower: %(code)s. Nobody else gets this code.")
        messages.success(request, said % {"code": promo.code})
    return redirect("portal:link", public_id)
