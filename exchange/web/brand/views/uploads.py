"""Files of orders: bringing one, saying its columns, agreeing to it, taking it back."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from attribution.connectors.registry import FILES, TABLES
from attribution.forms import OrderFileForm, TableFileForm
from attribution.models import Connection, OrderUpload
from attribution.selectors.uploads import upload_access_for_brand
from attribution.services.order_uploads import (
    upload_columns_choose,
    upload_look,
    upload_receive,
    upload_store,
    upload_undo,
)
from core.errors import DomainError
from core.forms import form_refuse
from exchange.web.brand.builders.integrations import uploads as build
from exchange.web.brand.desk import FORM_REFUSED, connection_of, desk_of, page_show
from exchange.web.formatting import number_text

STEP_OF = {OrderUpload.State.NEW: "connection_upload_columns"}


@require_http_methods(["GET", "POST"])
def connection_upload(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a file; what it says is shown on the next page, before anything is stored."""
    found = connection_of(request, public_id, FILES, to_write=True)
    desk = desk_of(request)
    form = _file_form(request, found)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = upload_receive(
                connection_id=found.pk,
                name=file.name or "",
                raw=file.read(),
                user_id=desk.member.user_id,
            )
        except DomainError as error:
            form_refuse(form, error)
        else:
            step = STEP_OF.get(OrderUpload.State(upload.state), "connection_upload_check")
            return redirect(desk.url(step, public_id, upload.public_id))
    page = build.upload_form(desk, found)
    status = FORM_REFUSED if form.is_bound else 200
    return page_show(request, desk, "brand/upload.html", page, form=form, status=status)


def _file_form(request: HttpRequest, found: Connection) -> forms.Form:
    kind = TableFileForm if found.source in TABLES else OrderFileForm
    return kind(*((request.POST, request.FILES) if request.method == "POST" else ()))


@require_http_methods(["GET", "POST"])
def connection_upload_columns(
    request: HttpRequest, public_id: UUID, upload_id: UUID
) -> HttpResponse:
    """Which column is which, and the first rows as we understand them. A POST with `look` only
    shows them anew."""
    found = connection_of(request, public_id, FILES, to_write=True)
    upload = upload_access_for_brand(found, upload_id)
    desk = desk_of(request)
    here = desk.url("connection_upload_check", public_id, upload_id)
    if not upload.content:  # stored, erased, or an export whose columns we know
        return redirect(here)
    data = request.POST.dict() if request.method == "POST" else None
    form = build.columns_form(upload, upload_look(upload), data)
    status = 200
    if data is not None and "look" not in data:
        try:
            upload_columns_choose(upload_id=upload.pk, choice=form.changed)
        except DomainError as error:
            form.full_clean()
            form_refuse(form, error, {"status": "status_of_all"})
            status = FORM_REFUSED
        else:
            return redirect(here)
    page = build.upload_columns(desk, found, upload, form)
    return page_show(request, desk, "brand/upload_columns.html", page, form=form, status=status)


@require_http_methods(["GET", "POST"])
def connection_upload_check(request: HttpRequest, public_id: UUID, upload_id: UUID) -> HttpResponse:
    """What a file says, with the rows that could not be read; and the brand's word to store it."""
    found = connection_of(request, public_id, FILES, to_write=True)
    upload = upload_access_for_brand(found, upload_id)
    desk = desk_of(request)
    if request.method == "POST":
        stored = upload_store(upload_id=upload.pk)
        if stored.state != OrderUpload.State.STORED:
            return redirect(desk.url("connection_upload_check", public_id, upload_id))
        said = ngettext(
            "%(count)s order of the file was stored.",
            "%(count)s orders of the file were stored.",
            stored.stored_count,
        )
        messages.success(request, said % {"count": number_text(stored.stored_count)})
        return redirect(desk.url("connection", public_id))
    page = build.upload_check(desk, found, upload)
    return page_show(request, desk, "brand/upload_check.html", page)


@require_POST
def connection_upload_undo(request: HttpRequest, public_id: UUID, upload_id: UUID) -> HttpResponse:
    found = connection_of(request, public_id, FILES, to_write=True)
    upload = upload_access_for_brand(found, upload_id)
    upload_undo(upload_id=upload.pk)
    return redirect(desk_of(request).url("connection_upload_check", public_id, upload_id))


@require_GET
def connection_upload_errors(
    request: HttpRequest, public_id: UUID, upload_id: UUID
) -> FileResponse:
    """The rows that could not be read, to correct them by."""
    found = connection_of(request, public_id, FILES, to_write=True)
    return build.upload_errors_csv(upload_access_for_brand(found, upload_id))


@require_GET
def connection_upload_kept(request: HttpRequest, public_id: UUID, upload_id: UUID) -> FileResponse:
    """The orders that an undo has left."""
    found = connection_of(request, public_id, FILES, to_write=True)
    return build.upload_kept_csv(upload_access_for_brand(found, upload_id))
