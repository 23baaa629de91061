"""All that is known about the orders of a batch, by a number of queries that does not grow with it.

Whoever works on a batch loads it, changes it in memory by the rules, and writes what changed
(attribution.services.work). Runs as the system, with the orders' names locked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef
from django.db.models.expressions import RawSQL

from attribution.domain.match import CodePolicy
from attribution.models import (
    Connection,
    Decision,
    LateEvidence,
    LineMove,
    Order,
    OrderLine,
    OrderVersion,
    PhonePepper,
)
from campaigns.models import ExternalCode
from core.bulk import array_of, rows_read

# Sources that tell the buyer's number and carry neither click nor code
PHONE_SOURCES = frozenset({"kaspi"})
Key = tuple[int, str]  # a connection's id, and the source's id of an order (or its number)


@dataclass(frozen=True, slots=True)
class Shown:
    """The latest snapshot that counts, as it is stored, and the moment that it names."""

    snapshot: Mapping[str, Any]
    at: datetime


@dataclass(slots=True)
class Dossier:
    """One order, or the place where it will be: rows about it may come before it does.

    `lines` are in the order of their coming, `seen` is the most that any snapshot showed of a line
    (only where something moved), `decisions` the latest of each line; all by the line's own id.
    """

    key: Key
    brand_id: int
    order: Order | None = None
    lines: dict[str, OrderLine] = field(default_factory=dict)
    shown: Shown | None = None
    seen: dict[str, int] = field(default_factory=dict)
    moves: dict[tuple[str, str], LineMove] = field(default_factory=dict)
    decisions: dict[str, Decision] = field(default_factory=dict)

    def the_order(self) -> Order:
        assert self.order is not None, self.key
        return self.order

    def seen_note(self, lines: Iterable[Mapping[str, Any]]) -> None:
        for line in lines:
            line_id, quantity = line["line_id"], line["quantity"]
            self.seen[line_id] = max(self.seen.get(line_id, 0), quantity)


@dataclass(slots=True)
class Dossiers:
    """Those of a batch. `said` is the late evidence by the name that it gives an order, the oldest
    first; `settings` are the connections'."""

    of: dict[Key, Dossier] = field(default_factory=dict)
    said: dict[Key, list[LateEvidence]] = field(default_factory=lambda: defaultdict(list))
    brands: dict[int, int] = field(default_factory=dict)  # of the connections
    settings: dict[int, dict[str, Any]] = field(default_factory=dict)
    policies: dict[int, CodePolicy] = field(default_factory=dict)  # of brands
    shared: set[int] = field(default_factory=set)  # connections whose brand has others
    exclusive: set[int] = field(default_factory=set)  # brands that gave articles to influencers
    peppered: set[int] = field(default_factory=set)  # connections whose buyers' numbers are marked
    numbered: dict[Key, set[str]] = field(default_factory=lambda: defaultdict(set))

    def get(self, key: Key) -> Dossier:
        if key not in self.of:
            self.of[key] = Dossier(key, self.brands[key[0]])
        return self.of[key]

    def number_changed(self, key: Key, before: str | None, after: str) -> None:
        """An order has a number now, or another one."""
        if before is not None:
            self.numbered[key[0], before].discard(key[1])
        self.numbered[key[0], after].add(key[1])

    def named(self, key: Key) -> list[Dossier]:
        """The orders that a shop's page may mean by a name: what people call it (the number) and
        what the shop's database does are both in use. The number wins where they are two orders'.
        """
        found = self.numbered.get(key) or {key[1]}
        dossiers = (self.of.get((key[0], external_id)) for external_id in sorted(found))
        return [each for each in dossiers if each is not None and each.order is not None]

    def names_of(self, dossier: Dossier) -> set[str]:
        """What a page may call this order."""
        number, external_id = dossier.the_order().number, dossier.key[1]
        is_anothers = bool(self.numbered.get(dossier.key)) and number != external_id
        return {number} if is_anothers else {number, external_id}


def dossiers_load(names: Collection[Key], *, moving: Collection[Key] = ()) -> Dossiers:
    """The orders with these ids or numbers. `moving` are those of which the batch brings moves.
    Nine queries at most."""
    dossiers = Dossiers()
    _connections_load(dossiers, {connection_id for connection_id, _name in names})
    for key in names:
        dossiers.get(key)
    wanted = RawSQL(_ORDERS, _pairs(names))  # noqa: S611 a constant; the names are parameters
    orders = rows_read(Order.objects.filter(pk__in=wanted).order_by("pk"))
    for order in orders:
        dossiers.get((order.connection_id, order.external_id)).order = order
    _moves_load(dossiers)
    called = dossiers.of.keys() | {(order.connection_id, order.number) for order in orders}
    _said_load(dossiers, called)
    if orders:
        by_id = {
            order.pk: dossiers.get((order.connection_id, order.external_id)) for order in orders
        }
        _states_load(by_id)
        _seen_load([each for each in by_id.values() if each.moves or each.key in moving])
    return dossiers


def _pairs(keys: Iterable[Key]) -> list[str]:
    keys = sorted(keys)
    return [array_of(id for id, _name in keys), array_of(name for _id, name in keys)]


_ORDERS = """
WITH wanted AS (SELECT * FROM unnest(%s::bigint[], %s::text[]) AS w (connection_id, name))
SELECT o.id FROM wanted w JOIN attribution_order o
    ON o.connection_id = w.connection_id AND o.external_id = w.name
 UNION
SELECT o.id FROM wanted w JOIN attribution_order o
    ON o.connection_id = w.connection_id AND o.number = w.name
"""


def _connections_load(dossiers: Dossiers, ids: Collection[int]) -> None:
    others = Connection.objects.filter(brand=OuterRef("brand")).exclude(pk=OuterRef("pk"))
    articles = ExternalCode.objects.filter(
        brand=OuterRef("brand"), kind=ExternalCode.Kind.EXCLUSIVE_SKU
    )
    peppers = PhonePepper.objects.filter(brand=OuterRef("brand"))
    rows = Connection.objects.filter(pk__in=ids).annotate(
        has_others=Exists(others), has_articles=Exists(articles), has_pepper=Exists(peppers)
    )
    for pk, brand_id, policy, source, settings, *has in rows.values_list(
        *("pk", "brand_id", "brand__code_policy", "source", "settings"),
        *("has_others", "has_articles", "has_pepper"),
    ):
        has_others, has_articles, has_pepper = has
        dossiers.brands[pk], dossiers.settings[pk] = brand_id, settings
        dossiers.policies[brand_id] = CodePolicy(policy)
        if has_others:
            dossiers.shared.add(pk)
        if has_articles:
            dossiers.exclusive.add(brand_id)
        if has_pepper and source in PHONE_SOURCES:
            dossiers.peppered.add(pk)


def _moves_load(dossiers: Dossiers) -> None:
    for move in LineMove.objects.raw(_MOVES, _pairs(dossiers.of)):
        dossier = dossiers.get((move.connection_id, move.order_external_id))
        dossier.moves[move.line_id, move.move_id] = move


_MOVES = """
SELECT m.* FROM unnest(%s::bigint[], %s::text[]) AS w (connection_id, name)
  JOIN attribution_linemove m
    ON m.connection_id = w.connection_id AND m.order_external_id = w.name
 ORDER BY m.id
"""


def _said_load(dossiers: Dossiers, called: Collection[Key]) -> None:
    """What was said about orders of these names, and which of the names are somebody's number."""
    for row in LateEvidence.objects.raw(_SAID, _pairs(called)):
        dossiers.said[row.connection_id, row.order_external_id].append(row)
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERED, _pairs(called))
        for connection_id, number, external_id in cursor.fetchall():
            dossiers.numbered[connection_id, number].add(external_id)


_SAID = """
SELECT e.* FROM unnest(%s::bigint[], %s::text[]) AS w (connection_id, name)
  JOIN attribution_lateevidence e
    ON e.connection_id = w.connection_id AND e.order_external_id = w.name
 ORDER BY e.id
"""
_NUMBERED = """
SELECT o.connection_id, o.number, o.external_id
  FROM unnest(%s::bigint[], %s::text[]) AS w (connection_id, name)
  JOIN attribution_order o ON o.connection_id = w.connection_id AND o.number = w.name
"""


def _states_load(by_id: Mapping[int, Dossier]) -> None:
    """Lines, the latest decision of each, and the snapshot that counts."""
    lines = {}
    for line in rows_read(OrderLine.objects.filter(order_id__in=by_id).order_by("pk")):
        by_id[line.order_id].lines[line.line_id] = lines[line.pk] = line
    versions = OrderVersion.objects.filter(order_id__in=by_id, is_applied=True)
    latest = versions.order_by("order_id", "-number").distinct("order_id")
    for order_id, *shown in latest.values_list("order_id", "snapshot", "source_updated_at"):
        by_id[order_id].shown = Shown(*shown)
    decisions = Decision.objects.filter(line_id__in=lines)
    for decision in rows_read(decisions.order_by("line_id", "-number").distinct("line_id")):
        by_id[decision.order_id].decisions[lines[decision.line_id].line_id] = decision


def _seen_load(moved: Collection[Dossier]) -> None:
    """Also of snapshots that came too late to count."""
    if not moved:
        return
    by_id = {dossier.the_order().pk: dossier for dossier in moved}
    snapshots = OrderVersion.objects.filter(order_id__in=by_id)
    for order_id, snapshot in snapshots.values_list("order_id", "snapshot"):
        by_id[order_id].seen_note(snapshot.get("lines", ()))
