"""The language of a request: the address, else the person, else the cookie, else Kazakh.

The browser's Accept-Language is not asked: most phones in Kazakhstan are set to Russian by the
shop, and the product speaks Kazakh first. One press on the switch settles it for good.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import is_valid_path
from django.utils import translation
from django.utils.cache import patch_vary_headers

from exchange.web.formatting import LANGUAGES

FIRST_LANGUAGE = "kk"


class LanguageMiddleware:
    """Activates the language; sends an address without a prefix to the same with one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        prefix = prefix_of(request.path_info)
        language = prefix or language_of_person(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            if response.status_code == 404 and not prefix:
                response = self._with_prefix(request, language) or response
        response.headers.setdefault("Content-Language", language)
        return response

    def _with_prefix(self, request: HttpRequest, language: str) -> HttpResponse | None:
        """A redirect to the page in this language, if there is one."""
        path = f"/{language}{request.path_info}"
        urlconf = getattr(request, "urlconf", settings.ROOT_URLCONF)
        if request.method != "GET" or not is_valid_path(path, urlconf):
            return None
        redirect = HttpResponseRedirect(request.get_full_path().replace("/", f"/{language}/", 1))
        patch_vary_headers(redirect, ("Cookie",))
        return redirect


def prefix_of(path: str) -> str | None:
    """The language that the address names."""
    first = path.lstrip("/").partition("/")[0]
    return first if first in LANGUAGES and path.startswith(f"/{first}/") else None


def language_of_person(request: HttpRequest) -> str:
    """What the person chose, in their account or on this device."""
    if SESSION_KEY in request.session:
        user = get_user(request)
        if user.is_authenticated:
            return known(getattr(user, "language", ""))
    return known(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""))


def known(language: str) -> str:
    return language if language in LANGUAGES else FIRST_LANGUAGE
