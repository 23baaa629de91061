"""The brand's list of sales to decide about, and its decision about many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from attribution.domain.verdicts import Refusal, Verdict, ground_refusal
from attribution.models import Conversion, Rejection
from attribution.services.verdicts import Outcome, Said, refusal_text, verdicts_apply
from exchange.web.brand.builders import review as build
from exchange.web.brand.desk import FORM_REFUSED, desk_of, member_of, page_show
from exchange.web.brand.views.verdicts import speaker_of
from exchange.web.formatting import number_text
from exchange.web.paging import query_url

TICKS_MAX = 500


@require_GET
def review(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request)
    asked = build.Asked.of(request.GET.dict())
    page = build.review(desk, asked, after=request.GET.get("after", ""))
    return page_show(request, desk, "brand/review.html", page)


@require_GET
def review_csv(request: HttpRequest) -> FileResponse:
    """The list as the filter shows it, to take away."""
    return build.review_csv(desk_of(request), build.Asked.of(request.GET.dict()))


@require_POST
def review_decide(request: HttpRequest) -> HttpResponse:
    """One decision about everything that is ticked: what may be done is done, the rest is named."""
    speaker = speaker_of(request, Rejection.Door.LIST)
    is_reject = request.POST.get("action") == "reject"
    verdict = Verdict.REJECT if is_reject else Verdict.APPROVE
    code, note = request.POST.get("reason_code", ""), request.POST.get("note", "").strip()
    ticked = _ticked(request)
    errors = _errors(ticked, code, note, is_reject=is_reject)
    if errors:
        return _again(request, code=code, note=note, errors=errors, ticked=ticked)
    number = int(code) if is_reject else None
    said = [Said(each, verdict, number, note if is_reject else "") for each in ticked]
    outcomes = verdicts_apply(speaker=speaker, verdicts=said)
    left = [each for each in outcomes if each.refusal is not None]
    if done := len(outcomes) - len(left):
        messages.success(request, _done_text(done, is_reject=is_reject))
    if left:
        return _left(request, left)
    asked = build.Asked.of(request.GET.dict())
    answer = redirect("brand:review", member_of(request).brand.slug)
    answer["Location"] += query_url(asked.words())
    return answer


def _ticked(request: HttpRequest) -> list[UUID]:
    found = []
    for text in request.POST.getlist("sales")[:TICKS_MAX]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _errors(ticked: Sequence[UUID], code: str, note: str, *, is_reject: bool) -> list[str]:
    if not ticked:
        return [_("Tick at least one sale.")]
    if not is_reject:
        return []
    number = int(code) if code.isascii() and code.isdigit() and len(code) < 3 else None
    lack: Refusal | None = ground_refusal(number, note, has_file=False)
    return [] if lack is None else [refusal_text(lack)]


def _again(
    request: HttpRequest, *, code: str, note: str, errors: Sequence[str], ticked: Sequence[UUID]
) -> HttpResponse:
    desk = desk_of(request)
    page = build.review(desk, build.Asked.of(request.GET.dict()), after="")
    chosen = {str(each) for each in ticked}
    page = build.after_decision(page, code=code, note=note, errors=errors, chosen=chosen)
    return page_show(request, desk, "brand/review.html", page, status=FORM_REFUSED)


def _left(request: HttpRequest, left: Sequence[Outcome]) -> HttpResponse:
    """The list again, and what could not be done."""
    desk = desk_of(request)
    rows = Conversion.objects.filter(
        brand_id=desk.brand.pk, public_id__in=[each.said.conversion for each in left]
    )
    refs = dict(rows.values_list("public_id", "order_number"))
    page = build.review(desk, build.Asked.of(request.GET.dict()), after="")
    page = replace(page, refused=build.refused(left, refs))
    return page_show(request, desk, "brand/review.html", page, status=FORM_REFUSED)


def _done_text(count: int, *, is_reject: bool) -> str:
    said = (
        ngettext("%(count)s sale rejected.", "%(count)s sales rejected.", count)
        if is_reject
        else ngettext("%(count)s sale approved.", "%(count)s sales approved.", count)
    )
    return said % {"count": number_text(count)}
