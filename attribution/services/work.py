"""The work on a batch of orders: load what is known, change it in memory, write what changed.

Between loading and writing nothing asks the database, so that the rules are plain functions over
`Work` and the queries of a batch are as many for one event as for two hundred. See
docs/adr/0009-set-based-ingest.md.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Model

from attribution.models import (
    Candidate,
    Conversion,
    ConversionVersion,
    Decision,
    InboundEvent,
    LateEvidence,
    LineMove,
    Order,
    OrderLine,
    OrderVersion,
)
from attribution.selectors.dossiers import Dossiers, dossiers_load
from attribution.selectors.evidence import Evidence, evidence_load
from attribution.selectors.news import News
from attribution.selectors.rates import Rates, rates_load
from campaigns.domain.daily_totals import daily_day
from campaigns.models import PromoCode
from core.audit.models import AuditEntry
from core.bulk import rows_insert, rows_update
from core.clock import day_end
from core.locks import locks_for_transaction

# Every kind of row that a batch writes, what is referred to before what refers; with the columns
# that may change in one that is there already.
COLUMNS: dict[type[Model], tuple[str, ...]] = {
    Order: (
        *("number", "status", "raw_status", "currency", "trust", "click_id", "promo_codes"),
        *("discounted_codes", "customer_phone_index", "customer_email_index", "buyer_told"),
        *("is_test", "placed_at", "fulfilled_at", "source_updated_at"),
        *("rate", "rate_on", "is_rate_final", "version"),
    ),
    OrderLine: (
        *("sku", "name", "quantity", "returned_quantity", "amount_minor", "returned_minor"),
        "market_minor",
    ),
    OrderVersion: (),
    LateEvidence: (),
    LineMove: ("kind", "quantity", "event", "source_updated_at"),
    Decision: (),
    Candidate: (),
    Conversion: (
        *("decision", "grade", "status", "rate", "rate_on", "base_minor", "commission_minor"),
        *("fee_minor", "vat_minor", "version", "reason_code", "hold_until", "approved_at"),
    ),
    ConversionVersion: (),
    AuditEntry: (),
    PromoCode: ("state", "used_by", "used_at"),
    InboundEvent: ("state", "outcome", "attempts", "error", "finished_at", "next_at"),
}


class Changes:
    """Rows to be written, once each, however often they change on the way."""

    def __init__(self) -> None:
        self._new: dict[type[Model], list[Model]] = defaultdict(list)
        self._changed: dict[type[Model], dict[object, Model]] = defaultdict(dict)

    def add(self, row: Model) -> None:
        self._new[type(row)].append(row)

    def change(self, row: Model) -> None:
        if not row._state.adding:
            self._changed[type(row)][row.pk] = row

    def write(self) -> None:
        """Updates before inserts: a conversion that is given up makes room for the next one of
        its line. At most two statements for each kind of row."""
        for model, columns in COLUMNS.items():
            rows_update(self._changed.pop(model, {}).values(), columns)
            rows_insert(self._new.pop(model, []))
        assert not self._new, self._new
        assert not self._changed, self._changed


@dataclass(frozen=True, slots=True)
class LineNow:
    """A line and its order at one moment of the batch: what its conversion is to follow."""

    order: Order
    line: OrderLine
    decision: Decision
    status: str
    number: str
    currency: str
    placed_at: datetime
    fulfilled_at: datetime | None
    paid_at: datetime
    rate: Decimal | None
    rate_on: date | None
    product_name: str
    sku: str
    quantity: int
    amount_minor: int
    returned_minor: int
    market_minor: int

    @classmethod
    def of(cls, order: Order, line: OrderLine, decision: Decision) -> LineNow:
        return cls(
            order=order,
            line=line,
            decision=decision,
            status=order.status,
            number=order.number,
            currency=order.currency,
            placed_at=order.placed_at,
            fulfilled_at=order.fulfilled_at,
            paid_at=paid_since(order),
            rate=order.rate,
            rate_on=order.rate_on,
            product_name=line.name,
            sku=line.sku,
            quantity=line.quantity,
            amount_minor=line.amount_minor,
            returned_minor=line.returned_minor,
            market_minor=line.market_minor,
        )


def paid_since(order: Order) -> datetime:
    """From when an order that is only paid waits. Of a day's total: when the day was over, however
    often it is counted anew."""
    day_on = daily_day(order.source, order.external_id)
    return day_end(day_on) if day_on else order.source_updated_at


@dataclass(slots=True)
class Work:
    """A batch in memory. `settling` are orders, each as all its lines were at a moment, in the
    order in which their conversions follow."""

    dossiers: Dossiers
    evidence: Evidence
    rates: Rates
    changes: Changes = field(default_factory=Changes)
    settling: list[list[LineNow]] = field(default_factory=list)


def work_load(news: News) -> Work:
    """Lock the orders that the news is about, by their ids and numbers, and load all that is known
    about them: nobody else changes an order of these names until the transaction ends, known or
    not. Runs as the system."""
    locks_for_transaction(f"order {connection_id} {name}" for connection_id, name in news.names)
    dossiers = dossiers_load(news.names, moving=news.moving)
    return Work(dossiers, evidence_load(dossiers, news), rates_load(dossiers, news))
