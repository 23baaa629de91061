"""What is published for everybody: days, their file, and the key. Without an account."""

from __future__ import annotations

import base64
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from exchange.web.pages.public import ProofDayRow, Proofs
from ledger.domain.proofs import Published
from ledger.proofs import days_published, keys_ours, roots_text

DAYS_SHOWN = 14
# What DER puts before the 32 bytes of an ed25519 public key (RFC 8410, section 4)
_ED25519_DER = bytes.fromhex("302a300506032b6570032100")


@require_GET
def proofs(request: HttpRequest) -> HttpResponse:
    """Check a proof on this page, or take what is needed to check it elsewhere."""
    days = days_published()
    rows = [_row(day) for day in reversed(days[-DAYS_SHOWN:])]
    page = Proofs(rows, days_total=len(days), keys=keys_ours())
    return TemplateResponse(request, "public/proofs.html", {"page": page})


def _row(day: Published) -> ProofDayRow:
    said = day.statement
    return ProofDayRow(day=date.fromisoformat(said.day), records=said.leaves, root=said.root)


@require_GET
def roots(request: HttpRequest) -> HttpResponse:
    return _file("roots.txt", roots_text())


@require_GET
def key(request: HttpRequest) -> HttpResponse:
    """The public key of today as openssl reads it."""
    der = base64.b64encode(_ED25519_DER + bytes.fromhex(keys_ours()[0])).decode()
    return _file("birge-key.pem", f"-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n")


def _file(name: str, text: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer
