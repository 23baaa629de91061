from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from attribution.selectors.orders import order_access_for_brand
from attribution.services.conversions import order_confirm
from brands.selectors import member_require_write
from exchange.web.brand.builders import order as build_order
from exchange.web.brand.builders import orders as build
from exchange.web.brand.desk import desk_of, member_of, page_show


@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request)
    page = build.orders(
        desk, build.Asked.of(request.GET.dict()), after=request.GET.get("after", "")
    )
    return page_show(request, desk, "brand/orders.html", page)


@require_GET
def orders_csv(request: HttpRequest) -> FileResponse:
    """The list as the filter shows it, to take away."""
    return build.orders_csv(desk_of(request), build.Asked.of(request.GET.dict()))


@require_GET
def order(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A page, or the sheet that htmx asks for."""
    desk = desk_of(request)
    found = order_access_for_brand(desk.brand.pk, public_id)
    is_sheet = request.headers.get("HX-Request") == "true"
    template = "brand/_order.html" if is_sheet else "brand/order.html"
    return page_show(request, desk, template, build_order.order(desk, found))


@require_POST
def order_confirm_now(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The brand's word for a sale that only its own page speaks for."""
    member = member_of(request)
    found = order_access_for_brand(member.brand_id, public_id)
    member_require_write(member)
    if order_confirm(order_id=found.pk):
        messages.success(request, _("Confirmed"))
    return redirect("brand:order", member.brand.slug, public_id)
