"""Groups with terms of their own: made, changed, ended; who is put where."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.forms import FIELD_NAMES
from campaigns.group_forms import GroupForm
from campaigns.models import Campaign, ParticipantGroup
from campaigns.selectors import (
    campaign_access_for_writer,
    participation_access_for_writer,
    terms_latest,
)
from campaigns.selectors.groups import group_access_for_writer, group_terms
from campaigns.selectors.people import participations_of
from campaigns.services import Moved, group_change, group_create, group_end, group_move
from core.errors import DomainError
from core.forms import form_refuse
from exchange.web.brand.builders import groups as build
from exchange.web.brand.desk import FORM_REFUSED, desk_of, member_of, page_show
from exchange.web.brand.views.people import refusals_say, uuids_of


@require_http_methods(["GET", "POST"])
def group_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A group with its first terms, which begin as the campaign's."""
    found = campaign_access_for_writer(member_of(request), public_id)
    if request.method == "GET" and found.status not in build.RUNNING:
        return _to_people(request, found)
    form = GroupForm(*_given(request), campaign=found, terms=terms_latest(found))
    if form.is_valid():
        name, offer = form.cleaned_data["name"], form.offer()
        try:
            group_create(campaign_id=found.pk, name=name, offer=offer)
        except DomainError as error:
            form_refuse(form, error, FIELD_NAMES)
        else:
            messages.success(request, _("Made: tick influencers below and put them into it."))
            return _to_people(request, found)
    return _show(request, form, found)


@require_http_methods(["GET", "POST"])
def group_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Another name, other terms, or both."""
    group = group_access_for_writer(member_of(request), public_id)
    found, terms = group.campaign, group_terms(group)
    form = GroupForm(*_given(request), campaign=found, terms=terms, group=group)
    if form.is_valid():
        name, offer = form.cleaned_data["name"], form.offer()
        try:
            change = group_change(group_id=group.pk, name=name, offer=offer)
        except DomainError as error:
            form_refuse(form, error, FIELD_NAMES)
        else:
            messages.success(request, build.changed_said(change))
            return _to_people(request, found)
    return _show(request, form, found, group)


@require_POST
def group_end_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    group = group_access_for_writer(member_of(request), public_id)
    moved = group_end(group_id=group.pk)
    ended = _("The group has ended.")
    messages.success(request, f"{ended} {build.moved_said(moved)}")
    return _to_people(request, group.campaign)


@require_POST
def people_move(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put who is ticked into a group, or out of every one."""
    found = campaign_access_for_writer(member_of(request), public_id)
    ids = participations_of(found, uuids_of(request.POST.getlist("people")))
    if not ids:
        messages.error(request, _("Tick the influencers first."))
        return _to_people(request, found)
    wanted = uuids_of([request.POST.get("group", "")])
    group = group_access_for_writer(member_of(request), UUID(wanted[0])) if wanted else None
    moved = group_move(
        campaign_id=found.pk, participation_ids=ids, group_id=group.pk if group else None
    )
    return _moved(request, found, moved)


@require_POST
def participation_group_out(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Back among everybody."""
    row = participation_access_for_writer(member_of(request), public_id)
    moved = group_move(campaign_id=row.campaign_id, participation_ids=[row.pk], group_id=None)
    return _moved(request, Campaign.objects.get(pk=row.campaign_id), moved)


def _moved(request: HttpRequest, found: Campaign, moved: Moved) -> HttpResponse:
    if moved.done:
        messages.success(request, build.moved_said(moved))
    elif not moved.refused:
        messages.info(request, _("They are there already."))
    refusals_say(request, moved.refused)
    return _to_people(request, found)


def _given(request: HttpRequest) -> tuple[object, ...]:
    return (request.POST, request.FILES) if request.method == "POST" else ()


def _show(
    request: HttpRequest, form: GroupForm, found: Campaign, group: ParticipantGroup | None = None
) -> HttpResponse:
    desk = desk_of(request)
    page = build.group_form(desk, form, found, group)
    status = FORM_REFUSED if form.is_bound else 200
    return page_show(request, desk, "brand/terms_form.html", page, form=form, status=status)


def _to_people(request: HttpRequest, found: Campaign) -> HttpResponse:
    return redirect("brand:people", member_of(request).brand.slug, found.public_id)
