"""What every request passes."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable, Iterable, Sequence

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from attribution.selectors.clicks import clicks_underway
from attribution.services.inbox import HEARTBEAT_KEY
from core.errors import DomainError

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 30

Handler = Callable[[HttpRequest], HttpResponse]


class HealthMiddleware:
    """/healthz and /readyz, before hosts, sessions and languages can fail."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok", content_type="text/plain")
        if request.path == "/readyz":
            faults = ready_faults()
            body = {"ready": not faults, "faults": faults}
            return JsonResponse(body, status=503 if faults else 200)
        return self.get_response(request)


def ready_faults() -> list[str]:
    """What keeps this machine from serving: database, migrations, Redis."""
    faults = []
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            faults.append("migrations wait")
    except DatabaseError as error:
        faults.append(f"database: {type(error).__name__}")
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        client.ping()
        faults += _workers_faults(client)
    except redis.RedisError as error:
        faults.append(f"redis: {type(error).__name__}")
    finally:
        client.close()
    return faults


def _workers_faults(client: redis.Redis) -> list[str]:
    """The relay and the drain say that they live; the drain also how far behind it is."""
    faults = []
    if not client.exists(HEARTBEAT_KEY):
        faults.append("relay: no sign of life")
    clicks = clicks_underway()
    if clicks.lag_seconds is None:
        faults.append("drain: no sign of life")
    elif clicks.is_late:
        faults.append(f"drain: {clicks.lag_seconds} s behind")
    if clicks.is_piling_up:
        faults.append(f"clicks: {clicks.batches} batches wait in Redis")
    return faults


class UnavailableMiddleware:
    """A database that is away is no fault of the caller: 503, and when to come again."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, OperationalError | InterfaceError):
            return None
        logger.error("%s %s: the database is away: %s", request.method, request.path[:40], error)
        text = _("We cannot reach our database right now. Nothing was lost: try again in a minute.")
        return HttpResponse(
            text,
            status=503,
            content_type="text/plain; charset=utf-8",
            headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
        )


class CleanTextMiddleware:
    """NUL and broken Unicode are refused at the edge: no field behind it can store them."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_clean(request):
            return _refuse_text(request)
        return self.get_response(request)


def _refuse_text(request: HttpRequest) -> HttpResponse:
    """As a page, or in the API's own shape."""
    if not request.path.startswith("/api/"):
        return render(request, "400.html", status=400)
    message = "Text must be UTF-8 without NUL characters."
    return JsonResponse({"code": "bad_text", "message": message, "errors": {}}, status=400)


def _is_clean(request: HttpRequest) -> bool:
    # Raw bytes; files; one answer
    if request.path.startswith(("/hooks/", "/postback/", "/static/", "/t/")):
        return True
    texts: list[str] = [request.path, request.META.get("QUERY_STRING", "")]
    texts += _values(request.GET.lists())
    if request.method in ("POST", "PUT", "PATCH") and _is_form(request):
        texts += _values(request.POST.lists())
    return all(_is_clean_text(text) for text in texts)


def _is_form(request: HttpRequest) -> bool:
    return request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data")


def _values(lists: Iterable[tuple[str, Sequence[object]]]) -> list[str]:
    return [str(text) for name, values in lists for text in (name, *values)]


def _is_clean_text(text: str) -> bool:
    """No NUL, no lone surrogate, no replacement character that broken bytes became."""
    return "\x00" not in text and not any(
        char == "\ufffd" or unicodedata.category(char) == "Cs" for char in text
    )


class RefusalMiddleware:
    """A DomainError that a view let through becomes a page, or a fragment for htmx."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        if error.status == 404:
            return render(request, "404.html", status=404)
        is_fragment = request.headers.get("HX-Request") == "true"
        template = "components/_refusal.html" if is_fragment else "refusal.html"
        context = {"message": str(error) or _("This cannot be done."), "code": error.code}
        return render(request, template, context, status=error.status)
