"""Rewards of months, tiers, bonuses and guarantees, as rows of both sides' pages."""

from __future__ import annotations

from django.utils.translation import gettext as _

from attribution.models import PeriodReward
from exchange.web.formatting import money_text, month_long, number_text, percent_text
from exchange.web.pages.common import MonthRow


def month_row(reward: PeriodReward, *, name: str = "") -> MonthRow:
    """`name` is whose it is, or of which campaign; the campaign where it is left out."""
    return MonthRow(
        name=name or reward.campaign.title,
        title=f"{kind_text(reward.kind)}, {month_long(reward.month)}",
        note=month_note(reward),
        minor=reward.amount_minor,
        status=reward.state if reward.state != "nothing" else "",
    )


def kind_text(kind: str) -> str:
    words = {
        "tier": _("Top-up for the tier"),
        "bonus": _("Bonus for the number of orders"),
        "guarantee": _("Top-up to the guarantee"),
    }
    return words[kind]


def month_note(reward: PeriodReward) -> str:
    """The arithmetic: orders, what they reached, and how the sum came about."""
    if reward.kind == PeriodReward.Kind.GUARANTEE:
        return _guarantee_note(reward)
    said = [_("approved orders: %(count)s") % {"count": number_text(reward.orders)}]
    for part in reward.breakdown:
        if reward.kind == PeriodReward.Kind.TIER:
            rate = money_text(part["minor"]) if part["minor"] else percent_text(part["bps"])
            said.append(
                _("from %(orders)s: %(rate)s, %(would)s instead of %(earned)s")
                % {
                    "orders": number_text(part["tier"]),
                    "rate": rate,
                    "would": money_text(part["would_minor"]),
                    "earned": money_text(part["earned_minor"]),
                }
            )
        else:
            said.append(
                _("from %(orders)s: %(amount)s")
                % {
                    "orders": number_text(part["orders"]),
                    "amount": money_text(part["minor"]),
                }
            )
    if not reward.amount_minor:
        said.append(_("not reached"))
    return "; ".join(said)


def _guarantee_note(reward: PeriodReward) -> str:
    promised = reward.breakdown[0]["promised_minor"]
    said = _("promised at least %(promised)s; earned %(earned)s") % {
        "promised": money_text(promised),
        "earned": money_text(reward.earned_minor),
    }
    if reward.amount_minor:
        return said
    return "; ".join([said, _("nothing is missing")])
