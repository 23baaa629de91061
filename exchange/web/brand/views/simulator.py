"""The brand tries an order: nothing of it stays."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from attribution.models import Connection, Order
from attribution.rerun_forms import SimulatorForm
from attribution.selectors.orders import order_access_for_brand
from attribution.services.simulation import (
    Simulated,
    imagined_simulate,
    orders_called,
    stored_simulate,
)
from core import clock
from core.errors import DomainError
from core.forms import form_refuse
from exchange.web.brand.builders import simulator as build
from exchange.web.brand.desk import FORM_REFUSED, desk_of, member_of, page_show
from exchange.web.words import word_of


@require_http_methods(["GET", "POST"])
def simulator(request: HttpRequest) -> HttpResponse:
    """Empty, or by `?order=` with a stored one tried; posted to, with what was filled in."""
    brand_id = member_of(request).brand_id
    sources = _sources(brand_id)
    order = _asked(request, brand_id)
    number = order.number if order else ""
    form = SimulatorForm(
        request.POST if request.method == "POST" else None,
        sources=sources,
        initial={"number": number},
    )
    simulated = stored_simulate(brand_id=brand_id, order=order) if order else None
    if form.is_bound:
        simulated = _tried(form, brand_id) if form.is_valid() else None
    desk = desk_of(request)
    page = build.simulator(desk, simulated, has_sources=bool(sources))
    status = FORM_REFUSED if form.is_bound and form.errors else 200
    return page_show(request, desk, "brand/simulator.html", page, form=form, status=status)


def _asked(request: HttpRequest, brand_id: int) -> Order | None:
    try:
        public_id = UUID(request.GET.get("order", ""))
    except ValueError:
        return None
    return order_access_for_brand(brand_id, public_id)


def _sources(brand_id: int) -> list[tuple[int, str]]:
    rows = Connection.objects.filter(brand_id=brand_id).order_by("-id")
    return [
        (pk, _source_name(name, str(word_of("source", source))))
        for pk, name, source in rows.values_list("pk", "name", "source")
    ]


def _source_name(name: str, source: str) -> str:
    """ "Tilda" for a connection called by its source, else "My shop (Tilda)"."""
    return name if name == source else f"{name} ({source})"


def _tried(form: SimulatorForm, brand_id: int) -> Simulated | None:
    try:
        if number := form.cleaned_data["number"].strip():
            return _stored(form, brand_id, number)
        return imagined_simulate(brand_id=brand_id, imagined=form.imagined(clock.now()))
    except DomainError as error:
        form_refuse(form, error)
        return None


def _stored(form: SimulatorForm, brand_id: int, number: str) -> Simulated | None:
    found = orders_called(brand_id, number)
    if not found:
        form.add_error("number", _("You have no order with this number."))
        return None
    if len(found) > 1:
        said = _("Several orders have this number. Open the right one and try it from there.")
        form.add_error("number", said)
        return None
    return stored_simulate(brand_id=brand_id, order=found[0])
