"""The doors that a shop's own pages use: the script, and what it tells.

No secret, no cookie, no tenant: whoever calls may be anybody. Each door has one answer, whatever
came, so that nobody learns from it which shops and orders there are, and none of them ever fails.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from functools import lru_cache

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition, require_safe

from attribution.clickpath.visit import origin_of
from attribution.domain.page_events import (
    BODY_BYTES_MAX,
    PageEvent,
    page_event_of,
    page_event_read,
)
from attribution.services.page_events import page_event_record

logger = logging.getLogger(__name__)

SCRIPT = "build/birge.js"
SCRIPT_SECONDS = 3_600  # a shop gets a mended script within the hour; then 304 by ETag
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")  # 43 bytes
FIELDS = ("order", "click", "value", "currency", "coupon")
BODY_TYPES = ("text/plain", "application/json")  # a beacon's; others are no call of ours
FOREIGN = {"Cross-Origin-Resource-Policy": "cross-origin"}  # pages of other sites may load it
SCRIPT_HEADERS = FOREIGN | {
    "Access-Control-Allow-Origin": "*",  # for <script integrity crossorigin>
    "Cache-Control": f"public, max-age={SCRIPT_SECONDS}, stale-while-revalidate=86400",
}
UNCACHED = FOREIGN | {"Cache-Control": "no-store"}


# --- The script -----------------------------------------------------------------------------


@lru_cache(maxsize=1)
def script_read() -> bytes:
    """As tools/build_assets.py built it. Read once: a new build is a new process."""
    if found := finders.find(SCRIPT):
        with open(found, "rb") as file:
            return file.read()
    with staticfiles_storage.open(SCRIPT) as file:
        content: bytes = file.read()
    return content


def _script_etag(request: HttpRequest) -> str:
    return f'"{hashlib.sha256(script_read()).hexdigest()[:32]}"'


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """GET /js/birge.js"""
    response = _script_or_unchanged(request)
    for name, value in SCRIPT_HEADERS.items():  # of the 304 too
        response[name] = value
    return response


@condition(etag_func=_script_etag)
def _script_or_unchanged(request: HttpRequest) -> HttpResponse:
    return HttpResponse(script_read(), content_type="text/javascript; charset=utf-8")


# --- What it tells --------------------------------------------------------------------------


@csrf_exempt
def event(request: HttpRequest, site: str) -> HttpResponse:
    """POST /t/{site}: JSON of a beacon. Always 204."""
    if request.method == "POST":
        _record(request, site, _event_of_body(request))
    return HttpResponse(status=204, headers=UNCACHED)


@csrf_exempt
def pixel(request: HttpRequest, site: str) -> HttpResponse:
    """GET /t/{site}.gif?order=…&click=…: for pages without scripts. Always the same picture; only
    GET says something (HEAD is how programs look whether it is there)."""
    if request.method == "GET":
        said = {name: request.GET.get(name) for name in FIELDS}
        _record(request, site, page_event_of(said))
    return HttpResponse(PIXEL, content_type="image/gif", headers=UNCACHED)


def _event_of_body(request: HttpRequest) -> PageEvent | None:
    length = request.headers.get("Content-Length", "")
    if not (length.isascii() and length.isdecimal()) or int(length) > BODY_BYTES_MAX:
        return None
    if request.content_type not in BODY_TYPES:
        return None
    try:
        return page_event_read(request.body)
    except (UnreadablePostError, RawPostDataException):  # the visitor has gone in between
        return None


def _record(request: HttpRequest, site: str, said: PageEvent | None) -> None:
    """A database that is away loses the event and is said in our log: the page can do nothing."""
    if said is None:
        return
    try:
        page_event_record(site=site, event=said, network=_network(request))
    except (DatabaseError, InterfaceError):
        logger.exception("an event of a page was lost")


def _network(request: HttpRequest) -> str:
    peer = f"{request.META.get('REMOTE_ADDR', '')}:0"
    forwarded = request.headers.get("X-Forwarded-For", "")
    return origin_of(peer, forwarded, settings.TRUSTED_PROXIES).network or ""
