"""What the stages of a CRM mean, and where its deals keep clicks and codes."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from attribution.connectors.registry import CRMS
from attribution.crm_forms import CrmStagesForm
from attribution.services.crm import CrmSilent, crm_choices, crm_choices_save
from exchange.web.brand.builders import integrations as build
from exchange.web.brand.desk import FORM_REFUSED, connection_of, desk_of, page_show


@require_http_methods(["GET", "POST"])
def connection_stages(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Asks the CRM what there is, each time: pipelines come and go."""
    found = connection_of(request, public_id, to_write=True)
    desk = desk_of(request)
    back_url = desk.url("connection", public_id)
    if found.source not in CRMS:
        return redirect(back_url)
    try:
        form = CrmStagesForm(crm_choices(found), request.POST or None)
        if form.is_valid():
            crm_choices_save(
                connection_id=found.pk, words=form.words(), fields=form.fields_chosen()
            )
            messages.success(request, _("Saved. The deals of the last 30 days are read again."))
            return redirect(back_url)
    except CrmSilent as error:
        messages.error(request, str(error))
        return redirect(back_url)
    status = FORM_REFUSED if form.is_bound else 200
    page = build.stages(desk, found)
    return page_show(request, desk, "brand/stages.html", page, form=form, status=status)
