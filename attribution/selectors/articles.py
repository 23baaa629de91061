"""Exclusive articles in order lines: which are asked for, and whose each was when it was ordered.

They are read with the other external codes, in the same query, and asked for only where the brand
has ever given one to somebody (`Dossiers.exclusive`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from attribution.domain.match import EvidenceKind, Reason
from attribution.selectors.dossiers import Dossiers, Key
from attribution.selectors.news import Named
from campaigns.domain.exclusive_skus import SkuPeriod, sku_key
from campaigns.models import ExternalCode

Articles = dict[tuple[int, str], list[ExternalCode]]  # by brand and article, one after the other


def articles_wanted(
    dossiers: Dossiers, named: Mapping[Key, Iterable[Named]]
) -> set[tuple[int, str, str]]:
    """(brand, kind, article) of all lines of brands that have exclusive articles."""
    return {
        (brand_id, str(EvidenceKind.EXCLUSIVE_SKU), sku)
        for key, states in named.items()
        if (brand_id := dossiers.brands[key[0]]) in dossiers.exclusive
        for state in states
        for line in state.lines
        if (sku := sku_key(line.sku))
    }


def articles_of(
    found: Articles, brand_id: int, sku: str, *, placed_at: datetime
) -> Iterator[tuple[ExternalCode, Reason | None]]:
    """Whose an article was when an order was placed; else the nearest that it was not, with why:
    who had it last, and who would have it next."""
    codes = found.get((brand_id, sku_key(sku)), [])
    refused: dict[Reason, ExternalCode] = {}
    for code in codes:
        assert code.valid_from is not None, code.pk
        why = SkuPeriod(code.valid_from, code.valid_until).refusal(placed_at)
        if why is None:
            yield code, None
            return
        if _is_nearer(code, refused.get(Reason(why)), why):
            refused[Reason(why)] = code
    yield from ((code, why) for why, code in refused.items())


def _is_nearer(code: ExternalCode, known: ExternalCode | None, why: str) -> bool:
    if known is None:
        return True
    assert code.valid_from is not None, code.pk
    assert known.valid_from is not None, known.pk
    is_later = code.valid_from > known.valid_from
    return is_later if why == Reason.ARTICLE_OVER else not is_later
