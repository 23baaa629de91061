"""Decisions by a file: what it would do is shown first, and then done or not."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from attribution.domain.verdict_table import LIMITS
from attribution.domain.verdicts import Verdict
from attribution.models import Rejection
from attribution.services.verdict_files import TOO_LARGE, verdict_file_check
from attribution.services.verdicts import REFUSALS, Said, Speaker, verdicts_apply
from core.file_refusals import file_wrong
from core.forms import UploadField
from exchange.web.brand.builders import review as build
from exchange.web.brand.checked_file import (
    faults_csv,
    file_judged,
    file_show,
    plain_opened,
)
from exchange.web.brand.desk import Desk, desk_of
from exchange.web.brand.views.verdicts import speaker_of
from exchange.web.fault_words import faults_told
from exchange.web.formatting import number_text
from exchange.web.pages.verdicts import ReviewFile

PAYLOAD_CHARS_MAX = 900_000  # below the body cap of every door
FAULTS = {
    "unknown_decision": gettext_lazy("write “approve” or “reject”"),
    "not_an_id": gettext_lazy("is no conversion id"),
}


class VerdictFileForm(forms.Form):
    file = UploadField(
        label=gettext_lazy("File of decisions"),
        help_text=gettext_lazy("CSV or Excel (.xlsx), 5,000 rows and 5 MB at most."),
        accept=".csv,.xlsx,.txt",
        bytes_max=LIMITS.file_bytes,
        too_large=TOO_LARGE,
    )


@require_http_methods(["GET", "POST"])
def review_file(request: HttpRequest) -> HttpResponse:
    """The form, and what the file would do."""
    speaker = speaker_of(request, Rejection.Door.FILE)
    desk = desk_of(request)
    page = _page(desk)

    def check(raw: bytes) -> ReviewFile:
        return _checked(page, speaker, raw)

    return file_show(request, desk, "brand/review_file.html", page, VerdictFileForm, check)


def _page(desk: Desk) -> ReviewFile:
    return ReviewFile(
        action_url=desk.url("review_file"),
        apply_url=desk.url("review_file_apply"),
        faults_url=desk.url("review_file_faults"),
        back_url=desk.url("review"),
        list_url=desk.url("review_csv"),
        reasons=[option.label for option in build.reason_options()],
    )


def _checked(page: ReviewFile, speaker: Speaker, raw: bytes) -> ReviewFile:
    checked = verdict_file_check(speaker=speaker, raw=raw)
    plain = [
        [each.conversion.hex, str(each.verdict), each.reason_code, each.note]
        for each in checked.said
    ]
    judged = file_judged(
        page,
        _salt(speaker),
        plain,
        faults_told(checked.faults, {**REFUSALS, **FAULTS}),
        approve=sum(each.verdict is Verdict.APPROVE for each in checked.said),
        reject=sum(each.verdict is Verdict.REJECT for each in checked.said),
    )
    if len(judged.payload) > PAYLOAD_CHARS_MAX:
        raise file_wrong(TOO_LARGE)
    return judged


def _salt(speaker: Speaker) -> str:
    """Nobody else applies what one person has checked."""
    return f"verdict file {speaker.brand_id} {speaker.user_id}"


@require_POST
def review_file_apply(request: HttpRequest) -> HttpResponse:
    """Do what the check page showed. What has changed meanwhile is named."""
    speaker = speaker_of(request, Rejection.Door.FILE)
    said = [
        Said(UUID(hex=id), Verdict(verdict), code, note)
        for id, verdict, code, note in plain_opened(request, _salt(speaker))
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
    return faults_csv(request, _salt(speaker_of(request, Rejection.Door.FILE)))
