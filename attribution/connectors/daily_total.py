"""A marketplace's total of a tag and day as an order, and whose it is: an event that we write
ourselves (attribution.services.daily_totals), in our own words, and read here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from attribution.connectors import base
from attribution.connectors.base import (
    EvidenceSnapshot,
    OrderLineSnapshot,
    OrderSnapshot,
    Snapshot,
)
from attribution.connectors.payload import Fields, json_bytes, json_read
from campaigns.domain.daily_totals import daily_id, daily_number
from core.money import MINOR_MAX

DAILY = "daily_total"  # the endpoint of these events
PLATFORM_TAG = "platform_tag"  # the evidence: the tag that names a participation
PARTICIPATION_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyTotal:
    """`pieces` None: the marketplace does not say how many. `placed_at` is the first moment of the
    day at which the tag was out, `counted_at` when the marketplace counted so."""

    tag: str
    day_on: date
    participation_id: int
    currency: str
    amount_minor: int
    pieces: int | None
    placed_at: datetime
    counted_at: datetime


def total_bytes(total: DailyTotal) -> bytes:
    return json_bytes(
        {
            "tag": total.tag,
            "day": total.day_on.isoformat(),
            "participation": total.participation_id,
            "currency": total.currency,
            "amount_minor": total.amount_minor,
            "pieces": total.pieces,
            "placed_at": total.placed_at.isoformat(),
            "counted_at": total.counted_at.isoformat(),
        }
    )


def total_read(raw: bytes) -> list[Snapshot]:
    """Whose it is comes first, so that the order is decided once.

    Raises: UnknownPayload.
    """
    said = Fields(json_read(raw))
    tag = said.text("tag", length_max=base.EXTERNAL_ID_MAX)
    day_on = _day(said)
    placed_at = said.moment("placed_at", zone=UTC)
    currency = said.currency("currency")
    pieces = said.raw("pieces")
    line = OrderLineSnapshot(
        line_id=tag,
        sku="",
        name=daily_number(tag, day_on),
        amount_minor=said.integer("amount_minor", most=MINOR_MAX),
        quantity=0 if pieces is None else said.integer("pieces", most=base.QUANTITY_MAX),
    )
    external_id = daily_id(tag, day_on)
    return [
        EvidenceSnapshot(
            external_id=external_id,
            line_id=tag,
            kind=PLATFORM_TAG,
            value=str(said.integer("participation", most=PARTICIPATION_MAX)),
            occurred_at=placed_at,
            currency=currency,
        ),
        OrderSnapshot(
            external_id=external_id,
            number=daily_number(tag, day_on),
            status="paid",
            raw_status="counted",
            currency=currency,
            placed_at=placed_at,
            source_updated_at=said.moment("counted_at", zone=UTC),
            lines=(line,),
        ),
    ]


def _day(said: Fields) -> date:
    text = said.text("day", length_max=10)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise said.wrong("day", text) from None
