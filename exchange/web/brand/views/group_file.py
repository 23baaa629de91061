"""Groups by a file: what it would change is shown first, and then done or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.domain.group_table import LIMITS, GroupFault
from campaigns.models import Campaign
from campaigns.selectors import campaign_access_for_writer
from campaigns.selectors.groups import open_groups
from campaigns.services.group_files import Checked, Move, group_file_apply, group_file_check
from core.errors import DomainError, Invalid
from core.forms import form_refuse
from exchange.web.brand.builders.groups import moved_said
from exchange.web.brand.desk import FORM_REFUSED, Desk, desk_of, member_of, page_show
from exchange.web.brand.views.people import refusals_say
from exchange.web.pages.groups import GroupFile
from exchange.web.pages.verdicts import FileFault
from exchange.web.receipt_words import FAULT_OTHER, FAULTS
from exchange.web.spreadsheet import csv_answer

CHECK_SECONDS = 3_600  # how long a checked file may be applied
FAULTS_SHOWN = 100
OWN_FAULTS = {
    "not_an_id": gettext_lazy("is no participation id"),
    "nobody": gettext_lazy("is nobody's in this campaign"),
    "no_such_group": gettext_lazy("is the name of no group"),
    "not_in": gettext_lazy("does not take part: accept them first"),
    "twice": gettext_lazy("stands in two groups"),
}


class GroupFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File of groups"),
        help_text=gettext_lazy("CSV or Excel (.xlsx), 2,000 rows and 2 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
    )


@require_http_methods(["GET", "POST"])
def group_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The form, and what the file would change."""
    found = campaign_access_for_writer(member_of(request), public_id)
    desk = desk_of(request)
    form = GroupFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    page = _page(desk, found)
    if form.is_valid():
        try:
            page = _checked(request, desk, found, form.cleaned_data["file"])
        except DomainError as error:
            form_refuse(form, error)
        else:
            form = GroupFileForm()
    status = FORM_REFUSED if form.is_bound else 200
    return page_show(request, desk, "brand/group_file.html", page, form=form, status=status)


def _page(desk: Desk, found: Campaign, **checked: Any) -> GroupFile:
    return GroupFile(
        title=found.title,
        action_url=desk.url("group_file", found.public_id),
        apply_url=desk.url("group_file_apply", found.public_id),
        faults_url=desk.url("group_file_faults", found.public_id),
        back_url=desk.url("people", found.public_id),
        list_url=desk.url("people_csv", found.public_id),
        names=[each.name for each in open_groups(found)],
        **checked,
    )


def _checked(request: HttpRequest, desk: Desk, found: Campaign, file: Any) -> GroupFile:
    if (file.size or 0) > LIMITS.file_bytes:
        raise Invalid.of("file", _("The file is too large: at most 2,000 rows and 2 MB."))
    checked = group_file_check(campaign=found, raw=file.read())
    faults = [_fault(each) for each in checked.faults]
    names = {each.public_id: each.name for each in open_groups(found)}
    counted = Counter(move.group for move in checked.moves)
    return _page(
        desk,
        found,
        moves=[
            (names[group] if group else _("out of every group"), count)
            for group, count in counted.items()
        ],
        faults=faults[:FAULTS_SHOWN],
        faults_count=len(faults),
        payload=signing.dumps(_plain(checked, faults), salt=_salt(request, found), compress=True),
    )


def _fault(fault: GroupFault) -> FileFault:
    said = OWN_FAULTS.get(fault.code) or FAULTS.get(fault.code, FAULT_OTHER)
    return FileFault(fault.row, fault.column, fault.text, str(said))


# --- What the check page carries --------------------------------------------------------------


def _salt(request: HttpRequest, found: Campaign) -> str:
    """Nobody else applies what one person has checked."""
    return f"group file {found.pk} {request.user.pk}"


def _plain(checked: Checked, faults: Sequence[FileFault]) -> dict[str, Any]:
    moves = [
        [move.participation.hex, move.group.hex if move.group else ""]
        for move in (checked.moves if not checked.faults else ())
    ]
    return {"moves": moves, "faults": [[f.row, f.column, f.found, f.text] for f in faults]}


def _opened(request: HttpRequest, found: Campaign) -> dict[str, Any]:
    try:
        plain: dict[str, Any] = signing.loads(
            request.POST.get("payload", ""), salt=_salt(request, found), max_age=CHECK_SECONDS
        )
    except signing.BadSignature:
        raise Invalid(_("The check is too old. Upload the file again.")) from None
    return plain


@require_POST
def group_file_apply_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Do what the check page showed. Who is out meanwhile is named."""
    found = campaign_access_for_writer(member_of(request), public_id)
    moves = [
        Move(UUID(hex=person), UUID(hex=group) if group else None)
        for person, group in _opened(request, found)["moves"]
    ]
    moved = group_file_apply(campaign=found, moves=moves)
    messages.success(request, moved_said(moved))
    refusals_say(request, moved.refused)
    return redirect("brand:people", member_of(request).brand.slug, public_id)


@require_POST
def group_file_faults(request: HttpRequest, public_id: UUID) -> FileResponse:
    """Every wrong row, to take away."""
    found = campaign_access_for_writer(member_of(request), public_id)
    rows = _opened(request, found)["faults"]
    header = [_("Row"), _("Column"), _("Found"), _("What is wrong")]
    return csv_answer("faults.csv", header, ([str(cell) for cell in row] for row in rows))
