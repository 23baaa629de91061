"""What a brand asked back of its free balance, and what became of it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from exchange.doors import second_factor_missing
from exchange.web.brand.desk import Desk
from exchange.web.pages import refunds as pages
from payouts.models import Refund

ROWS_MAX = 50
State = Refund.State
TONES: dict[str, str] = {
    State.PAID: "paid",
    State.FAILED: "bad",
    State.RETURNED: "bad",
}


def refunds(desk: Desk, *, has_second_factor: bool) -> pages.Refunds:
    found = Refund.objects.filter(brand=desk.brand).defer("content", "payee_name", "payee_tax_id")
    closed, opens_url = "", ""
    if not desk.member.may_move_money:
        closed = _("Money is moved by an owner or by finance. Ask one of them.")
    elif desk.free_minor <= 0:
        closed = _("There is no free balance to give back.")
    elif not has_second_factor:
        closed, opens_url = second_factor_missing(), reverse("mfa_index")
    return pages.Refunds(
        free_minor=desk.free_minor,
        rows=[_row(desk, each) for each in found.order_by("-id")[:ROWS_MAX]],
        action_url=desk.url("refunds"),
        back_url=desk.url("money"),
        may_ask=not closed,
        closed_reason=closed,
        closed_url=opens_url,
    )


def _row(desk: Desk, refund: Refund) -> pages.RefundRow:
    may_cancel = refund.state == State.REQUESTED and desk.member.may_move_money
    return pages.RefundRow(
        number=refund.rail_key,
        at=refund.created_at,
        minor=refund.amount_minor,
        account=f"•••• {refund.iban_last4}",
        state=str(State(refund.state).label),
        tone=TONES.get(refund.state, "wait"),
        note=refund.reason,
        cancel_url=desk.url("refund_cancel", refund.public_id) if may_cancel else "",
    )
