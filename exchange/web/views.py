"""The shell's own pages: landing, start, language switch, errors."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import translate_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_GET, require_POST

from campaigns.forms import CampaignForm, commission_typed, cost_typed
from campaigns.reward_forms import places_typed
from core.bps import BPS_WHOLE
from core.errors import Invalid
from core.tenancy.context import acting_as
from exchange.web.formatting import LANGUAGES
from exchange.web.pages.common import PolicyTerms
from exchange.web.policy_words import CODE_POLICIES


@require_POST
def language_set(request: HttpRequest) -> HttpResponse:
    """Remember the language, in the account and on the device, and show the same page in it."""
    chosen = request.POST.get("language", "")
    if chosen not in LANGUAGES:
        raise Invalid(_("We speak Kazakh, Russian and English."))
    if request.user.is_authenticated and request.user.language != chosen:
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    response = HttpResponseRedirect(translate_url(_where_to(request), chosen))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


def _where_to(request: HttpRequest) -> str:
    """The page that the switch was on; only ever one of ours."""
    place = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(
        place, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return place if is_ours else "/"


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Blogger or brand: the first question, before signing up or after."""
    return render(request, "public/start.html")


@require_POST
def policy_preview(request: HttpRequest) -> HttpResponse:
    """The policy sentence of a campaign form as it stands, and what a sale would cost; nothing
    while a number is missing. Posted, because a table of products is too long for an address. The
    rates are of the form: it is a picture, and publishing takes the contract's and the law's."""
    with acting_as(public="policy preview"):  # the form offers categories from a list
        form = CampaignForm(request.POST)
    try:
        terms = PolicyTerms(
            commission=commission_typed(form),
            window_days=int(request.POST.get("window_days", "")),
            hold_days=int(request.POST.get("hold_days", "")),
            code_policy=request.POST.get("code_policy", ""),
            places=places_typed(form),
        )
        fee_bps, vat_bps = (_bps_typed(request, name) for name in ("fee_bps", "vat_bps"))
    except ValueError:
        return HttpResponse(status=204)
    if terms.code_policy not in CODE_POLICIES:
        return HttpResponse(status=204)
    context = {
        "terms": terms,
        "cost": cost_typed(form, fee_bps=fee_bps, vat_bps=vat_bps),
        "fee_bps": fee_bps,
        "vat_bps": vat_bps,
    }
    return render(request, "components/_policy_preview.html", context)


def _bps_typed(request: HttpRequest, name: str) -> int:
    return min(max(0, int(request.POST.get(name, "0"))), BPS_WHOLE)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: usually a page that was open for days, or cookies switched off."""
    return render(request, "403_csrf.html", status=403)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Nothing here may touch the database: it may be what failed."""
    return render(request, "500.html", status=500)
