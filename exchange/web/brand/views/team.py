from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from brands.forms import MemberForm
from brands.selectors import member_require_owner
from brands.services import member_add, member_remove, member_role_change
from core.errors import DomainError
from core.forms import form_refuse
from exchange.web.brand.builders import team as build
from exchange.web.brand.desk import FORM_REFUSED, Desk, desk_of, member_of, page_show
from exchange.web.words import ROLES


@require_http_methods(["GET", "POST"])
def team(request: HttpRequest) -> HttpResponse:
    """Who is in it; a POST of an owner adds somebody."""
    if request.method == "POST":
        member_require_owner(member_of(request))
    desk = desk_of(request)
    form = _member_form(request)
    if form.is_valid():
        try:
            added = member_add(brand=desk.brand, **form.cleaned_data)
        except DomainError as error:
            form_refuse(form, error)
        else:
            messages.success(request, _("Added: %(name)s") % {"name": added.name})
            return redirect(desk.url("team"))
    return _team_show(request, desk, form)


def _member_form(request: HttpRequest) -> MemberForm:
    form = MemberForm(
        request.POST if request.method == "POST" else None, initial={"role": "manager"}
    )
    role = form.fields["role"]
    assert isinstance(role, forms.ChoiceField)
    role.choices = list(ROLES.items())
    return form


def _team_show(request: HttpRequest, desk: Desk, form: forms.Form) -> HttpResponse:
    second_factors: set[int] = request.second_factors  # type: ignore[attr-defined]
    page = build.team(desk, second_factors=second_factors)
    status = FORM_REFUSED if form.is_bound else 200
    return page_show(request, desk, "brand/team.html", page, form=form, status=status)


@require_POST
def team_role(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    member_require_owner(member)
    given = request.POST.get
    changed = member_role_change(
        brand=member.brand, email=given("email", ""), role=given("role", "")
    )
    said = _("%(name)s: %(role)s") % {"name": changed.name, "role": ROLES[changed.role]}
    messages.success(request, said)
    return redirect("brand:team", member.brand.slug)


@require_POST
def team_remove(request: HttpRequest) -> HttpResponse:
    """Owners may take themselves out too, as long as another stays."""
    member = member_of(request)
    member_require_owner(member)
    email = request.POST.get("email", "")
    member_remove(brand=member.brand, email=email)
    messages.success(request, _("Removed from the team"))
    is_self = member.email.lower() == email.strip().lower()
    return redirect("home") if is_self else redirect("brand:team", member.brand.slug)
