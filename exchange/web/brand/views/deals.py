"""Posts at a fixed fee: offering, withdrawing, deciding about what was sent in."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.deal_forms import DealForm, ReturnForm
from campaigns.models import Campaign, Task, TaskPost
from campaigns.selectors import campaign_access_for_brand, campaign_access_for_payer
from campaigns.selectors.deals import (
    deal_access_for_brand,
    deal_access_for_payer,
    partners_of,
    picture_access,
    task_access_for_writer,
)
from campaigns.services.deals import deal_cancel, deal_cost, deal_offer
from campaigns.services.tasks import Verdict, task_accept, task_return
from core.errors import DomainError, Invalid
from core.forms import form_refuse
from exchange.web.brand.builders import deals as build
from exchange.web.brand.desk import FORM_REFUSED, desk_of, member_of, page_show
from exchange.web.deals import picture_answer


@require_GET
def deals(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = campaign_access_for_brand(member_of(request).brand, public_id)
    desk = desk_of(request)
    page = build.deals(desk, found, request.GET.get("status", ""), request.GET.get("after", ""))
    return page_show(request, desk, "brand/deals.html", page)


@require_GET
def deals_csv(request: HttpRequest, public_id: UUID) -> FileResponse:
    return build.deals_csv(campaign_access_for_brand(member_of(request).brand, public_id))


@require_http_methods(["GET", "POST"])
def deal_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """First what it costs, then, with the total that was shown, the offer itself."""
    member = member_of(request)
    found = campaign_access_for_payer(member, public_id)
    people = partners_of(found)
    typed = request.POST if request.method == "POST" else None
    chosen = {"participation": request.GET.get("who", "")}
    form = DealForm(typed, people=people, initial=chosen)
    offer = form.offer() if form.is_valid() else None
    if offer is not None and _is_agreed(request, found, form):
        try:
            deal = deal_offer(
                participation_id=form.participation_id, offer=offer, user_id=member.user_id
            )
        except DomainError as error:
            form_refuse(form, error)
        else:
            messages.success(request, _("Offered: the money is reserved, a letter is on its way."))
            return redirect("brand:deal", member.brand.slug, deal.public_id)
    desk = desk_of(request)
    status = FORM_REFUSED if form.errors else 200
    page = build.deal_new(desk, found, offer, has_people=bool(people))
    return page_show(request, desk, "brand/deal_new.html", page, form=form, status=status)


def _is_agreed(request: HttpRequest, found: Campaign, form: DealForm) -> bool:
    """Whether the total that was shown is that of what was sent."""
    data = form.cleaned_data
    cost = deal_cost(found, post_minor=data["post_minor"], post_count=data["post_count"])
    return request.POST.get("agreed") == str(cost.total_minor) and "offer" in request.POST


@require_GET
def deal(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = deal_access_for_brand(member_of(request).brand, public_id)
    desk = desk_of(request)
    return page_show(request, desk, "brand/deal.html", build.deal(desk, found))


@require_POST
def deal_cancel_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = member_of(request)
    found = deal_access_for_payer(member, public_id)
    deal_cancel(deal_id=found.pk)
    messages.success(request, _("Withdrawn: the money is free again."))
    return redirect("brand:deal", member.brand.slug, public_id)


@require_POST
def post_accept(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = member_of(request)
    task = task_access_for_writer(member, public_id)
    task_accept(task_id=task.pk, verdict=Verdict(TaskPost.Speaker.BRAND, member.user_id))
    messages.success(request, _("Accepted: the fee is the influencer's."))
    return _to_deal(request, task)


@require_POST
def post_return(request: HttpRequest, public_id: UUID) -> HttpResponse:
    member = member_of(request)
    task = task_access_for_writer(member, public_id)
    form = ReturnForm(request.POST, prefix=f"p{task.number}")
    if form.is_valid():
        try:
            task_return(
                task_id=task.pk,
                verdict=Verdict(TaskPost.Speaker.BRAND, member.user_id),
                **form.cleaned_data,
            )
        except Invalid as error:
            form_refuse(form, error)
        else:
            messages.success(request, _("Sent back: the influencer reads the reason."))
            return _to_deal(request, task)
    desk = desk_of(request)
    found = deal_access_for_brand(member.brand, task.deal.public_id)
    page = build.deal(desk, found, (task.public_id, form))
    return page_show(request, desk, "brand/deal.html", page, status=FORM_REFUSED)


def _to_deal(request: HttpRequest, task: Task) -> HttpResponse:
    return redirect("brand:deal", member_of(request).brand.slug, task.deal.public_id)


@require_GET
def deal_picture(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return picture_answer(picture_access(public_id, brand_id=member_of(request).brand_id))
