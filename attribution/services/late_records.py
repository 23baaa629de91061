"""Writes down that goods of approved sales came back. Runs as the system, where orders are
followed: what it moves is done right after by services.late_returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from attribution.domain.late_returns import is_clawed_back
from attribution.models import Conversion, LateReturn
from campaigns.models import Terms
from core.audit.services import audit_record
from core.jobs import enqueue


@dataclass(frozen=True, slots=True)
class LateNews:
    """What an order says of the goods of an approved sale."""

    conversion: Conversion
    order_version: int
    kept_base_minor: int
    returned_at: datetime


def is_late_news(conversion: Conversion, kept_base_minor: int) -> bool:
    """Whether goods came back, or came back to be kept. What grows beyond its approval is none: an
    approved reward stands."""
    if kept_base_minor < conversion.base_minor:
        return True
    was_returned = conversion.status in (
        Conversion.Status.PARTLY_REVERSED,
        Conversion.Status.REVERSED,
    )
    return was_returned and kept_base_minor > conversion.base_minor


def late_returns_record(news: Sequence[LateNews]) -> None:
    """One row for each change. Where the terms take nothing back it is the brand's loss, and said
    so; an order that repeats itself adds nothing."""
    terms = Terms.objects.in_bulk({each.conversion.terms_id for each in news})
    last = _last_known({each.conversion.pk for each in news})
    rows = []
    for each in news:
        if last.get(each.conversion.pk) == each.kept_base_minor:
            continue
        last[each.conversion.pk] = each.kept_base_minor
        rows.append(_row(each, terms[each.conversion.terms_id]))
    LateReturn.objects.bulk_create(rows, ignore_conflicts=True)
    for row in rows:
        after = {"kept_base_minor": row.kept_base_minor, "state": str(row.state)}
        audit_record("conversion.late_return", row, after=after)
    if any(row.state == LateReturn.State.WAITING for row in rows):
        enqueue("attribution.tasks.late_returns_apply")


def _last_known(conversion_ids: set[int]) -> dict[int, int]:
    rows = LateReturn.objects.filter(conversion_id__in=conversion_ids)
    newest = rows.order_by("conversion_id", "-id").distinct("conversion_id")
    return dict(newest.values_list("conversion_id", "kept_base_minor"))


def _row(news: LateNews, terms: Terms) -> LateReturn:
    conversion = news.conversion
    assert conversion.approved_at is not None, conversion.pk
    is_back = is_clawed_back(
        clawback_days=terms.clawback_days,
        approved_at=conversion.approved_at,
        returned_at=news.returned_at,
    )
    return LateReturn(
        conversion=conversion,
        brand_id=conversion.brand_id,
        influencer_id=conversion.influencer_id,
        order_version=news.order_version,
        kept_base_minor=news.kept_base_minor,
        returned_at=news.returned_at,
        state=LateReturn.State.WAITING if is_back else LateReturn.State.LOSS,
    )
