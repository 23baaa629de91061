"""Codes of the influencer that look leaked: what was seen, and what they can say and do."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from attribution.models import CodeFinding
from attribution.selectors.leaks import (
    finding_access_for_influencer,
    finding_counts,
    finding_page,
    findings_of_code,
    findings_of_influencer,
    held_by,
    uses_lately,
)
from attribution.services.leak_decisions import finding_reply
from campaigns.models import PromoCode, TrackingLink
from core.errors import DomainError
from exchange.web.brand.builders.leaks import use_had
from exchange.web.leak_words import finding_seen, is_holding, mode_now_text
from exchange.web.pages import leaks as pages
from exchange.web.pages.common import Choice
from exchange.web.paging import pager, query_url
from exchange.web.portal.views import influencer_of
from exchange.web.words import FINDING

State = CodeFinding.State


@require_GET
def leaks(request: HttpRequest) -> HttpResponse:
    page = _leaks(influencer_of(request).pk, request.GET.get("status", ""), request.GET)
    return TemplateResponse(request, "portal/leaks.html", {"page": page})


def _leaks(influencer_id: int, state: str, asked: dict[str, str]) -> pages.Leaks:
    chosen = state if state in State.values else ""
    mine = findings_of_influencer(influencer_id)
    after = asked.get("after", "")
    page = finding_page(mine, state=chosen, after=after)
    counts = finding_counts(mine)
    return pages.Leaks(
        rows=[
            pages.LeakRow(
                url=reverse("portal:leak", args=[each.public_id]),
                code=each.code.code,
                name="",
                campaign=each.campaign.title,
                seen=finding_seen(each),
            )
            for each in page.rows
        ],
        choices=[
            Choice(_("All"), "?", not chosen, sum(counts.values())),
            *(
                Choice(
                    str(word.word), query_url({"status": key}), key == chosen, counts.get(key, 0)
                )
                for key, word in FINDING.items()
                if counts.get(key) or key == chosen
            ),
        ],
        here_url=reverse("portal:leaks"),
        back_url=reverse("portal:links"),
        is_filtered=bool(chosen),
        pager=pager(len(page.rows), after, page.after, {"status": chosen}),
    )


@require_GET
def leak(request: HttpRequest, public_id: UUID) -> HttpResponse:
    finding = finding_access_for_influencer(influencer_of(request).pk, public_id)
    return TemplateResponse(request, "portal/leak.html", {"page": _leak(finding)})


def _leak(finding: CodeFinding) -> pages.Leak:
    waiting = held_by(finding).filter(influencer_id=finding.influencer_id)
    count = waiting.count()
    total = waiting.aggregate(minor=Sum("commission_minor"))["minor"] or 0
    is_open = finding.state == State.OPEN
    return pages.Leak(
        code=finding.code.code,
        code_status=finding.code.state,
        name="",
        campaign=finding.campaign.title,
        seen=finding_seen(finding),
        others=[finding_seen(each) for each in findings_of_code(finding) if each.pk != finding.pk],
        uses=[pages.UseRow(use.at, "", use_had(use)) for use in uses_lately(finding)],
        back_url=reverse("portal:leaks"),
        mode_text=mode_now_text(finding),
        reply=finding.reply,
        held_minor=total if count else None,
        held_count=count,
        is_holding=is_holding(finding),
        reply_url=reverse("portal:leak_reply", args=[finding.public_id]) if is_open else "",
        code_url=_code_url(finding),
    )


def _code_url(finding: CodeFinding) -> str:
    """Where they take another code themselves; "" when this one is not in use any more."""
    links = TrackingLink.objects.filter(participation_id=finding.participation_id)
    newest = links.order_by("-pk").first()
    if newest is None or finding.code.state != PromoCode.State.ACTIVE:
        return ""
    return reverse("portal:link", args=[newest.public_id]) + "#code"


@require_POST
def leak_reply(request: HttpRequest, public_id: UUID) -> HttpResponse:
    finding = finding_access_for_influencer(influencer_of(request).pk, public_id)
    try:
        finding_reply(finding_id=finding.pk, text=request.POST.get("text", ""))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Sent: the brand reads it beside the figures."))
    return redirect("portal:leak", public_id)
