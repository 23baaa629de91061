"""What a brand may decide about the sales of an order, and what stands already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from attribution.domain.lifecycle import Status
from attribution.domain.verdicts import ANSWER_DAYS, Verdict, undo_until, verdict_refusal
from attribution.models import Conversion, Rejection
from attribution.selectors.late_returns import late_returns_of
from attribution.selectors.rejections import rejections_standing
from core import clock
from exchange.web.brand.builders.common import ref_short
from exchange.web.brand.desk import Desk
from exchange.web.late_returns import late_shown
from exchange.web.pages import verdicts as pages
from exchange.web.rejections import rejection_shown
from exchange.web.totals_words import sale_title


def sales(desk: Desk, conversions: Sequence[Conversion]) -> list[pages.Sale]:
    """Of an order, those about which something can be or was said."""
    ids = [each.pk for each in conversions]
    standing, late = rejections_standing(ids), late_returns_of(ids)
    shown = [
        replace(
            sale(desk, each, standing.get(each.pk)),
            late=[late_shown(row, side="brand") for row in late.get(each.pk, ())],
        )
        for each in conversions
    ]
    return [each for each in shown if each.is_open]


def sale(desk: Desk, conversion: Conversion, rejection: Rejection | None) -> pages.Sale:
    status, may = Status(conversion.status), desk.member.may_write

    def url_of(verdict: Verdict, name: str) -> str:
        is_open = may and verdict_refusal(status, verdict) is None
        return desk.url(name, conversion.public_id) if is_open else ""

    return pages.Sale(
        title=sale_title(conversion),
        name=conversion.influencer.name,
        minor=rejection.lost_minor if rejection else conversion.commission_minor,
        status=conversion.status,
        approve_url=url_of(Verdict.APPROVE, "sale_approve"),
        reject_url=url_of(Verdict.REJECT, "sale_reject"),
        rejection=_rejection(desk, conversion, rejection) if rejection else None,
    )


def _rejection(desk: Desk, conversion: Conversion, rejection: Rejection) -> pages.Rejection:
    def file_url(public_id: UUID) -> str:
        return desk.url("sale_file", public_id)

    may = desk.member.may_write
    undo_url = desk.url("sale_undo", conversion.public_id) if may else ""
    return rejection_shown(rejection, conversion, file_url, undo_url=undo_url)


def reject(desk: Desk, conversion: Conversion) -> pages.Reject:
    return pages.Reject(
        sale=sale(desk, conversion, None),
        order_ref=ref_short(conversion.order_number),
        action_url=desk.url("sale_reject", conversion.public_id),
        back_url=desk.url("order", conversion.order.public_id),
        undo_until=_undo_until(),
        answer_days=ANSWER_DAYS,
    )


def _undo_until() -> datetime:
    return undo_until(clock.now(), day_ends_at=clock.day_end(clock.today()))
