"""What buyers typed that is nobody's code, but near one or more: a person says whose it is.

By text and not by order: one answer is for every order with it, those that come later too. A text
that is near nothing (a shop's own SALE20) is no question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

from attribution.models import Order
from attribution.selectors.dossiers import Key
from campaigns.domain.code_aliases import aliases_of
from campaigns.domain.code_near import codes_near
from campaigns.domain.codes import canonical, skeleton
from campaigns.models import CodeAlias, Participation, PromoCode
from core import clock

QUEUE_DAYS = 60  # of orders: what is older is settled
TEXTS_MAX = 2_000  # that are looked at; the newest ones
CODES_MAX = 20_000  # of a shop, that a text may be near to; the newest ones
QUESTIONS_MAX = 100
State = PromoCode.State


@dataclass(frozen=True, slots=True)
class Question:
    """A text as most buyers wrote it, its orders, and the codes that may be meant. `is_shared`:
    it stands for each of them by another alphabet or layout, so that we took it for none."""

    text: str
    skeleton: str
    orders: int
    first_at: datetime
    last_at: datetime
    codes: tuple[PromoCode, ...]
    is_shared: bool


def code_questions(brand_id: int) -> list[Question]:
    """Those with most orders first. Five queries."""
    typed = _typed(brand_id)
    known = _known(brand_id, list(typed))
    open_texts = {look: rows for look, rows in typed.items() if look not in known}
    if not open_texts:
        return []
    codes = _codes_now(brand_id)
    near = codes_near(open_texts, codes)
    shared = _shared(brand_id, open_texts, codes)
    found = [
        Question(
            text=max(rows, key=lambda row: row.orders).text,
            skeleton=look,
            orders=sum(row.orders for row in rows),
            first_at=min(row.first_at for row in rows),
            last_at=max(row.last_at for row in rows),
            codes=tuple(shared.get(look) or (codes[each] for each in near[look])),
            is_shared=look in shared,
        )
        for look, rows in open_texts.items()
        if look in near or look in shared
    ]
    return sorted(found, key=lambda each: (-each.orders, each.text))[:QUESTIONS_MAX]


class _Typed(NamedTuple):
    """One way in which buyers wrote a text."""

    text: str
    orders: int
    last_at: datetime
    first_at: datetime


def _typed(brand_id: int) -> dict[str, list[_Typed]]:
    """{look: the ways in which buyers wrote it lately}."""
    with connection.cursor() as cursor:
        cursor.execute(_TYPED, [brand_id, clock.now() - timedelta(days=QUEUE_DAYS), TEXTS_MAX])
        rows = [_Typed(*row) for row in cursor.fetchall()]
    found: dict[str, list[_Typed]] = defaultdict(list)
    for row in rows:
        if look := skeleton(row.text):
            found[look].append(row)
    return found


_TYPED = """
SELECT t.text, count(*), max(o.placed_at), min(o.placed_at)
  FROM attribution_order o CROSS JOIN LATERAL unnest(o.promo_codes) AS t (text)
 WHERE o.brand_id = %s AND o.placed_at >= %s AND NOT o.is_test
 GROUP BY t.text ORDER BY max(o.placed_at) DESC LIMIT %s
"""


def _known(brand_id: int, looks: Collection[str]) -> set[str]:
    """Those that mean one thing."""
    codes = PromoCode.objects.filter(brand_id=brand_id, skeleton__in=looks)
    aliases = CodeAlias.objects.filter(
        brand_id=brand_id, skeleton__in=looks, ambiguous_at__isnull=True
    )
    return {*codes.values_list("skeleton", flat=True), *aliases.values_list("skeleton", flat=True)}


def _codes_now(brand_id: int) -> dict[str, PromoCode]:
    """{look: personal code} of who takes part. A one-time code is copied and not typed, and what is
    near to one is a guess."""
    codes = PromoCode.objects.filter(
        brand_id=brand_id,
        pool__isnull=True,
        state__in=[State.ACTIVE, State.REPLACED],
        participation__state=Participation.State.APPROVED,
    ).select_related("influencer", "campaign")
    return {code.skeleton: code for code in codes.order_by("-id")[:CODES_MAX]}


def _shared(
    brand_id: int, looks: Collection[str], codes: dict[str, PromoCode]
) -> dict[str, list[PromoCode]]:
    """{look: the codes that it stands for}, of those that stand for several."""
    ambiguous = CodeAlias.objects.filter(
        brand_id=brand_id, skeleton__in=looks, ambiguous_at__isnull=False
    )
    wanted = set(ambiguous.values_list("skeleton", flat=True))
    if not wanted:
        return {}
    found: dict[str, list[PromoCode]] = defaultdict(list)
    for code in codes.values():
        for alias in aliases_of(code.code):
            if skeleton(alias.text) in wanted:
                found[skeleton(alias.text)].append(code)
    return found


def orders_typed(brand_id: int, look: str) -> list[Key]:
    """The orders of the queue's days with this text, the oldest first. Runs as the system."""
    since = clock.now() - timedelta(days=QUEUE_DAYS)
    texts = [row.text for row in _typed(brand_id).get(look, [])]
    orders = Order.objects.filter(
        brand_id=brand_id, placed_at__gte=since, promo_codes__overlap=texts
    )
    return list(orders.order_by("placed_at", "id").values_list("connection_id", "external_id"))


def text_of(brand_id: int, look: str) -> str:
    """How a text of the queue is written; "" when nobody typed it."""
    rows = _typed(brand_id).get(look, [])
    return canonical(max(rows, key=lambda row: row.orders).text) if rows else ""
