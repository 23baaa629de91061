"""Whose a sale is when two campaigns of a brand meet."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from brands.policy_services import code_policy_set
from brands.selectors import member_require_write
from core.errors import DomainError
from exchange.web.brand.builders import code_policy as build
from exchange.web.brand.desk import desk_of, member_of, page_show


@require_http_methods(["GET", "POST"])
def code_policy(request: HttpRequest) -> HttpResponse:
    desk = desk_of(request)
    if request.method != "POST":
        page = build.between_campaigns(desk)
        return page_show(request, desk, "brand/code_policy.html", page)
    member_require_write(member_of(request))
    try:
        code_policy_set(brand_id=desk.brand.pk, policy=request.POST.get("policy", ""))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved"))
    return redirect(desk.url("code_policy"))
