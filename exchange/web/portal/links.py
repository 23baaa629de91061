"""The influencer's links: the list, one of them, making one, its QR code, its switch."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from attribution.domain.sub_ids import SUBS, url_with_subs
from campaigns.selectors import (
    Card,
    Coverage,
    coverage_of,
    link_access_for_influencer,
    link_list_of_influencer,
)
from campaigns.services import (
    destination_require,
    tracking_link_create,
    tracking_link_disable,
    tracking_link_enable,
)
from core.errors import DomainError, Invalid
from core.forms import form_refuse
from exchange.web.portal.builders import links as build
from exchange.web.portal.views import influencer_of
from exchange.web.qr import qr_png, qr_svg

FORM_REFUSED = 422
URL_CHARS_MAX = 4_000  # of what is read at all; the rule about an address is the service's
QR_KINDS = {"svg": ("image/svg+xml", qr_svg), "png": ("image/png", qr_png)}


@require_GET
def links(request: HttpRequest) -> HttpResponse:
    influencer = influencer_of(request)
    cards = build.link_cards(influencer, link_list_of_influencer(influencer.pk))
    return TemplateResponse(request, "portal/links.html", {"page": build.links(cards)})


@require_GET
def link(request: HttpRequest, public_id: UUID, *, is_new: bool = False) -> HttpResponse:
    """One link; ?sub1= to ?sub5= name a post, and the page gives the link that carries them."""
    influencer = influencer_of(request)
    found = link_access_for_influencer(influencer.pk, public_id)
    page = build.link_page(influencer, found, is_new=is_new, subs=_subs_of(request))
    return TemplateResponse(request, "portal/link.html", {"page": page})


@require_GET
def link_qr(request: HttpRequest, public_id: UUID, kind: str) -> HttpResponse:
    """The link's QR code as a file to print; with the names of a post where they are given."""
    found = link_access_for_influencer(influencer_of(request).pk, public_id)
    if kind not in QR_KINDS:
        raise Http404
    content_type, draw = QR_KINDS[kind]
    answer = HttpResponse(
        draw(url_with_subs(build.link_url(found), _subs_of(request))), content_type=content_type
    )
    answer["Content-Disposition"] = f'attachment; filename="birge-{found.token}-qr.{kind}"'
    return answer


def _subs_of(request: HttpRequest) -> list[str]:
    return [request.GET.get(f"sub{n}", "") for n in range(1, SUBS + 1)]


# --- Making one -----------------------------------------------------------------------------


class EndingForm(forms.Form):
    """The rules of an ending are the service's."""

    ending = forms.CharField(label=gettext_lazy("Your own ending"), required=False)


@require_http_methods(["GET", "POST"])
def link_create(request: HttpRequest) -> HttpResponse:
    """A pasted address: which campaign covers it (GET ?url=), and the link (POST)."""
    influencer = influencer_of(request)
    given = request.POST if request.method == "POST" else request.GET
    typed = given.get("url", "").strip()[:URL_CHARS_MAX]
    form = EndingForm(request.POST if request.method == "POST" else None)
    if request.method == "GET" and not typed:
        return _link_form(request, form, typed)
    try:
        url = destination_require("url", typed)
    except Invalid as error:
        return _link_form(request, form, typed, error=str(error))
    coverage = coverage_of(influencer.pk, url)
    chosen = _chosen(coverage, given.get("campaign", ""))
    if request.method == "POST" and chosen is not None and form.is_valid():
        made = _link_make(form, chosen, url)
        if made is not None:
            return redirect("portal:link_new", made)
    return _link_form(
        request, form, typed, url=url, coverage=coverage, chosen=given.get("campaign", "")
    )


def _chosen(coverage: Coverage, public_id: str) -> Card | None:
    """The campaign that was picked, else the best paid one."""
    picked = [card for card in coverage.mine if str(card.campaign.public_id) == public_id]
    return next(iter(picked or coverage.mine), None)


def _link_make(form: EndingForm, card: Card, url: str) -> UUID | None:
    """The new link's public id; None where a rule refused it, and the form says which."""
    assert card.participation is not None
    try:
        made = tracking_link_create(
            participation_id=card.participation.pk, url=url, ending=form.cleaned_data["ending"]
        )
    except DomainError as error:
        form_refuse(form, error)
        return None
    return made.public_id


def _link_form(
    request: HttpRequest,
    form: EndingForm,
    typed: str,
    *,
    url: str = "",
    error: str = "",
    coverage: Coverage | None = None,
    chosen: str = "",
) -> HttpResponse:
    page = build.link_form(typed, url=url, error=error, coverage=coverage, chosen=chosen)
    is_refused = request.method == "POST" or error
    return TemplateResponse(
        request,
        "portal/link_form.html",
        {"page": page, "form": form},
        status=FORM_REFUSED if is_refused else 200,
    )


# --- Its switch -----------------------------------------------------------------------------


@require_POST
def link_off(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = link_access_for_influencer(influencer_of(request).pk, public_id)
    tracking_link_disable(link_id=found.pk)
    messages.success(request, _("The link is off. Visitors no longer reach the product by it."))
    return redirect("portal:link", public_id)


@require_POST
def link_on(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = link_access_for_influencer(influencer_of(request).pk, public_id)
    try:
        tracking_link_enable(link_id=found.pk)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The link is on again and leads where it did."))
    return redirect("portal:link", public_id)
