"""The page on which a follower claims a receipt: no account, one form. Where the brand takes phone
numbers it asks for one too (exchange/web/public/phones.py).

Photos of the code are read on the phone itself (assets/app.js) and never sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_http_methods

from attribution.clickpath.visit import origin_of
from attribution.domain.receipts import (
    TEXT_CHARS_MAX,
    Receipt,
    ReceiptRefused,
    Refusal,
    paper_read,
    qr_read,
)
from attribution.forms import ReceiptForm
from attribution.selectors.receipts import ClaimDesk, claim_desk, claim_shown
from attribution.services.phone_claims import consent_of
from attribution.services.receipts import (
    PERSON_DAYS,
    Claimant,
    claimant_cookie,
    receipt_claim,
)
from exchange.web.pages.receipts import Claim, Claimed, PhoneAsked, Refused
from exchange.web.receipt_words import REFUSALS, TYPE_THEM

COOKIE = "birge_receipts"
COOKIE_SECONDS = PERSON_DAYS * 86_400
COOKIE_CHARS_MAX = 64
FORM_REFUSED = 422


@require_http_methods(["GET", "POST"])
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """GET or POST /{lang}/r/{token}/"""
    desk = claim_desk(token)
    if desk is None:
        return TemplateResponse(request, "public/receipt_over.html", status=404)
    page = page_of(desk, token)
    if request.method == "GET":
        return page_show(request, page, ReceiptForm())
    return _claimed(request, token, page)


def _claimed(request: HttpRequest, token: str, page: Claim) -> HttpResponse:
    claimant = claimant_of(request)
    form = ReceiptForm(request.POST)
    answer: HttpResponse
    try:
        kept = receipt_claim(
            token=token,
            receipt=_receipt_of(request.POST),
            has_consent="consent" in request.POST,
            claimant=claimant,
        )
    except ReceiptRefused as refused:
        title, text = REFUSALS[refused.refusal]
        said = Refused(refused.refusal.value, str(title), str(text))
        is_paper = not request.POST.get("qr") or text is TYPE_THEM
        refused_page = replace(page, refused=said, is_paper=is_paper)
        answer = page_show(request, refused_page, form, status=FORM_REFUSED)
    else:
        answer = redirect("receipt_state", token, kept.public_id)
    claimant_remember(answer, claimant)
    return answer


def _receipt_of(given: Mapping[str, Any]) -> Receipt:
    """Raises: ReceiptRefused."""
    if qr := str(given.get("qr", "")).strip():
        return qr_read(qr)
    typed = {
        name: str(given.get(name, ""))[:TEXT_CHARS_MAX]
        for name in ("register", "sign", "total", "local_time")
    }
    if not any(typed.values()):
        raise ReceiptRefused(Refusal.NOT_A_RECEIPT)
    return paper_read(**typed)


def claimant_of(request: HttpRequest) -> Claimant:
    known = request.COOKIES.get(COOKIE, "")
    cookie = known if 0 < len(known) <= COOKIE_CHARS_MAX else claimant_cookie()
    peer = request.META.get("REMOTE_ADDR", "")
    if peer.count(":") != 1:  # origin_of wants a port, as the click process gives it
        peer = f"[{peer}]:0" if ":" in peer else f"{peer}:0"
    forwarded = request.headers.get("X-Forwarded-For", "")
    return Claimant(cookie, origin_of(peer, forwarded, settings.TRUSTED_PROXIES).network or "")


def page_of(desk: ClaimDesk, token: str, phone: PhoneAsked | None = None) -> Claim:
    """`phone` is the form for a number as it was answered; made anew without."""
    if phone is None and desk.takes_phones:
        phone = phone_asked(desk, token)
    return Claim(
        action_url=reverse("receipt", args=[token]),
        influencer_name=desk.influencer_name,
        brand_name=desk.brand_name,
        campaign_title=desk.campaign_title,
        shops=list(desk.shops),
        shop_more=desk.shop_count - len(desk.shops),
        phone=phone,
    )


def phone_asked(desk: ClaimDesk, token: str) -> PhoneAsked:
    consent = consent_of(desk, get_language() or "kk")
    return PhoneAsked(
        action_url=reverse("phone_claim", args=[token]),
        withdraw_url=reverse("phone_withdraw", args=[token]),
        consent=consent.text,
        sha256=consent.sha256,
        has_bonus=desk.has_bonus,
    )


def claimant_remember(answer: HttpResponse, claimant: Claimant) -> None:
    """So that the same browser is known again."""
    answer.set_cookie(
        COOKIE,
        claimant.cookie,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def page_show(
    request: HttpRequest, page: Claim, form: ReceiptForm, *, status: int = 200
) -> TemplateResponse:
    context = {"page": page, "form": form}
    return TemplateResponse(request, "public/receipt.html", context, status=status)


@require_GET
def receipt_state(request: HttpRequest, token: str, public_id: UUID) -> HttpResponse:
    """GET /{lang}/r/{token}/{id}/: what became of a claim, for who made it."""
    claim = claim_shown(token, public_id)
    if claim is None:
        return TemplateResponse(request, "public/receipt_over.html", status=404)
    page = Claimed(
        status=claim.state,
        shop=claim.shop,
        total_minor=claim.credited_minor,
        sold_at=claim.sold_at,
        again_url=reverse("receipt", args=[token]),
        influencer_name=claim.influencer.name,
    )
    return TemplateResponse(request, "public/receipt_state.html", {"page": page})
