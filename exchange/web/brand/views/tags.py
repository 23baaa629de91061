"""What marketplaces count themselves: the report, and a cabinet's table that the brand brings."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from attribution.domain.tag_table import TagTable
from attribution.marketplace_forms import TagColumnsForm, TagFileForm, TagStartForm
from attribution.models import Connection, TagUpload
from attribution.selectors.traffic import tag_upload_access
from attribution.services.tag_uploads import (
    SOURCES,
    tag_upload_columns,
    tag_upload_read,
    tag_upload_store,
    tag_upload_table,
    tag_upload_titles,
)
from campaigns.services.traffic_tags import traffic_tag_set
from core.errors import DomainError
from core.forms import form_refuse
from exchange.web.brand.builders import tags as build
from exchange.web.brand.desk import FORM_REFUSED, connection_of, desk_of, member_of, page_show
from exchange.web.formatting import number_text
from exchange.web.traffic.csv import traffic_csv as csv_of
from exchange.web.traffic.report import days_asked
from exchange.web.traffic.report import traffic as report_of


@require_GET
def traffic(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request)
    reader = build.reader_of(desk, request.GET.get("campaign", ""))
    page = report_of(reader, days_asked(request.GET.get("days", "")))
    return page_show(request, desk, "brand/traffic.html", page)


@require_GET
def traffic_csv(request: HttpRequest) -> FileResponse:
    """The page as a table, to take away."""
    desk = desk_of(request)
    reader = build.reader_of(desk, request.GET.get("campaign", ""))
    return csv_of(f"traffic-{desk.brand.slug}", reader, days_asked(request.GET.get("days", "")))


# --- A table of a cabinet -------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def connection_tags(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """How links are marked for this source, and its table: the file goes to the next page."""
    found = connection_of(request, public_id, SOURCES, to_write=True)
    form = TagFileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = tag_upload_read(
                connection_id=found.pk,
                name=file.name or "",
                raw=file.read(),
                user_id=member_of(request).user_id,
            )
        except DomainError as error:
            form_refuse(form, error)
        else:
            slug = member_of(request).brand.slug
            return redirect("brand:connection_tag_check", slug, public_id, upload.public_id)
    return _tags_show(request, found, form, TagStartForm(initial=build.start_initial(found)))


@require_POST
def connection_tag_start(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """From now on links to this marketplace carry a tag."""
    found = connection_of(request, public_id, SOURCES, to_write=True)
    form = TagStartForm(request.POST)
    if form.is_valid():
        start = f"{form.cleaned_data['number']}-id-"
        try:
            traffic_tag_set(brand_id=found.brand_id, platform="wildberries", start=start)
        except DomainError as error:
            form_refuse(form, error, {"start": "number"})
        else:
            messages.success(request, _("From now on your links carry the tag."))
            return redirect("brand:connection_tags", member_of(request).brand.slug, public_id)
    return _tags_show(request, found, TagFileForm(), form)


def _tags_show(
    request: HttpRequest, found: Connection, form: forms.Form, start_form: forms.Form
) -> HttpResponse:
    desk = desk_of(request)
    page = build.tags(desk, found)
    is_refused = bool(form.errors or start_form.errors)
    answer = page_show(
        request,
        desk,
        "brand/tags.html",
        page,
        form=form,
        status=FORM_REFUSED if is_refused else 200,
    )
    assert answer.context_data is not None
    answer.context_data["start_form"] = start_form
    return answer


@require_http_methods(["GET", "POST"])
def connection_tag_check(request: HttpRequest, public_id: UUID, upload_id: UUID) -> HttpResponse:
    """Which column is what, what the table then says, and the brand's word to store it."""
    found = connection_of(request, public_id, SOURCES, to_write=True)
    upload = tag_upload_access(found, upload_id)
    if upload.state == TagUpload.State.STORED:
        return _check_show(request, found, upload, None, None)
    titles = tag_upload_titles(upload)
    given = build.columns_initial(found, tag_upload_columns(upload)) | request.POST.dict()
    form = TagColumnsForm(titles, given)
    table = _table_of(upload, form)
    if table is not None and request.POST.get("action") == "store":
        try:
            stored = tag_upload_store(
                upload_id=upload.pk,
                columns=form.columns(),
                currency=form.cleaned_data["currency"],
            )
        except DomainError as error:
            form_refuse(form, error)
        else:
            return _stored(request, public_id, stored.stored_count)
    return _check_show(request, found, upload, form, table)


def _table_of(upload: TagUpload, form: TagColumnsForm) -> TagTable | None:
    """None where the form says why not."""
    if not form.is_valid():
        return None
    try:
        return tag_upload_table(upload, form.columns(), form.cleaned_data["currency"])
    except DomainError as error:
        form_refuse(form, error)
        return None


def _check_show(
    request: HttpRequest,
    found: Connection,
    upload: TagUpload,
    form: TagColumnsForm | None,
    table: TagTable | None,
) -> HttpResponse:
    desk = desk_of(request)
    currency = form.cleaned_data["currency"] if form and table else build.CURRENCY_DEFAULT
    page = build.tag_check(desk, found, upload, table, currency)
    status = FORM_REFUSED if request.method == "POST" and form and form.errors else 200
    return page_show(request, desk, "brand/tag_check.html", page, form=form, status=status)


def _stored(request: HttpRequest, public_id: UUID, count: int) -> HttpResponse:
    said = ngettext(
        "%(count)s day of a tag was stored.", "%(count)s days of tags were stored.", count
    )
    messages.success(request, said % {"count": number_text(count)})
    return redirect("brand:connection_tags", member_of(request).brand.slug, public_id)
