"""The door of postbacks: GET or POST /postback/{endpoint_token}, answered in JSON."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from attribution.connectors.postback import reasons
from attribution.connectors.postback.reading import Call
from attribution.services.postbacks import Verdict, postback_receive
from core.crash import crash_point
from core.tenancy.context import acting_as

BODY_BYTES_MAX = 65_536
METHODS = ("GET", "POST")


@csrf_exempt
def receive(request: HttpRequest, endpoint_token: str) -> JsonResponse:
    """{"status": "accepted" | "duplicate" | "rejected", "event_id", "reason"}, after COMMIT

    200 for what was stored now or before; a rejection has the status of its reason
    (connectors/postback/reasons.py). A database that is down answers 503 (exchange.middleware).
    """
    if request.method not in METHODS:
        return _said(Verdict("rejected", reason=reasons.METHOD_UNKNOWN))
    query = str(request.META["QUERY_STRING"]).encode("latin-1", errors="replace")
    if len(query) > BODY_BYTES_MAX or _length_of(request) > BODY_BYTES_MAX:
        return _said(Verdict("rejected", reason=reasons.TOO_LARGE))
    call = Call(query, request.body if request.method == "POST" else b"")
    with acting_as(system="postback"):
        verdict = postback_receive(
            endpoint_token=endpoint_token, call=call, headers=dict(request.headers.items())
        )
    crash_point("inbox.stored")
    return _said(verdict)


def _length_of(request: HttpRequest) -> int:
    text = request.headers.get("Content-Length") or "0"
    return int(text) if text.isascii() and text.isdecimal() else BODY_BYTES_MAX + 1


def _said(verdict: Verdict) -> JsonResponse:
    reason = verdict.reason
    shown = reason and {
        "number": reason.number,
        "code": reason.code,
        "parameter": verdict.parameter or None,
    }
    event_id = str(verdict.event_id) if verdict.event_id else None
    body = {"status": verdict.status, "event_id": event_id, "reason": shown}
    response = JsonResponse(body, status=reason.status if reason else 200)
    if reason is reasons.METHOD_UNKNOWN:
        response["Allow"] = ", ".join(METHODS)
    response["Cache-Control"] = "no-store"
    return response
