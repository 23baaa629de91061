"""Proofs that an influencer takes away. Runs as the influencer: others' records are not there."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from attribution.selectors.conversions import conversion_access_for_influencer
from attribution.selectors.proofs import records_of
from core.errors import NotFound
from exchange.web.proof_files import proof_answer
from influencers.models import Influencer
from ledger.proofs import summary_of


@require_GET
def earning_proof(request: HttpRequest, public_id: UUID, number: int) -> HttpResponse:
    """The proof of one version of a sale."""
    sale = conversion_access_for_influencer(_me(request).pk, public_id)
    leaves = [each.leaf for each in records_of(sale) if each.version.number == number]
    return proof_answer(leaves[0] if leaves else None, f"{sale.order_number}-{number}")


@require_GET
def day_proof(request: HttpRequest, day: str) -> HttpResponse:
    """The proof of a day's summary: that nothing of theirs is missing from it."""
    try:
        day_on = date.fromisoformat(day)
    except ValueError:
        raise NotFound(_("This is not published.")) from None
    return proof_answer(summary_of(_me(request).pk, day_on), day_on.isoformat())


def _me(request: HttpRequest) -> Influencer:
    influencer: Influencer = request.influencer  # type: ignore[attr-defined]
    return influencer
