"""Groups by a file: what it would change is shown first, and then done or not."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.domain.group_table import LIMITS
from campaigns.models import Campaign
from campaigns.selectors import campaign_access_for_writer
from campaigns.selectors.groups import open_groups
from campaigns.services.group_files import TOO_LARGE, Move, group_file_apply, group_file_check
from core.forms import UploadField
from exchange.web.brand.builders.groups import moved_said
from exchange.web.brand.checked_file import (
    faults_csv,
    file_judged,
    file_show,
    plain_opened,
)
from exchange.web.brand.desk import Desk, desk_of, member_of
from exchange.web.brand.views.people import refusals_say
from exchange.web.fault_words import faults_told
from exchange.web.pages.groups import GroupFile

FAULTS = {
    "not_an_id": gettext_lazy("is no participation id"),
    "nobody": gettext_lazy("is nobody's in this campaign"),
    "no_such_group": gettext_lazy("is the name of no group"),
    "not_in": gettext_lazy("does not take part: accept them first"),
    "twice": gettext_lazy("stands in two groups"),
}


class GroupFileForm(forms.Form):
    file = UploadField(
        label=gettext_lazy("File of groups"),
        help_text=gettext_lazy("CSV or Excel (.xlsx), 2,000 rows and 2 MB at most."),
        accept=".csv,.xlsx,.txt",
        bytes_max=LIMITS.file_bytes,
        too_large=TOO_LARGE,
    )


@require_http_methods(["GET", "POST"])
def group_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The form, and what the file would change."""
    found = campaign_access_for_writer(member_of(request), public_id)
    desk = desk_of(request)
    page = _page(desk, found)

    def check(raw: bytes) -> GroupFile:
        return _checked(page, found, raw, salt=_salt(request, found))

    return file_show(request, desk, "brand/group_file.html", page, GroupFileForm, check)


def _page(desk: Desk, found: Campaign) -> GroupFile:
    return GroupFile(
        title=found.title,
        action_url=desk.url("group_file", found.public_id),
        apply_url=desk.url("group_file_apply", found.public_id),
        faults_url=desk.url("group_file_faults", found.public_id),
        back_url=desk.url("people", found.public_id),
        list_url=desk.url("people_csv", found.public_id),
        names=[each.name for each in open_groups(found)],
    )


def _checked(page: GroupFile, found: Campaign, raw: bytes, *, salt: str) -> GroupFile:
    checked = group_file_check(campaign=found, raw=raw)
    names = {each.public_id: each.name for each in open_groups(found)}
    counted = Counter(move.group for move in checked.moves)
    plain = [
        [move.participation.hex, move.group.hex if move.group else ""] for move in checked.moves
    ]
    figures = [
        (names[group] if group else _("out of every group"), count)
        for group, count in counted.items()
    ]
    return file_judged(page, salt, plain, faults_told(checked.faults, FAULTS), moves=figures)


def _salt(request: HttpRequest, found: Campaign) -> str:
    """Nobody else applies what one person has checked."""
    return f"group file {found.pk} {request.user.pk}"


@require_POST
def group_file_apply_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Do what the check page showed. Who is out meanwhile is named."""
    found = campaign_access_for_writer(member_of(request), public_id)
    moves = [
        Move(UUID(hex=person), UUID(hex=group) if group else None)
        for person, group in plain_opened(request, _salt(request, found))
    ]
    moved = group_file_apply(campaign=found, moves=moves)
    messages.success(request, moved_said(moved))
    refusals_say(request, moved.refused)
    return redirect("brand:people", member_of(request).brand.slug, public_id)


@require_POST
def group_file_faults(request: HttpRequest, public_id: UUID) -> FileResponse:
    found = campaign_access_for_writer(member_of(request), public_id)
    return faults_csv(request, _salt(request, found))
