"""What a batch of events brings: read before it is worked on, so that all it may ask for is too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from attribution.connectors.base import (
    EvidenceSnapshot,
    LineMoveSnapshot,
    OrderLineSnapshot,
    OrderSnapshot,
    Snapshot,
)
from attribution.domain.codes import click_id_parse
from attribution.domain.page_events import PAGE_CLICK, PageEvent
from attribution.domain.rates import TENGE
from attribution.models import OrderLine
from attribution.selectors.dossiers import Key


@dataclass(frozen=True, slots=True)
class Named:
    """What an order names in one of its states; `lines` have an article (`sku`) each."""

    placed_at: datetime
    number: str
    click_id: UUID | None = None
    promo_codes: Collection[str] = ()
    lines: Collection[OrderLineSnapshot | OrderLine] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What a row of the source, or a page, says about orders of a name."""

    kind: str
    value: str


@dataclass(slots=True)
class News:
    """Of a batch. `names` are ids and numbers of orders that it is about; `moving` are orders of
    which goods move; `moments` and `currencies` are what a rate may be asked for."""

    names: set[Key] = field(default_factory=set)
    moving: set[Key] = field(default_factory=set)
    orders: dict[Key, list[Named]] = field(default_factory=lambda: defaultdict(list))
    told: dict[Key, list[Told]] = field(default_factory=lambda: defaultdict(list))
    moments: set[datetime] = field(default_factory=set)
    currencies: set[str] = field(default_factory=set)  # others than the tenge

    def page_add(self, connection_id: int, said: PageEvent) -> None:
        if said.click:
            key = (connection_id, said.order)
            self.names.add(key)
            self.told[key].append(Told(PAGE_CLICK, said.click))

    def snapshot_add(self, connection_id: int, snapshot: Snapshot) -> None:
        external_id = getattr(snapshot, "external_id", None)
        if external_id is None:  # a bell
            return
        key = (connection_id, external_id)
        self.names.add(key)
        if isinstance(snapshot, OrderSnapshot):
            self._order_add(key, snapshot)
        elif isinstance(snapshot, EvidenceSnapshot):
            self.told[key].append(Told(snapshot.kind, snapshot.value))
        elif isinstance(snapshot, LineMoveSnapshot):
            self.moving.add(key)
            self.moments.add(snapshot.source_updated_at)

    def _order_add(self, key: Key, snapshot: OrderSnapshot) -> None:
        self.names.add((key[0], snapshot.number or snapshot.external_id))
        click_id = click_id_of(snapshot)
        state = Named(
            snapshot.placed_at, snapshot.number, click_id, snapshot.promo_codes, snapshot.lines
        )
        self.orders[key].append(state)
        if snapshot.currency != TENGE:
            self.currencies.add(snapshot.currency)
            self.moments |= {snapshot.placed_at, snapshot.fulfilled_at or snapshot.placed_at}


def click_id_of(snapshot: OrderSnapshot) -> UUID | None:
    return click_id_parse(snapshot.click_id) if snapshot.click_id else None
