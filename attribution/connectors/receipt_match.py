"""That a claimed receipt is of this order too, as an event of the order.

We write it ourselves (attribution.services.receipt_orders), and read it here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from attribution.connectors import base
from attribution.connectors.base import EvidenceSnapshot, Snapshot
from attribution.connectors.payload import Fields, json_bytes, json_read
from attribution.connectors.phone_claim import PARTICIPATION_MAX
from attribution.connectors.receipt.connector import RECEIPT_CLAIM
from attribution.domain.receipts import sign_read

RECEIPT_MATCH = "receipt_match"  # the endpoint of these events
RECEIPT_APART = "receipt_apart"  # the kind of evidence that takes a match back, of the same value


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchNews:
    """`order` is the source's id of it; `is_apart` where somebody said that it was another
    purchase after all."""

    order: str
    currency: str
    participation: int
    sign: str
    claimed_at: datetime
    is_apart: bool = False

    @property
    def kind(self) -> str:
        return RECEIPT_APART if self.is_apart else RECEIPT_CLAIM

    def body(self) -> bytes:
        return json_bytes(
            {
                "order": self.order,
                "currency": self.currency,
                "participation": self.participation,
                "sign": self.sign,
                "claimed_at": self.claimed_at.isoformat(),
                "is_apart": self.is_apart,
            }
        )


def receipt_match_read(raw: bytes) -> list[Snapshot]:
    """Raises: UnknownPayload."""
    said = Fields(json_read(raw))
    participation = said.integer("participation", least=1, most=PARTICIPATION_MAX)
    sign = sign_read(said.text("sign", length_max=base.NUMBER_MAX))
    return [
        EvidenceSnapshot(
            external_id=said.text("order", length_max=base.EXTERNAL_ID_MAX),
            line_id="",  # of the order as a whole
            kind=RECEIPT_APART if said.flag("is_apart") else RECEIPT_CLAIM,
            value=value_of(participation, sign),
            occurred_at=said.moment("claimed_at", zone=UTC),
            currency=said.currency("currency"),
        )
    ]


def value_of(participation: int, sign: str) -> str:
    return f"{participation}:{sign}"


def participation_named(value: str) -> int:
    """Whom the value of a claim or a tag names: its participation, whatever else it tells."""
    return int(value.partition(":")[0])


def sign_named(value: str) -> str:
    """The receipt that a match tells of; "" where the value is a participation alone."""
    return value.partition(":")[2]
