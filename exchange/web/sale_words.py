"""Why a sale is in its state, and what happens next: hints, and the numbered reasons of a
rejection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from exchange.web.formatting import day_long, money_text
from exchange.web.words import REASONS, Word, status_of

Side = Literal["influencer", "brand"]


def sale_hint(
    status: str,
    *,
    side: Side = "influencer",
    on: date | datetime | None = None,
    hold_days: int | None = None,
    amount_minor: int | None = None,
    reason: str = "",
) -> str:
    """Why a sale is in this state, what happens next and when; as exact as what is known."""
    facts: dict[str, str] = {}
    if on is not None:
        facts["date"] = day_long(on)
    if hold_days is not None:
        facts["days"] = str(hold_days)
    if amount_minor is not None:
        facts["amount"] = money_text(amount_minor, "always")
    if reason:
        facts["reason"] = reason
    for needs, said in EXACT_HINTS[side].get(status, ()):
        if needs <= facts.keys():
            return str(said) % facts
    return str(status_of(status).hint)


EXACT_HINTS: Mapping[Side, Mapping[str, tuple[tuple[frozenset[str], Word], ...]]] = {
    "influencer": {
        "pending": (
            (
                frozenset({"days"}),
                _("Ordered, not received yet. Once received, a %(days)s-day hold begins."),
            ),
        ),
        "on_hold": (
            (
                frozenset({"date"}),
                _(
                    "The buyer may return the goods until %(date)s. With no return and no"
                    " evidenced refusal, the reward approves itself that day."
                ),
            ),
        ),
        "approved": (
            (
                frozenset(),
                _(
                    "Approved: the brand can no longer refuse. To get the money, confirm your IIN"
                    " and account."
                ),
            ),
        ),
        "payable": (
            (
                frozenset({"date"}),
                _("The money is yours. We send it with the next payout, on %(date)s."),
            ),
            (frozenset(), _("The money is yours. We send it with the next payout.")),
        ),
        "paid": (
            (
                frozenset({"date", "amount"}),
                _("%(amount)s was sent to your account on %(date)s."),
            ),
        ),
        "rejected": (
            (
                frozenset({"reason", "date"}),
                _(
                    "The brand rejected this order: %(reason)s. If you disagree, open a dispute by"
                    " %(date)s; we judge the evidence."
                ),
            ),
            (frozenset({"reason"}), _("The brand rejected this order: %(reason)s.")),
        ),
        "reversed": (
            (
                frozenset({"amount"}),
                _(
                    "The buyer returned the goods, so the reward of %(amount)s went back to the"
                    " brand. The arithmetic is below."
                ),
            ),
        ),
    },
    "brand": {
        "pending": (
            (
                frozenset({"days"}),
                _("Ordered, not received yet. Once received, a %(days)s-day hold begins."),
            ),
        ),
        "on_hold": (
            (
                frozenset({"date"}),
                _("Approves itself on %(date)s, unless the goods come back before that."),
            ),
        ),
        "awaiting_funding": (
            (
                frozenset(),
                _("The campaign's budget is empty. Top it up and queued orders are credited."),
            ),
        ),
        "rejected": ((frozenset({"reason"}), _("You rejected this order: %(reason)s.")),),
    },
}

REASON_TEXTS: Mapping[int, Word] = {
    11: _("The data points to a bot or a proxy. If the buyer is real, add the receipt."),
    12: _("This order is already counted: %(order)s. One order is paid once."),
    13: _("The data shows you placed this order yourself. Own orders earn no reward."),
    14: _(
        "The buyer came from a source this campaign does not allow: %(source)s. Allowed places"
        " are in the terms."
    ),
    15: _("The order was cancelled. Rewards are for received goods only."),
    16: _("The buyer returned the goods on %(date)s. Rewards are for goods that are kept."),
    17: _("This order went over the campaign's cap or budget: %(limit)s. The cap is on its page."),
    18: _("Ordered after the window: %(days)s days passed, the window is %(window_days)s."),
    19: _(
        "Your code leaked to a coupon site and the order came from there: %(source)s. Take a new"
        " code."
    ),
    20: _("Code %(code)s on this order is not yours. Its owner gets the reward."),
    21: _("The post has no ad label. Add it and send the link again."),
    22: _("The link or code was in a forbidden place: %(place)s. Remove it and add a screenshot."),
    23: _("This is the brand's test order; nothing was sold."),
    24: _("The buyer has ordered here before. This campaign pays for new buyers only."),
    25: _("This product is not in the campaign: %(product)s. The list is on its page."),
}


def reason_name(code: int) -> str:
    """ "16, goods returned": the number first, so that it can be quoted in a dispute."""
    return f"{code}, {REASONS[code]}"


def reason_text(code: int, **facts: str) -> str:
    """The full sentence of a reason; its short name where a fact of the sentence is missing."""
    try:
        return str(REASON_TEXTS[code]) % facts
    except KeyError:
        return capfirst(reason_name(code))
