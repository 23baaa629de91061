"""Who takes part in a campaign: the list, decisions about one or many, and who may join at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.decision_forms import RejectForm, RemoveForm
from campaigns.forms import ArticleForm, VoucherForm
from campaigns.models import Campaign, ExternalCode, Participation
from campaigns.rules_forms import RulesForm, rules_initial
from campaigns.selectors import (
    campaign_access_for_brand,
    campaign_access_for_writer,
    participation_access_for_writer,
)
from campaigns.selectors.people import participations_of
from campaigns.services import (
    Reason,
    campaign_rules_set,
    external_code_add,
    participation_approve,
    participation_reject,
    participation_remove,
    participation_restore,
    participations_approve,
    participations_reject,
)
from campaigns.services.decisions import Decided
from core.errors import DomainError, Invalid
from core.forms import form_refuse
from exchange.web.brand.builders import campaigns as build_campaigns
from exchange.web.brand.builders import people as build
from exchange.web.brand.desk import FORM_REFUSED, desk_of, member_of, page_show
from exchange.web.formatting import number_text

REFUSALS_SHOWN = 3


@require_GET
def people(request: HttpRequest, public_id: UUID) -> HttpResponse:
    desk = desk_of(request)
    found = campaign_access_for_brand(desk.brand, public_id)
    page = build.people(desk, found, build.Asked.of(request.GET.dict()))
    return page_show(request, desk, "brand/people.html", page)


@require_GET
def people_csv(request: HttpRequest, public_id: UUID) -> FileResponse:
    brand = member_of(request).brand
    found = campaign_access_for_brand(brand, public_id)
    return build.people_csv(brand.pk, found, build.Asked.of(request.GET.dict()))


# --- Many at once ---------------------------------------------------------------------------


@require_POST
def people_decide(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Accept or refuse the applications that are ticked."""
    found = campaign_access_for_writer(member_of(request), public_id)
    ids = participations_of(found, uuids_of(request.POST.getlist("people")))
    if not ids:
        messages.error(request, _("Tick the influencers first."))
        return _to_people(request, found)
    if request.POST.get("action") == "approve":
        _bulk_say(request, participations_approve(participation_ids=ids), _accepted)
        return _to_people(request, found)
    form = RejectForm(request.POST)
    if form.is_valid():
        try:
            decided = participations_reject(participation_ids=ids, reason=form.given())
        except Invalid as error:
            form_refuse(form, error)
        else:
            _bulk_say(request, decided, _rejected)
            return _to_people(request, found)
    return _refused(request, found, "people_decide", None, form)


def uuids_of(given: list[str]) -> list[str]:
    """Those that are ids at all."""
    found = []
    for text in given:
        try:
            found.append(str(UUID(text)))
        except ValueError:
            continue
    return found


def _accepted(count: int) -> str:
    said = ngettext("Accepted: %(count)s influencer", "Accepted: %(count)s influencers", count)
    return said % {"count": number_text(count)}


def _rejected(count: int) -> str:
    said = ngettext("Rejected: %(count)s influencer", "Rejected: %(count)s influencers", count)
    return said % {"count": number_text(count)}


def _bulk_say(request: HttpRequest, decided: Decided, said: Callable[[int], str]) -> None:
    if decided.done:
        messages.success(request, said(decided.done))
    refusals_say(request, decided.refused)


def refusals_say(request: HttpRequest, refused: list[str]) -> None:
    """Each reason once, with how many it holds for."""
    for why in list(dict.fromkeys(refused))[:REFUSALS_SHOWN]:
        count = refused.count(why)
        text = _("Not changed: %(count)s. %(why)s")
        messages.error(request, text % {"count": number_text(count), "why": why})


# --- One ------------------------------------------------------------------------------------


@require_POST
def participation_approve_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    row = participation_access_for_writer(member_of(request), public_id)
    participation_approve(participation_id=row.pk)
    return _done(request, row, _("Accepted: the link and the code work."))


@require_POST
def participation_restore_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a no back."""
    row = participation_access_for_writer(member_of(request), public_id)
    changed = participation_restore(participation_id=row.pk)
    is_in = changed.state == Participation.State.APPROVED
    said = _("Taken back: the link and the code work again.")
    return _done(request, row, said if is_in else _("Taken back: the application waits again."))


@require_POST
def participation_reject_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """With a reason, which the influencer reads."""

    def reject(row: Participation, reason: Reason) -> None:
        participation_reject(participation_id=row.pk, reason=reason)

    return _decide(request, public_id, "reject", RejectForm(request.POST), reject)


@require_POST
def participation_remove_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The same, of somebody who takes part."""

    def remove(row: Participation, reason: Reason) -> None:
        participation_remove(participation_id=row.pk, reason=reason)

    return _decide(request, public_id, "remove", RemoveForm(request.POST), remove)


def _decide(
    request: HttpRequest,
    public_id: UUID,
    what: str,
    form: RejectForm,
    act: Callable[[Participation, Reason], None],
) -> HttpResponse:
    """A no; refused, the page comes back with why."""
    row = participation_access_for_writer(member_of(request), public_id)
    if form.is_valid():
        try:
            act(row, form.given())
        except DomainError as error:
            form_refuse(form, error)
        else:
            return _done(request, row, SAID[what]())
    return _refused(request, _campaign_of(row), what, row.public_id, form)


SAID: Mapping[str, Callable[[], str]] = {
    "reject": lambda: _("Rejected: the influencer gets your reason."),
    "remove": lambda: _("Ended: the link and the code do not work any more."),
    "article": lambda: _("Article added"),
    "voucher": lambda: _("Voucher added"),
}


@require_POST
def participation_article_add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A substitute article of Wildberries, by which its finance report names the influencer."""
    kind = ExternalCode.Kind.WB_SUBSTITUTE_ARTICLE
    return _code_add(request, public_id, "article", ArticleForm(request.POST), kind)


@require_POST
def participation_voucher_add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The title of a promotion at Ozon, by which its orders name the influencer."""
    kind = ExternalCode.Kind.OZON_VOUCHER
    return _code_add(request, public_id, "voucher", VoucherForm(request.POST), kind)


def _code_add(
    request: HttpRequest, public_id: UUID, what: str, form: forms.Form, kind: str
) -> HttpResponse:
    row = participation_access_for_writer(member_of(request), public_id)
    if form.is_valid():
        try:
            external_code_add(participation_id=row.pk, kind=kind, value=form.cleaned_data["value"])
        except DomainError as error:
            form_refuse(form, error)
        else:
            return _done(request, row, SAID[what]())
    return _refused(request, _campaign_of(row), what, row.public_id, form)


# --- Back to where it was pressed -----------------------------------------------------------


def _campaign_of(row: Participation) -> Campaign:
    return Campaign.objects.get(pk=row.campaign_id)


def _is_list(request: HttpRequest) -> bool:
    return request.POST.get("back") == "people"


def _done(request: HttpRequest, row: Participation, said: str) -> HttpResponse:
    messages.success(request, said)
    found = _campaign_of(row)
    if _is_list(request):
        return _to_people(request, found)
    return redirect("brand:campaign", member_of(request).brand.slug, found.public_id)


def _to_people(request: HttpRequest, found: Campaign) -> HttpResponse:
    return redirect("brand:people", member_of(request).brand.slug, found.public_id)


def _refused(
    request: HttpRequest, found: Campaign, what: str, row_id: UUID | None, form: forms.Form
) -> HttpResponse:
    """The page as it was, with what was typed and what is wrong with it."""
    texts = [str(text) for texts in form.errors.values() for text in texts]
    refused = build.Refused(
        what,
        request.POST.get("value", ""),
        " ".join(texts),
        row_id,
        typed={name: request.POST.get(name, "") for name in form.fields},
        errors=texts,
    )
    desk = desk_of(request)
    if what == "people_decide" or _is_list(request):
        listed = build.people(desk, found, build.Asked(), refused)
        return page_show(request, desk, "brand/people.html", listed, status=FORM_REFUSED)
    page = build_campaigns.campaign(desk, found, refused)
    return page_show(request, desk, "brand/campaign.html", page, status=FORM_REFUSED)


# --- Who may join ---------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def campaign_rules(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Requirements and places; of a published campaign too, for who joins from now on."""
    found = campaign_access_for_writer(member_of(request), public_id)
    form = RulesForm(
        request.POST if request.method == "POST" else None, initial=rules_initial(found)
    )
    if form.is_valid():
        try:
            campaign_rules_set(campaign_id=found.pk, rules=form.rules())
        except DomainError as error:
            form_refuse(form, error)
        else:
            messages.success(request, _("Saved"))
            return redirect("brand:campaign", member_of(request).brand.slug, public_id)
    desk = desk_of(request)
    status = FORM_REFUSED if form.is_bound else 200
    page = build.rules(desk, found)
    return page_show(request, desk, "brand/campaign_rules.html", page, form=form, status=status)
