"""That followers who left a phone number may have placed an order, as an event of that order.

We write it ourselves (attribution.services.phone_match), without the number, and read it here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from attribution.connectors import base
from attribution.connectors.base import EvidenceSnapshot, Snapshot
from attribution.connectors.payload import Fields, json_bytes, json_read

PHONE_CLAIM = "phone_claim"  # the endpoint, and the kind of evidence; its value: the participation
PARTICIPATION_MAX = 2**63 - 1
CLAIMS_MAX = 1_000  # for one order


def match_bytes(*, order: str, claims: Iterable[tuple[int, datetime]], currency: str) -> bytes:
    """`claims` are (participation, when it was left); they are judged in this order."""
    told = [{"participation": pk, "claimed_at": at.isoformat()} for pk, at in claims]
    return json_bytes({"order": order, "claims": told, "currency": currency})


def match_read(raw: bytes) -> list[Snapshot]:
    """Raises: UnknownPayload."""
    said = Fields(json_read(raw))
    return [
        EvidenceSnapshot(
            external_id=said.text("order", length_max=base.EXTERNAL_ID_MAX),
            line_id="",  # of the order as a whole
            kind=PHONE_CLAIM,
            value=str(claim.integer("participation", least=1, most=PARTICIPATION_MAX)),
            occurred_at=claim.moment("claimed_at", zone=UTC),
            currency=said.currency("currency"),
        )
        for claim in said.items("claims", most=CLAIMS_MAX)
    ]
