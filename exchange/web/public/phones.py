"""A follower's phone number: left on the page of receipts, shown what became of it, taken back."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from attribution.domain.phone_claims import (
    TEXT_CHARS_MAX,
    PhoneRefusal,
    PhoneRefused,
)
from attribution.forms import ReceiptForm
from attribution.models import PhoneClaim
from attribution.selectors.receipts import ClaimDesk, claim_desk
from attribution.services.pace import follower_is_within_pace
from attribution.services.phone_claims import (
    page_brand,
    phone_claim,
    phone_claim_shown,
    phone_withdraw,
)
from attribution.services.receipts import Claimant
from exchange.web.pages.receipts import PhoneLeft, PhoneWithdraw, Refused
from exchange.web.phone_words import PHONE_REFUSALS
from exchange.web.public.receipts import (
    FORM_REFUSED,
    claimant_of,
    claimant_remember,
    page_of,
    page_show,
    phone_asked,
)

TRAP = "website"  # a field that no person sees: what fills it is a program


@require_http_methods(["GET", "POST"])
def phone(request: HttpRequest, token: str) -> HttpResponse:
    """POST /{lang}/r/{token}/number/"""
    desk = claim_desk(token)
    if request.method == "GET" or desk is None or not desk.takes_phones:
        return redirect("receipt", token)
    claimant = claimant_of(request)
    if not follower_is_within_pace(claimant.network):
        return TemplateResponse(request, "429.html", status=429)
    typed = request.POST.get("phone", "")[: TEXT_CHARS_MAX + 1]
    answer: HttpResponse
    try:
        answer = _left(request, token, typed, claimant)
    except PhoneRefused as refused:
        answer = _refused(request, desk, token, typed, refused)
    claimant_remember(answer, claimant)
    return answer


def _left(request: HttpRequest, token: str, typed: str, claimant: Claimant) -> HttpResponse:
    """Whose number was left before, in another browser, sees no code and no address of that claim.

    Raises:
        PhoneRefused.
    """
    if request.POST.get(TRAP):
        raise PhoneRefused(PhoneRefusal.NOT_A_PHONE)
    left = phone_claim(
        token=token,
        text=typed,
        agreed_sha256=request.POST.get("consent", ""),
        language=get_language() or "kk",
        claimant=claimant,
    )
    if left.is_own:
        return redirect("phone_state", token, left.claim.public_id)
    shown = phone_claim_shown(token, left.claim.public_id)
    assert shown is not None, left.claim.pk
    page = replace(_left_page(token, shown), code="")
    return TemplateResponse(request, "public/phone_left.html", {"page": page})


def _refused(
    request: HttpRequest, desk: ClaimDesk, token: str, typed: str, refused: PhoneRefused
) -> HttpResponse:
    asked = replace(phone_asked(desk, token), typed=typed, refused=_said(refused))
    page = page_of(desk, token, asked)
    return page_show(request, page, ReceiptForm(), status=FORM_REFUSED)


def _said(refused: PhoneRefused) -> Refused:
    title, text = PHONE_REFUSALS[refused.refusal]
    return Refused(refused.refusal.value, str(title), str(text))


@require_GET
def phone_state(request: HttpRequest, token: str, public_id: UUID) -> HttpResponse:
    """GET /{lang}/r/{token}/number/{id}/: for who left it."""
    claim = phone_claim_shown(token, public_id)
    if claim is None:
        return TemplateResponse(request, "public/receipt_over.html", status=404)
    return TemplateResponse(request, "public/phone_left.html", {"page": _left_page(token, claim)})


def _left_page(token: str, claim: PhoneClaim) -> PhoneLeft:
    desk = claim_desk(token)
    return PhoneLeft(
        status=claim.state,
        brand_name=claim.participation.campaign.brand_name,
        influencer_name=claim.influencer.name,
        mask=f"+7 *** *** ** {claim.phone_end}" if claim.phone_end else "",
        counts_until=claim.counts_until,
        erase_at=claim.erase_at,
        withdraw_url=reverse("phone_withdraw", args=[token]),
        page_url=reverse("receipt", args=[token]) if desk else "",
        code=claim.code.code if claim.code else "",
        takes_receipts=bool(desk and desk.shop_count),
    )


# --- Taken back -----------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """The answer is the same whether the number was there: it tells nobody who follows whom."""
    brand_name = page_brand(token)
    if brand_name is None:
        return TemplateResponse(request, "public/receipt_over.html", status=404)
    page = PhoneWithdraw(
        action_url=reverse("phone_withdraw", args=[token]),
        page_url=reverse("receipt", args=[token]),
        brand_name=brand_name,
    )
    status = 200
    if request.method == "POST":
        if not follower_is_within_pace(claimant_of(request).network):
            return TemplateResponse(request, "429.html", status=429)
        typed = request.POST.get("phone", "")[: TEXT_CHARS_MAX + 1]
        try:
            phone_withdraw(token=token, text=typed)
        except PhoneRefused as refused:
            page, status = replace(page, typed=typed, refused=_said(refused)), FORM_REFUSED
        else:
            page = replace(page, is_done=True)
    return TemplateResponse(request, "public/phone_withdraw.html", {"page": page}, status=status)
