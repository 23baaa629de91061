from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from exchange.web.brand.builders import money as build
from exchange.web.brand.builders.statement import Asked, statement_file
from exchange.web.brand.desk import FORM_REFUSED, desk_of, page_show
from exchange.web.tables import FileKind


@require_GET
def money(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request)
    asked = Asked.of(request.GET.dict())
    page = build.money(desk, asked, after=request.GET.get("after", ""))
    status = FORM_REFUSED if page.filter.error or page.past.error else 200
    return page_show(request, desk, "brand/money.html", page, status=status)


@require_GET
def statement_table(request: HttpRequest, kind: FileKind) -> FileResponse:
    """The statement as it is filtered, to take away."""
    return statement_file(desk_of(request), Asked.of(request.GET.dict()), kind)
