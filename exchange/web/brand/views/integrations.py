from __future__ import annotations

from base64 import b64decode, b64encode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from attribution.connectors.registry import SHOPS
from attribution.forms import CompareForm, ReplayForm
from attribution.models import Connection
from attribution.selectors.connections import (
    event_access_for_brand,
)
from attribution.services.connections import (
    connection_create,
    connection_read_now,
    connection_secret_rotate,
    connection_switch,
    connection_token_change,
)
from attribution.services.event_log import events_replay
from attribution.services.inbox import event_replay
from brands.selectors import member_require_write
from core.crypto import seal, unseal
from core.errors import DomainError
from core.forms import form_refuse
from exchange.web.brand.builders import integrations as build
from exchange.web.brand.desk import FORM_REFUSED, Desk, connection_of, desk_of, member_of, page_show
from exchange.web.brand.guides import GUIDES
from exchange.web.formatting import number_text

NEW_SECRET = "new_secret"  # noqa: S105 in the session, sealed: shown on the next page only


@require_GET
def integrations(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request)
    return page_show(request, desk, "brand/integrations.html", build.integrations(desk))


# --- Connecting -----------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def connection_new(request: HttpRequest, source: str) -> HttpResponse:
    build.source_require(source)
    member_require_write(member_of(request))
    desk = desk_of(request)
    form = _source_form(request, source)
    if form.is_valid():
        try:
            found, secret = connection_create(brand=desk.brand, source=source, **form.cleaned_data)
        except DomainError as error:
            form_refuse(form, error)
        else:
            return _connected(request, desk, found, secret)
    return _form_show(request, desk, form, build.connection_form(desk, source))


def _source_form(request: HttpRequest, source: str) -> forms.Form:
    return GUIDES[source].form(request.POST if request.method == "POST" else None)


def _connected(request: HttpRequest, desk: Desk, found: Connection, secret: str) -> HttpResponse:
    if secret:
        _secret_carry(request, found, secret)
    messages.success(request, _("Connected"))
    return redirect(desk.url("connection", found.public_id))


def _secret_carry(request: HttpRequest, found: Connection, secret: str) -> None:
    """To the next page of this connection, for which it is sealed."""
    sealed = seal(secret.encode(), purpose=f"{NEW_SECRET} {found.public_id}")
    request.session[NEW_SECRET] = [str(found.public_id), b64encode(sealed).decode()]


def _secret_carried(request: HttpRequest, found: Connection) -> str:
    """What was just made for this connection, once; "" else."""
    public_id, sealed = request.session.get(NEW_SECRET, ("", ""))
    if public_id != str(found.public_id) or not member_of(request).may_write:
        return ""
    del request.session[NEW_SECRET]
    return unseal(b64decode(sealed), purpose=f"{NEW_SECRET} {found.public_id}").decode()


def _form_show(request: HttpRequest, desk: Desk, form: forms.Form, page: object) -> HttpResponse:
    status = FORM_REFUSED if form.is_bound else 200
    return page_show(request, desk, "brand/connection_form.html", page, form=form, status=status)


@require_http_methods(["GET", "POST"])
def connection_token(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A new token for a source that we ask."""
    found = connection_of(request, public_id, to_write=True)
    desk = desk_of(request)
    token_form = GUIDES[found.source].token_form
    if token_form is None:
        return redirect(desk.url("connection", public_id))
    form = token_form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            connection_token_change(connection_id=found.pk, **form.cleaned_data)
        except DomainError as error:
            form_refuse(form, error)
        else:
            messages.success(request, _("Token replaced"))
            return redirect(desk.url("connection", public_id))
    page = build.connection_form(desk, found.source, public_id)
    return _form_show(request, desk, form, page)


# --- One source -----------------------------------------------------------------------------


@require_GET
def connection(request: HttpRequest, public_id: UUID, event_id: UUID | None = None) -> HttpResponse:
    """How it is doing, and its events; one of them with its body."""
    desk = desk_of(request)
    found = connection_of(request, public_id)
    event = event_access_for_brand(found, event_id) if event_id else None
    new_secret = _secret_carried(request, found)
    page = build.connection(
        desk, found, asked=request.GET.dict(), event=event, new_secret=new_secret
    )
    return page_show(request, desk, "brand/connection.html", page)


# --- What the shop has, and what we have -----------------------------------------------------


@require_GET
def connection_difference(request: HttpRequest, public_id: UUID) -> HttpResponse:
    desk = desk_of(request)
    found = connection_of(request, public_id)
    form = CompareForm(build.days_default(request.GET.dict()))
    page = build.difference(desk, found, **(form.cleaned_data if form.is_valid() else {}))
    status = FORM_REFUSED if form.errors else 200
    return page_show(request, desk, "brand/difference.html", page, form=form, status=status)


@require_GET
def connection_difference_csv(request: HttpRequest, public_id: UUID) -> HttpResponse | FileResponse:
    """The report of these days, to take away."""
    desk = desk_of(request)
    found = connection_of(request, public_id)
    form = CompareForm(build.days_default(request.GET.dict()))
    if not form.is_valid():
        return redirect(desk.url("connection_difference", public_id))
    return build.difference_csv(desk, found, **form.cleaned_data)


# --- The shop's own pages -------------------------------------------------------------------


@require_GET
def connection_site(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What to paste into the shop's pages, and what they have told."""
    desk = desk_of(request)
    found = connection_of(request, public_id)
    if found.source not in SHOPS:
        return redirect(desk.url("connection", public_id))
    page = build.site(desk, found, days=request.GET.get("days", ""))
    return page_show(request, desk, "brand/site.html", page)


@require_GET
def connection_template(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The tag manager's template, as a file to import there."""
    found = connection_of(request, public_id)
    return HttpResponse(
        build.tag_template_text(found),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="birge.tpl"'},
    )


# --- Changing a source ----------------------------------------------------------------------


@require_POST
def connection_secret(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A new secret, shown once; the one before works on meanwhile."""
    found = connection_of(request, public_id, to_write=True)
    _connection, secret = connection_secret_rotate(connection_id=found.pk)
    _secret_carry(request, found, secret)
    return _changed(
        request, public_id, _("New secret made. The one before works until you make the next one.")
    )


@require_POST
def connection_pause(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = connection_of(request, public_id, to_write=True)
    connection_switch(connection_id=found.pk, is_on=False)
    return _changed(request, public_id, _("Reading is switched off."))


@require_POST
def connection_resume(request: HttpRequest, public_id: UUID) -> HttpResponse:
    found = connection_of(request, public_id, to_write=True)
    connection_switch(connection_id=found.pk, is_on=True)
    return _changed(request, public_id, _("Reading is switched on."))


@require_POST
def connection_read(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask the source now, as far as its own limits let us."""
    found = connection_of(request, public_id, to_write=True)
    connection_read_now(connection_id=found.pk)
    return _changed(request, public_id, _("We ask the source now."))


@require_POST
def connection_event_replay(request: HttpRequest, public_id: UUID, event_id: UUID) -> HttpResponse:
    """Read an event again that could not be read."""
    found = connection_of(request, public_id, to_write=True)
    event = event_access_for_brand(found, event_id)
    event_replay(event_id=event.pk)
    return _changed(request, public_id, _("The event is read again."))


@require_http_methods(["GET", "POST"])
def connection_replay(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Choose days, see how many dead events they have and why; then read them again."""
    found = connection_of(request, public_id, to_write=True)
    form = ReplayForm(build.replay_days(found) | request.GET.dict() | request.POST.dict())
    if request.method == "POST" and form.is_valid():
        try:
            count = events_replay(connection_id=found.pk, **form.cleaned_data)
        except DomainError as error:
            form_refuse(form, error)
        else:
            said = ngettext(
                "%(count)s event is read again.", "%(count)s events are read again.", count
            )
            return _changed(request, public_id, said % {"count": number_text(count)})
    desk = desk_of(request)
    page = build.replay(desk, found, **(form.cleaned_data if form.is_valid() else {}))
    status = FORM_REFUSED if form.errors else 200
    return page_show(request, desk, "brand/replay.html", page, form=form, status=status)


def _changed(request: HttpRequest, public_id: UUID, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("brand:connection", member_of(request).brand.slug, public_id)
