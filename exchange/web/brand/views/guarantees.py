"""Guarantees of months: those of a campaign, a new one, a raise, one that is taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.domain.guarantee import months_ahead
from campaigns.models import Campaign, Guarantee, Participation
from campaigns.selectors import campaign_access_for_brand, campaign_access_for_payer
from campaigns.selectors.guarantees import guarantee_access_for_payer, people_of
from campaigns.services.guarantees import (
    guarantee_cancel,
    guarantee_make,
    guarantee_raise,
    guarantee_reserve,
)
from core import clock
from core.errors import DomainError
from core.forms import TengeField, form_refuse
from exchange.web.brand.builders import guarantees as build
from exchange.web.brand.builders.people import Refused
from exchange.web.brand.desk import FORM_REFUSED, desk_of, member_of, page_show
from exchange.web.formatting import month_long


class GuaranteeForm(forms.Form):
    """Only who takes part, and only months that can be promised, are on the lists."""

    participation = forms.ChoiceField(label=gettext_lazy("Influencer"))
    month = forms.TypedChoiceField(label=gettext_lazy("Month"), coerce=date.fromisoformat)
    amount = TengeField(label=gettext_lazy("At least"), max_length=30)

    def __init__(
        self,
        given: QueryDict | None = None,
        *,
        people: Mapping[str, str],
        months: Sequence[date],
    ) -> None:
        """`people` are names by the participation's public id."""
        super().__init__(given)
        _choose(self.fields["participation"], people.items())
        _choose(self.fields["month"], ((each.isoformat(), month_long(each)) for each in months))


def _choose(field: forms.Field, choices: Iterable[tuple[str, str]]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = list(choices)


class RaiseForm(forms.Form):
    amount = TengeField(label=gettext_lazy("At least"), max_length=30)


@require_http_methods(["GET", "POST"])
def guarantees(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A POST first says what the promise costs at most; with action=promise it makes it."""
    member = member_of(request)
    if request.method == "POST":
        found = campaign_access_for_payer(member, public_id)
    else:
        found = campaign_access_for_brand(member.brand, public_id)
    people = {str(each.public_id): each for each in people_of(found)}
    form = _form(found, people, request.POST if request.method == "POST" else None)
    asked = None
    if form.is_valid():
        if request.POST.get("action") == "promise":
            try:
                made = guarantee_make(
                    participation_id=people[form.cleaned_data["participation"]].pk,
                    month=form.cleaned_data["month"],
                    amount_minor=form.cleaned_data["amount"],
                )
            except DomainError as error:
                form_refuse(form, error)
            else:
                return _done(request, made, _promised(made))
        else:
            asked = _asked(found, form)
    desk = desk_of(request)
    page = build.guarantees(desk, found, status=request.GET.get("status", ""), asked=asked)
    status = FORM_REFUSED if form.errors else 200
    return page_show(request, desk, "brand/guarantees.html", page, form=form, status=status)


def _form(
    found: Campaign, people: Mapping[str, Participation], given: QueryDict | None = None
) -> GuaranteeForm:
    return GuaranteeForm(
        given,
        people={public_id: each.influencer.name for public_id, each in people.items()},
        months=months_ahead(clock.today(), last_on=found.last_on),
    )


def _asked(found: Campaign, form: GuaranteeForm) -> Guarantee | None:
    """What was typed, not stored; None where it is no sum that could be promised."""
    amount_minor = form.cleaned_data["amount"]
    if amount_minor <= 0:
        form.add_error("amount", _("The amount must be more than zero."))
        return None
    reserve = guarantee_reserve(found, amount_minor)
    return Guarantee(
        month=form.cleaned_data["month"],
        amount_minor=reserve.budget_minor,
        fee_minor=reserve.fee_minor,
        vat_minor=reserve.vat_minor,
    )


def _promised(made: Guarantee) -> str:
    said = _("Promised and reserved: %(name)s, %(month)s. The influencer has a letter.")
    return said % {"name": made.participation.influencer.name, "month": month_long(made.month)}


@require_GET
def guarantees_csv(request: HttpRequest, public_id: UUID) -> FileResponse:
    return build.guarantees_csv(campaign_access_for_brand(member_of(request).brand, public_id))


@require_POST
def guarantee_raise_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = guarantee_access_for_payer(member_of(request), public_id)
    form = RaiseForm(request.POST)
    if form.is_valid():
        try:
            raised = guarantee_raise(
                guarantee_id=found.pk, amount_minor=form.cleaned_data["amount"]
            )
        except DomainError as error:
            form_refuse(form, error)
        else:
            return _done(request, raised, _("Raised. The influencer has a letter."))
    bound = form["amount"]
    errors = [*bound.errors, *form.non_field_errors()]
    refused = Refused(str(public_id), str(bound.value() or ""), " ".join(map(str, errors)))
    desk = desk_of(request)
    campaign = found.campaign
    page = build.guarantees(desk, campaign, refused=refused)
    people = {str(each.public_id): each for each in people_of(campaign)}
    return page_show(
        request,
        desk,
        "brand/guarantees.html",
        page,
        form=_form(campaign, people),
        status=FORM_REFUSED,
    )


@require_POST
def guarantee_cancel_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = guarantee_access_for_payer(member_of(request), public_id)
    try:
        guarantee_cancel(guarantee_id=found.pk)
    except DomainError as error:
        messages.error(request, str(error))
        return _to_list(request, found)
    return _done(request, found, _("Called off: its money is free again."))


def _done(request: HttpRequest, guarantee: Guarantee, said: str) -> HttpResponse:
    messages.success(request, said)
    return _to_list(request, guarantee)


def _to_list(request: HttpRequest, guarantee: Guarantee) -> HttpResponse:
    return redirect("brand:guarantees", member_of(request).brand.slug, guarantee.campaign.public_id)
