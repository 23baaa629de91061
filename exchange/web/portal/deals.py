"""Posts at a fixed fee as the influencer meets them: offers, sending in, what became of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from campaigns.deal_forms import PostForm
from campaigns.domain.deals import TEXT_CHARS_MAX
from campaigns.selectors.deals import (
    deal_access_for_influencer,
    picture_access,
    task_access_for_influencer,
)
from campaigns.services.deals import deal_accept, deal_decline
from campaigns.services.tasks import task_submit
from compliance.domain.ad_label import ad_label_check
from core.errors import DomainError, Invalid
from core.forms import form_refuse
from exchange.web.deals import label_words, picture_answer
from exchange.web.portal.builders import deals as build
from exchange.web.portal.views import influencer_of

FORM_REFUSED = 422


@require_GET
def deals(request: HttpRequest) -> HttpResponse:
    page = build.deals(influencer_of(request))
    return TemplateResponse(request, "portal/deals.html", {"page": page})


@require_GET
def deal(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = deal_access_for_influencer(influencer_of(request).pk, public_id)
    return TemplateResponse(request, "portal/deal.html", {"page": build.deal(found)})


@require_POST
def deal_accept_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    influencer_id = influencer_of(request).pk
    found = deal_access_for_influencer(influencer_id, public_id)
    try:
        deal_accept(deal_id=found.pk, influencer_id=influencer_id)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The deal is on. Publish and send the link here."))
    return redirect("portal:deal", public_id)


@require_POST
def deal_decline_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    influencer_id = influencer_of(request).pk
    found = deal_access_for_influencer(influencer_id, public_id)
    try:
        deal_decline(deal_id=found.pk, influencer_id=influencer_id)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Declined: the brand sees your answer."))
    return redirect("portal:deals")


@require_POST
def post_send(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send a post in. What is refused stays in its form, but for the file."""
    influencer_id = influencer_of(request).pk
    task = task_access_for_influencer(influencer_id, public_id)
    form = PostForm(request.POST, request.FILES, prefix=f"p{task.number}")
    if form.is_valid():
        try:
            task_submit(
                task_id=task.pk,
                influencer_id=influencer_id,
                url=form.cleaned_data["url"],
                text=form.cleaned_data["text"],
                picture=form.cleaned_data["picture"],
            )
        except Invalid as error:
            form_refuse(form, error)
        else:
            messages.success(request, _("Sent in: the brand looks at it."))
            return redirect("portal:deal", task.deal.public_id)
    page = build.deal(
        deal_access_for_influencer(influencer_id, task.deal.public_id), (task.public_id, form)
    )
    return TemplateResponse(request, "portal/deal.html", {"page": page}, status=FORM_REFUSED)


@require_POST
def deal_label(request: HttpRequest) -> HttpResponse:
    """Whether the text that is being typed starts with a label. Nothing is kept."""
    typed = next((text for name, text in request.POST.items() if name.endswith("-text")), "")
    label = label_words(ad_label_check(str(typed)[:TEXT_CHARS_MAX]))
    return TemplateResponse(request, "portal/_deal_label.html", {"label": label})


@require_GET
def deal_picture(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return picture_answer(picture_access(public_id, influencer_id=influencer_of(request).pk))
