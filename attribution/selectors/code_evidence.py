"""The promo codes that orders name: which they are, and whether they count."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from attribution.domain.match import Reason
from attribution.models import Order
from campaigns.domain.code_rules import CodeLife, code_refusal
from campaigns.models import PromoCode
from core.bulk import array_of

LOOK_ALIKE = "look_alike"
Look = tuple[int, str]  # a brand's id, and what a text looks like


class KnownCode(NamedTuple):
    """A code that a text names: by its own letters and their look-alikes ("" as `alias`), or by an
    alias of this kind, which counts for orders placed before it could mean another one too."""

    code: PromoCode
    alias: str = ""
    ambiguous_at: datetime | None = None


def codes_known(wanted: Collection[Look]) -> dict[Look, KnownCode]:
    """Those of these looks that mean a code. One query; one more where one-time codes are among
    them: those are locked. Runs as the system."""
    found = codes_meant(wanted)
    _one_time_lock(found)
    return found


def codes_meant(wanted: Collection[Look]) -> dict[Look, KnownCode]:
    """As above, for who only looks. One query."""
    found: dict[Look, KnownCode] = {}
    if not wanted:
        return found
    parameters = [array_of(each) for each in zip(*wanted, strict=True)]
    codes: Iterable[Any] = PromoCode.objects.raw(_CODES, parameters * 2)
    for code in codes:  # with what the query says of each
        known = KnownCode(code, code.alias_kind, code.ambiguous_at)
        found[code.brand_id, code.typed] = known
    return found


_CODES = """
SELECT c.*, c.skeleton AS typed, '' AS alias_kind, NULL::timestamptz AS ambiguous_at
  FROM unnest(%s::bigint[], %s::text[]) AS w (brand_id, skeleton)
  JOIN campaigns_promocode c ON c.brand_id = w.brand_id AND c.skeleton = w.skeleton
 UNION ALL
SELECT c.*, a.skeleton AS typed, a.kind AS alias_kind, a.ambiguous_at
  FROM unnest(%s::bigint[], %s::text[]) AS w (brand_id, skeleton)
  JOIN campaigns_codealias a ON a.brand_id = w.brand_id AND a.skeleton = w.skeleton
  JOIN campaigns_promocode c ON c.id = a.code_id
"""


def _one_time_lock(found: dict[Look, KnownCode]) -> None:
    """Two orders may name one at the same moment: the second waits, and reads that it is used."""
    ids = [known.code.pk for known in found.values() if known.code.pool_id is not None]
    if ids:
        locked = PromoCode.objects.select_for_update().filter(pk__in=ids).order_by("pk")
        for code in locked:
            found[code.brand_id, code.skeleton] = KnownCode(code)


def order_mark(order: Order) -> str:
    """How a one-time code remembers the order that used it: before the order has its row's id."""
    return f"{order.connection_id}:{order.external_id}"


def code_counts(code: PromoCode, order: Order) -> bool:
    return refusal_of(code, order) is None


def refusal_of(code: PromoCode, order: Order) -> Reason | None:
    life = CodeLife(
        state=code.state,
        valid_from=code.valid_from,
        valid_until=code.valid_until,
        used_by=code.used_by,
    )
    refusal = code_refusal(life, placed_at=order.placed_at, order=order_mark(order))
    return Reason(refusal) if refusal else None
