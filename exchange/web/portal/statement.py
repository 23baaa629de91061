"""The influencer's statement, as a page and as a file. Runs as the influencer."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from exchange.web.portal.builders import statement as build
from exchange.web.portal.builders.statement import Asked
from exchange.web.portal.views import influencer_of
from exchange.web.tables import FileKind


@require_GET
def statement(request: HttpRequest) -> HttpResponse:
    asked = Asked.of(request.GET.dict())
    page = build.statement(influencer_of(request), asked, after=request.GET.get("after", ""))
    return TemplateResponse(request, "portal/statement.html", {"page": page})


@require_GET
def statement_table(request: HttpRequest, kind: FileKind) -> FileResponse:
    """The account and month of the page, to take away."""
    return build.statement_file(influencer_of(request), Asked.of(request.GET.dict()), kind)
