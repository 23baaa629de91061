"""What DRF's settings name. Apart from the views: rest_framework.views imports these first."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from brands.models import ApiKey
from brands.selectors import api_key_find
from core.tenancy.context import Actor


def api_door(request: HttpRequest, url: dict[str, Any]) -> Actor | HttpResponseBase:
    """A brand's server, by its key. The context must be open before DRF starts."""
    translation.activate(language_of(request))
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    key = api_key_find(secret) if scheme == "Bearer" and secret else None
    if key is None:
        message = _("No such API key. Send it as: Authorization: Bearer <key>")
        return JsonResponse({"code": "unauthorized", "message": message, "errors": {}}, status=401)
    request.api_key = key  # type: ignore[attr-defined]
    return Actor("brand", str(key.brand_id))


def language_of(request: HttpRequest) -> str:
    """What the program asks for by Accept-Language, else English: its reader is a programmer."""
    for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        if (language := code[:2]) in dict(settings.LANGUAGES):
            return language
    return "en"


class KeyAuthentication(BaseAuthentication):
    """The door has checked the key already."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey] | None:
        key = getattr(request._request, "api_key", None)
        return (AnonymousUser(), key) if key is not None else None


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "exchange.api.auth.KeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class HasScope(BasePermission):
    """The key's scopes include what the view's `scope` names."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, ApiKey) and view.scope in request.auth.scopes
