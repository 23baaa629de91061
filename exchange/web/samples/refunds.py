from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from exchange.doors import second_factor_missing
from exchange.web.brand.views.refunds import RefundForm
from exchange.web.pages import refunds
from exchange.web.samples import common
from payouts.models import Refund


def form() -> RefundForm:
    return RefundForm(initial={"iban": "KZ41 722C 0000 0000 0001"})


def page() -> refunds.Refunds:
    def row(days: int, minor: int, state: str, tone: str, **more: str) -> refunds.RefundRow:
        word = str(Refund.State(state).label)
        number = f"RF-{days:012}"
        at = common.ago(days=days)
        return refunds.RefundRow(number, at, minor, "•••• 0001", word, tone, **more)

    return refunds.Refunds(
        free_minor=24_000_000,
        rows=[
            row(1, 5_000_000, "requested", "wait", cancel_url="#"),
            row(9, 12_000_000, "sending", "wait"),
            row(30, 700_050, "paid", "paid"),
        ],
        action_url="#",
        back_url="#",
    )


def no_second_step() -> refunds.Refunds:
    said = second_factor_missing()
    return replace(page(), may_ask=False, closed_reason=said, closed_url="#")


def closed() -> refunds.Refunds:
    reason = _("There is no free balance to give back.")
    return refunds.Refunds(0, [], "#", "#", may_ask=False, closed_reason=reason)
