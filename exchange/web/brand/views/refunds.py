"""Free balance back to the company's account."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from brands.selectors import member_require_money
from core.errors import DomainError, NotFound
from core.forms import TengeField, form_refuse
from core.iban import iban_format
from exchange.doors import has_second_factor, require_second_factor
from exchange.web.brand.builders import refunds as build
from exchange.web.brand.desk import FORM_REFUSED, desk_of, member_of, page_show
from payouts.models import Refund
from payouts.services.refunds import accounts_known, refund_cancel, refund_request


class RefundForm(forms.Form):
    amount = TengeField(label=gettext_lazy("How much"), max_length=30)
    iban = forms.CharField(label=gettext_lazy("Account of the company (IBAN)"), max_length=40)


@require_http_methods(["GET", "POST"])
def refunds(request: HttpRequest) -> HttpResponse:
    """What was asked for; a POST of who may move money, and has logged in with a second step, asks
    for more."""
    member = member_of(request)
    if request.method == "POST":
        member_require_money(member)
        require_second_factor(request)
    desk = desk_of(request)
    form = _form(request, member.brand_id)
    if form.is_valid():
        try:
            refund = refund_request(
                brand=desk.brand,
                amount_minor=form.cleaned_data["amount"],
                iban_text=form.cleaned_data["iban"],
                person_id=member.user_id,
            )
        except DomainError as error:
            form_refuse(form, error)
        else:
            said = _("Asked for: refund %(number)s. We check it and send it, usually in a day.")
            messages.success(request, said % {"number": refund.rail_key})
            return redirect(desk.url("refunds"))
    status = FORM_REFUSED if form.is_bound else 200
    page = build.refunds(desk, has_second_factor=has_second_factor(request))
    return page_show(request, desk, "brand/refunds.html", page, form=form, status=status)


def _form(request: HttpRequest, brand_id: int) -> RefundForm:
    if request.method == "POST":
        return RefundForm(request.POST)
    known = accounts_known(brand_id)
    initial: dict[str, Any] = {"iban": iban_format(known[0])} if known else {}
    return RefundForm(initial=initial)


@require_POST
def refund_cancel_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """As long as nobody has prepared it."""
    member = member_of(request)
    found = Refund.objects.filter(brand_id=member.brand_id, public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such refund."))
    member_require_money(member)
    desk = desk_of(request)
    try:
        refund_cancel(refund_id=found.pk, person_id=member.user_id, is_by_brand=True)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Cancelled: the money is free again."))
    return redirect(desk.url("refunds"))
