"""The influencer's answer to a rejection, and the files of both sides."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from attribution.models import Conversion
from attribution.selectors.conversions import conversion_access_for_influencer
from attribution.selectors.rejections import file_access_for_influencer
from attribution.services.rejections import rejection_answer
from core.errors import DomainError
from core.forms import form_refuse
from exchange.web.evidence_field import AnswerForm
from exchange.web.portal.builders import earnings as build
from exchange.web.portal.views import influencer_of
from exchange.web.rejections import file_answer

FORM_REFUSED = 422


@require_POST
def earning_answer(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Their words, which the brand and ops read."""
    influencer = influencer_of(request)
    found = conversion_access_for_influencer(influencer.pk, public_id)
    form = AnswerForm(request.POST, request.FILES)
    if form.is_valid() and _answered(found, form):
        messages.success(request, _("Sent: the brand and Birge read your answer."))
        return redirect("portal:earning", public_id)
    context = {"page": build.earning(influencer, found), "form": form}
    return TemplateResponse(request, "portal/earning.html", context, status=FORM_REFUSED)


def _answered(found: Conversion, form: AnswerForm) -> bool:
    try:
        rejection_answer(
            conversion_id=found.pk,
            influencer_id=found.influencer_id,
            text=form.cleaned_data["answer"],
            evidence=form.cleaned_data["file"],
        )
    except DomainError as error:
        form_refuse(form, error)
        return False
    return True


@require_GET
def earning_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    return file_answer(file_access_for_influencer(influencer_of(request).pk, public_id))
