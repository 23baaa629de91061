from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from exchange.web.brand.builders import money as build
from exchange.web.brand.desk import desk_of, page_show


@require_GET
def money(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request)
    page = build.money(desk, after=request.GET.get("after", ""))
    return page_show(request, desk, "brand/money.html", page)


@require_GET
def statement_csv(request: HttpRequest) -> FileResponse:
    """The whole statement, to take away."""
    return build.statement_csv(desk_of(request))
