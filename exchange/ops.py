"""Django admin for ops: runs as x_ops, behind allauth's login and a second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import NONCE, NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from core.accounts.models import User
from core.tenancy.doors import View, side_view
from exchange import queues
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
# Apps whose tables ops never reads: their admin pages would only fail.
NOT_FOR_OPS = ("account", "mfa", "usersessions")


class OpsSite(UnfoldAdminSite):
    site_header = _("Birge for ops")
    site_title = _("Birge for ops")
    index_title = _("Queues")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        models = model_or_iterable if isinstance(model_or_iterable, list | tuple) else None
        wanted = [
            model
            for model in models or [model_or_iterable]
            if model._meta.app_label not in NOT_FOR_OPS
        ]
        super().register(wanted, admin_class, **options)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        loose: View = csp_replace(ADMIN_CSP)(view)
        if view in (self.logout, self.password_change):  # they lead to allauth's own pages
            return super().admin_view(loose, cacheable)
        return super().admin_view(side_view(loose, ops_door), cacheable)

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff, with a second factor that was used for this session."""
        return bool(super().has_permission(request) and has_second_factor(request))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Queues by heat, the state of the ledger and the law, the day's numbers."""
        user = request.user
        assert isinstance(user, User)
        states = queues.queue_states(user)
        context: dict[str, Any] = {
            "queues": states,
            "waiting": [each for each in states if each.count],
            "idle": [each for each in states if not each.count],
        }
        if user.has_perm("ledger.view_journal"):
            context["ledger"] = queues.ledger_health()
            context["proofs"] = queues.proofs_health()
            context["today"] = queues.today_numbers()
        if user.has_perm("compliance.view_taxrule"):
            context["rules"] = queues.rules_health()
        if user.has_perm("attribution.view_clickquarantine"):
            context["clicks"] = queues.clicks_health()
        return super().index(request, context | (extra_context or {}))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The one login of the product; staff without a second factor are sent to set one up."""
        if request.user.is_authenticated and request.user.is_staff:
            return redirect(reverse("mfa_index"))
        return redirect(f"{reverse('account_login')}?next={reverse('admin:index')}")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        response: HttpResponse = redirect(reverse("account_logout"))
        return response

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect(reverse("account_change_password"))

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Unfold's search over everything caches what it found; each list has its own."""
        raise Http404
