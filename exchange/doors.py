"""Who may come in where. Runs as the login role, which can read just these tables."""

from __future__ import annotations

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from brands.models import Member
from core.errors import Forbidden
from core.tenancy.context import Actor
from influencers.models import Influencer


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session was opened with a second factor."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def require_second_factor(request: HttpRequest) -> None:
    """Raises: Forbidden in a session that a password alone has opened."""
    if not has_second_factor(request):
        raise Forbidden(second_factor_missing())


def second_factor_missing() -> str:
    return _("Money is sent out with a second step only. Turn it on, then log in with its code.")


def public_door(request: HttpRequest, url: dict[str, Any]) -> Actor | HttpResponseBase:
    """Anybody. The page's own address is its name in the policies."""
    _user_load(request)
    return Actor("public", request.path[:80], _user_id(request))


def person_door(request: HttpRequest, url: dict[str, Any]) -> Actor | HttpResponseBase:
    """Somebody who is logged in and belongs to no side yet."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    return Actor("public", request.path[:80], _user_id(request))


def brand_door(request: HttpRequest, url: dict[str, Any]) -> Actor | HttpResponseBase:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    slug = url.pop("brand_slug")
    memberships = list(
        Member.objects.select_related("brand").filter(user_id=request.user.pk).order_by("pk")
    )
    member = next((each for each in memberships if each.brand.slug == slug), None)
    if member is None:
        raise Http404
    request.member = member  # type: ignore[attr-defined]
    request.brand = member.brand  # type: ignore[attr-defined]
    # No brand reads another's row: what the switch of brands shows is read here.
    request.other_brands = [  # type: ignore[attr-defined]
        each.brand for each in memberships if each is not member
    ]
    return Actor("brand", str(member.brand_id), _user_id(request))


def team_door(request: HttpRequest, url: dict[str, Any]) -> Actor | HttpResponseBase:
    """The brand's, with who of the team has a second step: no side reads that table."""
    actor = brand_door(request, url)
    if isinstance(actor, Actor):
        team = Member.objects.filter(brand_id=actor.value).values("user_id")
        totp = Authenticator.objects.filter(user_id__in=team, type=Authenticator.Type.TOTP)
        request.second_factors = set(  # type: ignore[attr-defined]
            totp.values_list("user_id", flat=True)
        )
    return actor


def influencer_door(request: HttpRequest, url: dict[str, Any]) -> Actor | HttpResponseBase:
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    influencer = Influencer.objects.filter(user_id=request.user.pk).first()
    if influencer is None:
        return redirect(reverse("onboarding"))
    request.influencer = influencer  # type: ignore[attr-defined]
    return Actor("influencer", str(influencer.pk), _user_id(request))


def newcomer_door(request: HttpRequest, url: dict[str, Any]) -> Actor | HttpResponseBase:
    """Somebody who is logged in and is no influencer yet."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if Influencer.objects.filter(user_id=request.user.pk).exists():
        return redirect("portal:home")
    return Actor("public", request.path[:80], _user_id(request))


def ops_door(request: HttpRequest, url: dict[str, Any]) -> Actor | HttpResponseBase:
    """Behind AdminSite.has_permission, so the user is staff with a second factor."""
    return Actor("ops", str(request.user.pk), _user_id(request))


def _user_load(request: HttpRequest) -> None:
    """No side reads the users' table: the lazy user is read now."""
    bool(request.user.is_authenticated)


def _user_id(request: HttpRequest) -> int | None:
    return request.user.pk if request.user.is_authenticated else None
