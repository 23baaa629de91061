"""What becomes of a claimed receipt, told to the inbox in our own words and read back from it.

Nobody calls and nobody is asked: a claim, and the shop's word about it, are events that we write
ourselves. Each tells the whole state, so that the latest one is enough.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from attribution.connectors.base import (
    EvidenceSnapshot,
    OrderLineSnapshot,
    OrderSnapshot,
    OrderStatus,
    Snapshot,
    UnknownPayload,
)

RECEIPT = "receipt"  # the source
CLAIM = "claim"  # the endpoint of its events
RECEIPT_CLAIM = "receipt_claim"  # the kind of evidence; its value is the participation
LINE = "1"
# {state of a claim: of its order}. Until the shop has spoken nothing is received: no hold runs.
STATUSES: Mapping[str, OrderStatus] = {
    "waiting": "paid",
    "differs": "paid",
    "confirmed": "fulfilled",
    "returned": "returned",
    "expired": "cancelled",
    "refused": "cancelled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimNews:
    """The state of a claim at `said_at`; moments are ISO 8601 with their offset."""

    register: str
    sign: str
    shop: str
    state: str
    total_minor: int
    returned_minor: int
    sold_at: str
    said_at: str
    participation: int

    def body(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False).encode()


def claim_snapshots(raw: bytes) -> list[Snapshot]:
    """The evidence first, so that its order is decided once.

    Raises:
        UnknownPayload: not a body that `ClaimNews` makes.
    """
    try:
        news = ClaimNews(**json.loads(raw))
        return [_evidence(news), _order(news)]
    except (TypeError, ValueError, KeyError) as error:
        raise UnknownPayload(f"claim: {type(error).__name__}") from None


def _evidence(news: ClaimNews) -> EvidenceSnapshot:
    return EvidenceSnapshot(
        external_id=f"{news.register}:{news.sign}",
        line_id=LINE,
        kind=RECEIPT_CLAIM,
        value=str(news.participation),
        occurred_at=datetime.fromisoformat(news.sold_at),
        currency="KZT",
    )


def _order(news: ClaimNews) -> OrderSnapshot:
    sold_at = datetime.fromisoformat(news.sold_at)
    status = STATUSES[news.state]
    line = OrderLineSnapshot(
        line_id=LINE,
        sku="",
        name=news.shop,
        quantity=1,
        amount_minor=news.total_minor,
        returned_quantity=int(news.returned_minor >= news.total_minor),
        returned_minor=min(news.returned_minor, news.total_minor),
    )
    return OrderSnapshot(
        external_id=f"{news.register}:{news.sign}",
        number=news.sign,
        status=status,
        raw_status=news.state,
        currency="KZT",
        placed_at=sold_at,
        source_updated_at=datetime.fromisoformat(news.said_at),
        lines=(line,),
        fulfilled_at=sold_at if status in ("fulfilled", "returned") else None,
    )
