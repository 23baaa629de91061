"""What DRF's settings name. Apart from the views: rest_framework.views imports these first."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from brands.models import ApiKey
from core.tenancy.context import Actor
from exchange.doors import key_digest


def api_door(request: HttpRequest, url: dict[str, Any]) -> Actor | HttpResponseBase:
    """A brand's server, by its key. The context must be open before DRF starts."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    key = None
    if scheme == "Bearer" and secret:
        found = ApiKey.objects.filter(sha256=key_digest(secret), revoked_at__isnull=True)
        key = found.first()
    if key is None:
        message = _("No such API key. Send it as: Authorization: Bearer <key>")
        return JsonResponse({"code": "unauthorized", "message": message, "errors": {}}, status=401)
    request.api_key = key  # type: ignore[attr-defined]
    return Actor("brand", str(key.brand_id))


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
