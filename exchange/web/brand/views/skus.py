"""Exclusive articles of one influencer: those there are, a new one, one that is taken back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.code_forms import ExclusiveSkuEndForm, ExclusiveSkuForm
from campaigns.models import Participation
from campaigns.selectors import participation_access_for_writer
from campaigns.selectors.exclusive_skus import exclusive_sku_access
from campaigns.services.exclusive_skus import exclusive_sku_end, exclusive_sku_reserve
from core.errors import DomainError, NotFound
from core.forms import form_refuse
from exchange.web.brand.builders import skus as build
from exchange.web.brand.desk import FORM_REFUSED, desk_of, member_of, page_show


@require_http_methods(["GET", "POST"])
def participation_skus(request: HttpRequest, public_id: UUID) -> HttpResponse:
    row = participation_access_for_writer(member_of(request), public_id)
    form = ExclusiveSkuForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = exclusive_sku_reserve(participation_id=row.pk, **form.cleaned_data)
        except DomainError as error:
            form_refuse(form, error)
        else:
            said = _("Orders with this article are this influencer's: %(sku)s")
            messages.success(request, said % {"sku": made.value})
            return _back(request, row)
    desk = desk_of(request)
    status = FORM_REFUSED if form.errors else 200
    return page_show(
        request, desk, "brand/skus.html", build.skus(desk, row), form=form, status=status
    )


@require_POST
def sku_end(request: HttpRequest, public_id: UUID) -> HttpResponse:
    row = participation_access_for_writer(member_of(request), public_id)
    form = ExclusiveSkuEndForm(request.POST)
    if not form.is_valid():
        raise NotFound(_("There is no such article."))
    code = exclusive_sku_access(row, form.cleaned_data["code"])
    exclusive_sku_end(code_id=code.pk)
    messages.success(request, _("The article is free for another influencer."))
    return _back(request, row)


def _back(request: HttpRequest, row: Participation) -> HttpResponse:
    return redirect("brand:participation_skus", member_of(request).brand.slug, row.public_id)
