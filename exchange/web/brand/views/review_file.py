"""Decisions by a file: what it would do is shown first, and then done or not."""

from __future__ import annotations

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

from attribution.domain.verdict_table import LIMITS, TableFault
from attribution.domain.verdicts import Refusal, Verdict
from attribution.models import Rejection
from attribution.services.verdict_files import Checked, verdict_file_check
from attribution.services.verdicts import Said, Speaker, refusal_text, verdicts_apply
from core.errors import DomainError, Invalid
from core.forms import form_refuse
from exchange.web.brand.builders import review as build
from exchange.web.brand.desk import FORM_REFUSED, Desk, desk_of, page_show
from exchange.web.brand.views.verdicts import speaker_of
from exchange.web.formatting import number_text
from exchange.web.pages import verdicts as pages
from exchange.web.receipt_words import FAULT_OTHER, FAULTS
from exchange.web.spreadsheet import csv_answer

CHECK_SECONDS = 3_600  # how long a checked file may be applied
PAYLOAD_CHARS_MAX = 900_000  # below the body cap of every door
FAULTS_SHOWN = 100
OWN_FAULTS = {
    "unknown_decision": gettext_lazy("write “approve” or “reject”"),
    "not_an_id": gettext_lazy("is no conversion id"),
}


class VerdictFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File of decisions"),
        help_text=gettext_lazy("CSV or Excel (.xlsx), 5,000 rows and 5 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}),
        error_messages={"required": gettext_lazy("Choose a file.")},
    )


@require_http_methods(["GET", "POST"])
def review_file(request: HttpRequest) -> HttpResponse:
    """The form, and what the file would do."""
    speaker = speaker_of(request, Rejection.Door.FILE)
    form = VerdictFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    desk = desk_of(request)
    page = _page(desk)
    if form.is_valid():
        try:
            page = _checked(desk, speaker, form.cleaned_data["file"])
        except DomainError as error:
            form_refuse(form, error)
        else:
            form = VerdictFileForm()
    status = FORM_REFUSED if form.is_bound else 200
    return page_show(request, desk, "brand/review_file.html", page, form=form, status=status)


def _page(desk: Desk) -> pages.ReviewFile:
    return pages.ReviewFile(
        action_url=desk.url("review_file"),
        apply_url=desk.url("review_file_apply"),
        faults_url=desk.url("review_file_faults"),
        back_url=desk.url("review"),
        list_url=desk.url("review_csv"),
        reasons=[option.label for option in build.reason_options()],
    )


def _checked(desk: Desk, speaker: Speaker, file: Any) -> pages.ReviewFile:
    if (file.size or 0) > LIMITS.file_bytes:
        message = _("The file is too large: at most 5,000 rows and 5 MB.")
        raise Invalid.of("file", message)
    checked = verdict_file_check(speaker=speaker, raw=file.read())
    faults = [_fault(each) for each in checked.faults]
    payload = _sealed(speaker, _plain(checked, faults))
    if len(payload) > PAYLOAD_CHARS_MAX:
        message = _("The file is too large: at most 5,000 rows and 5 MB.")
        raise Invalid.of("file", message)
    page = _page(desk)
    return pages.ReviewFile(
        action_url=page.action_url,
        apply_url=page.apply_url,
        faults_url=page.faults_url,
        back_url=page.back_url,
        list_url=page.list_url,
        reasons=page.reasons,
        approve=sum(each.verdict is Verdict.APPROVE for each in checked.said),
        reject=sum(each.verdict is Verdict.REJECT for each in checked.said),
        faults=faults[:FAULTS_SHOWN],
        faults_count=len(faults),
        payload=payload,
    )


def _fault(fault: TableFault) -> pages.FileFault:
    return pages.FileFault(fault.row, fault.column, fault.text, _fault_text(fault.code))


def _fault_text(code: str) -> str:
    if code in OWN_FAULTS:
        return str(OWN_FAULTS[code])
    if code in set(Refusal):
        return refusal_text(Refusal(code))
    return str(FAULTS.get(code, FAULT_OTHER))


# --- What the check page carries --------------------------------------------------------------


def _salt(speaker: Speaker) -> str:
    """Nobody else applies what one person has checked."""
    return f"verdict file {speaker.brand_id} {speaker.user_id}"


def _plain(checked: Checked, faults: Sequence[pages.FileFault]) -> dict[str, Any]:
    said = [
        [each.conversion.hex, str(each.verdict), each.reason_code, each.note]
        for each in (checked.said if not checked.faults else ())
    ]
    return {"said": said, "faults": [[f.row, f.column, f.found, f.text] for f in faults]}


def _sealed(speaker: Speaker, plain: dict[str, Any]) -> str:
    return signing.dumps(plain, salt=_salt(speaker), compress=True)


def _opened(request: HttpRequest, speaker: Speaker) -> dict[str, Any]:
    try:
        plain: dict[str, Any] = signing.loads(
            request.POST.get("payload", ""), salt=_salt(speaker), max_age=CHECK_SECONDS
        )
    except signing.BadSignature:
        raise Invalid(_("The check is too old. Upload the file again.")) from None
    return plain


@require_POST
def review_file_apply(request: HttpRequest) -> HttpResponse:
    """Do what the check page showed. What has changed meanwhile is named."""
    speaker = speaker_of(request, Rejection.Door.FILE)
    said = [
        Said(UUID(hex=id), Verdict(verdict), code, note)
        for id, verdict, code, note in _opened(request, speaker)["said"]
    ]
    outcomes = verdicts_apply(speaker=speaker, verdicts=said)
    left = sum(each.refusal is not None for each in outcomes)
    done = _("Done: %(count)s.") % {"count": number_text(len(outcomes) - left)}
    messages.success(request, done)
    if left:
        changed = _("Changed meanwhile and left as it is: %(count)s.")
        messages.warning(request, changed % {"count": number_text(left)})
    return redirect("brand:review", desk_of(request).brand.slug)


@require_POST
def review_file_faults(request: HttpRequest) -> FileResponse:
    """Every wrong row, to take away."""
    speaker = speaker_of(request, Rejection.Door.FILE)
    rows = _opened(request, speaker)["faults"]
    header = [_("Row"), _("Column"), _("Found"), _("What is wrong")]
    return csv_answer("faults.csv", header, ([str(cell) for cell in row] for row in rows))
