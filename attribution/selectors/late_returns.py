"""Goods that came back after the approval of their reward, as the acting side may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from attribution.models import LateReturn


def late_returns_of(conversion_ids: Collection[int]) -> dict[int, list[LateReturn]]:
    """{conversion: its late returns, as they came}. One query."""
    found: dict[int, list[LateReturn]] = defaultdict(list)
    for row in LateReturn.objects.filter(conversion_id__in=conversion_ids).order_by("id"):
        found[row.conversion_id].append(row)
    return found
