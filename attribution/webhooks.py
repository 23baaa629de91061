"""The one door for every source that calls us: check, store, answer, work later."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from attribution.connectors.base import BadSignature
from attribution.connectors.registry import UnknownSource, webhook_connector
from attribution.selectors.connections import connection_by_endpoint
from attribution.services.inbox import bad_signature_count, webhook_receive
from core.tenancy.context import acting_as

BODY_BYTES_MAX = 1_048_576


@csrf_exempt
@require_POST
def receive(request: HttpRequest, source: str, endpoint_token: str) -> HttpResponse:
    """POST /hooks/{source}/{endpoint_token}

    The answer leaves after COMMIT, in the source's own words. 401 bad signature, 404 no such
    endpoint, 413 too large; a database that is down answers 503 (exchange.middleware).
    """
    if int(request.headers.get("Content-Length") or 0) > BODY_BYTES_MAX:
        return HttpResponse("too large", status=413)
    body = request.body
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        connector = webhook_connector(source)
    except UnknownSource:
        return HttpResponse("no such endpoint", status=404)
    with acting_as(system="inbox"):
        connection = connection_by_endpoint(source, endpoint_token)
        if connection is None:
            return HttpResponse("no such endpoint", status=404)
        is_forged = False
        if not connector.is_ping(headers, body):
            try:
                webhook_receive(connector, connection, headers, body)
            except BadSignature:
                is_forged = True
                bad_signature_count(connection.pk)
    if is_forged:
        return HttpResponse("bad signature", status=401)
    answer = connector.answer(headers, body)
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)
