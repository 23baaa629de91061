"""The brand's side of phone numbers: taking them, whose orders match, confirming those."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from attribution.models import Connection
from attribution.selectors.dossiers import PHONE_SOURCES
from attribution.selectors.orders import order_access_for_brand
from attribution.services.conversions import order_confirm
from attribution.services.phone_peppers import pepper_rotate
from attribution.services.phone_peppers import phones_close as close
from attribution.services.phone_peppers import phones_open as open_
from core.errors import NotFound
from exchange.web.brand.builders import phones as build
from exchange.web.brand.desk import connection_of, desk_of, member_of, page_show


@require_GET
def phones(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = connection_of(request, public_id, PHONE_SOURCES)
    desk = desk_of(request)
    page = build.phones(desk, found, request.GET.dict())
    return page_show(request, desk, "brand/phones.html", page)


@require_GET
def phones_csv(request: HttpRequest, public_id: UUID) -> FileResponse:
    """The list as the filter shows it, to take away."""
    connection_of(request, public_id, PHONE_SOURCES)
    return build.phones_csv(desk_of(request), request.GET.dict())


@require_POST
def phones_open(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = connection_of(request, public_id, PHONE_SOURCES, to_write=True)
    open_(brand_id=found.brand_id)
    return _back(request, found, _("Your influencers' pages take numbers now."))


@require_POST
def phones_close(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = connection_of(request, public_id, PHONE_SOURCES, to_write=True)
    close(brand_id=found.brand_id)
    return _back(
        request, found, _("No number is taken any more. Those left count until their end.")
    )


@require_POST
def phones_rotate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = connection_of(request, public_id, PHONE_SOURCES, to_write=True)
    pepper_rotate(brand_id=found.brand_id)
    return _back(request, found, _("New numbers come under a new key."))


@require_POST
def phones_confirm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The brand's word for an order that a number says whose it is."""
    found = connection_of(request, public_id, PHONE_SOURCES, to_write=True)
    try:
        order = order_access_for_brand(found.brand_id, UUID(request.POST.get("order", "")))
    except ValueError:
        raise NotFound(_("There is no such order.")) from None
    order_confirm(order_id=order.pk)
    return _back(request, found, _("Confirmed"))


def _back(request: HttpRequest, found: Connection, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("brand:phones", member_of(request).brand.slug, found.public_id)
