"""Django admin for ops: runs as x_ops, behind allauth's login and a second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from core.tenancy.doors import View, side_view
from exchange.doors import has_second_factor, ops_door

# Unfold needs inline styles and Alpine's evaluator: a looser policy, for these pages only.
ADMIN_CSP = {
    "default-src": [NONE],
    "script-src": [SELF, UNSAFE_EVAL, NONCE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
}


class OpsSite(UnfoldAdminSite):
    site_header = _("Birge for ops")
    site_title = _("Birge for ops")

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        loose: View = csp_replace(ADMIN_CSP)(view)
        if view in (self.logout, self.password_change):  # they write sessions and users at once
            return super().admin_view(loose, cacheable)
        return super().admin_view(side_view(loose, ops_door), cacheable)

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff, with a second factor that was used for this session."""
        return bool(super().has_permission(request) and has_second_factor(request))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The one login of the product; staff without a second factor are sent to set one up."""
        if request.user.is_authenticated and request.user.is_staff:
            return redirect(reverse("mfa_index"))
        return redirect(f"{reverse('account_login')}?next={reverse('admin:index')}")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        response: HttpResponse = redirect(reverse("account_logout"))
        return response
