"""The one door for every source that calls us: check, store, answer, work later."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from attribution.clickpath.visit import address_of
from attribution.connectors.base import (
    BadSignature,
    CallRefused,
    IPAddress,
    WebhookAnswer,
    WebhookConnector,
)
from attribution.connectors.registry import CALLERS_BY_GET, UnknownSource, webhook_connector
from attribution.selectors.connections import connection_by_endpoint
from attribution.services.inbox import bad_signature_count, webhook_receive
from attribution.services.pace import hint_is_within_pace
from core import clock
from core.crash import crash_point
from core.tenancy.context import acting_as

BODY_BYTES_MAX = 1_048_576


@csrf_exempt
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, source: str, endpoint_token: str) -> HttpResponse:
    """POST /hooks/{source}/{endpoint_token}, or GET for CALLERS_BY_GET

    The answer leaves after COMMIT, in the source's own words. 401 bad signature, 404 no such
    endpoint, 413 too large, 400 or 403 what an unsigned source would never send, 429 what it would
    never send so fast; a database that is down answers 503 (exchange.middleware).
    """
    began_at = clock.now()
    if request.method == "GET" and source not in CALLERS_BY_GET:
        return HttpResponseNotAllowed(["POST"])
    try:
        connector = webhook_connector(source)
    except UnknownSource:
        return HttpResponse("no such endpoint", status=404)
    if int(request.headers.get("Content-Length") or 0) > BODY_BYTES_MAX:
        return _said(connector.refusal(413, "too large"))
    body = request.body or (_query_of(request) if source in CALLERS_BY_GET else b"")
    headers = {name.lower(): value for name, value in request.headers.items()}
    address = peer_of(request)
    with acting_as(system="inbox"):
        refusal = _received(connector, endpoint_token, headers, body, address)
    crash_point("inbox.stored")
    return _said(refusal or connector.answer(headers, body, now=began_at))


def _received(
    connector: WebhookConnector,
    endpoint_token: str,
    headers: dict[str, str],
    body: bytes,
    address: IPAddress | None,
) -> WebhookAnswer | None:
    """Store a call that may be stored; the no, when it may not."""
    connection = connection_by_endpoint(connector.source, endpoint_token)
    if connection is None:
        return connector.refusal(404, "no such endpoint")
    try:
        connector.caller_check(address, body, connection.settings)
        if connector.trust == "hint" and not hint_is_within_pace(connection):
            return connector.refusal(429, "too often")
        if not connector.is_ping(headers, body):
            webhook_receive(connector, connection, headers, body)
    except CallRefused as error:
        bad_signature_count(connection.pk)
        return connector.refusal(error.status, error.reason, error.code)
    except BadSignature:
        bad_signature_count(connection.pk)
        return connector.refusal(401, "bad signature")
    return None


def _query_of(request: HttpRequest) -> bytes:
    return str(request.META["QUERY_STRING"]).encode(errors="surrogateescape")


def _said(answer: WebhookAnswer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)


def peer_of(request: HttpRequest) -> IPAddress | None:
    """Who really calls, behind the proxies of TRUSTED_PROXIES; None when it cannot be told."""
    host = request.META.get("REMOTE_ADDR", "")
    if host.count(":") == 1:  # an IPv4 peer with its port
        host = host.partition(":")[0]
    forwarded = request.headers.get("X-Forwarded-For", "")
    return address_of(host, forwarded, settings.TRUSTED_PROXIES)
