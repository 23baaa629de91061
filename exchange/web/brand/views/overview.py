from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from exchange.web.brand.builders import overview as build
from exchange.web.brand.desk import desk_of, page_show

PERIOD_DAYS = 30


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, build.PERIODS) else PERIOD_DAYS
    desk = desk_of(request)
    return page_show(request, desk, "brand/overview.html", build.overview(desk, days=days))
