from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from exchange.web.brand.builders.clicks import narrowing_of, reader_of
from exchange.web.brand.desk import FORM_REFUSED, desk_of, page_show
from exchange.web.clicks import csv, report
from exchange.web.clicks.asked import Asked


@require_GET
def clicks(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request)
    asked = Asked.of(request.GET.dict())
    narrowing = narrowing_of(desk, asked)
    page = report.clicks(reader_of(desk, narrowing), asked, narrowing)
    status = FORM_REFUSED if page.state == "refused" else 200
    return page_show(request, desk, "brand/clicks.html", page, status=status)


@require_GET
def clicks_csv(request: HttpRequest) -> FileResponse:
    """The page as a table, to take away."""
    desk = desk_of(request)
    asked = Asked.of(request.GET.dict())
    narrowing = narrowing_of(desk, asked)
    name = f"clicks-{desk.brand.slug}"
    return csv.clicks_csv(name, reader_of(desk, narrowing), asked, narrowing)
