"""What a guarantee of a month says, in the same plain sentences to the brand and the influencer."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from attribution.models import PeriodReward
from attribution.selectors.guarantees import Earned
from campaigns.domain.guarantee import Stage, stage_of
from campaigns.models import Guarantee
from core import clock
from exchange.web.formatting import money_text, month_long

State, Ending = Guarantee.State, Guarantee.Ending


def guarantee_sentence(amount_minor: int, month: date) -> str:
    """The promise itself."""
    said = _("Orders of %(month)s bring at least %(amount)s.")
    return said % {"month": month_long(month), "amount": money_text(amount_minor)}


def guarantee_conditions() -> list[str]:
    """How it is settled, and when it stands and when it does not."""
    return [
        _(
            "If the orders of the month earn less, tiers and bonuses included, the rest is paid on"
            " top from money that is already reserved."
        ),
        _(
            "It is settled a few days after the month, as soon as none of its orders is on the way"
            " or on hold."
        ),
        _("What comes back after that changes nothing of it."),
        _(
            "It stands whole if the campaign is paused or closed during the month. It is off if"
            " the influencer leaves the campaign, or the brand ends the participation with a"
            " reason, before the month is over."
        ),
    ]


def guarantee_status(guarantee: Guarantee) -> str:
    """A word of words.GUARANTEE: where its month is while it stands, else how it ended."""
    if guarantee.state != State.PROMISED:
        return str(guarantee.state)
    return str(stage_of(guarantee.month, clock.today()))


def guarantee_note(guarantee: Guarantee, earned: Earned, reward: PeriodReward | None) -> str:
    """How far it is; of one that has ended, how."""
    if guarantee.state == State.RELEASED:
        return ending_text(guarantee)
    if guarantee.state == State.SETTLED:
        return _settled(reward) if reward else ""
    if guarantee_status(guarantee) == Stage.AHEAD:
        return _("The month has not begun.")
    return earned_text(guarantee, earned)


def earned_text(guarantee: Guarantee, earned: Earned) -> str:
    said = [_("earned so far: %(sum)s") % {"sum": money_text(earned.approved_minor)}]
    missing = guarantee.amount_minor - earned.approved_minor - earned.open_minor
    if earned.open_minor:
        said.append(_("on the way or on hold: %(sum)s") % {"sum": money_text(earned.open_minor)})
    if missing > 0 and earned.open_minor:
        said.append(_("missing if all of that is approved: %(sum)s") % {"sum": money_text(missing)})
    elif missing > 0:
        said.append(_("missing now: %(sum)s") % {"sum": money_text(missing)})
    elif not earned.open_minor:
        said.append(_("nothing is missing"))
    else:
        said.append(_("nothing is missing if all of that is approved"))
    return "; ".join(said)


def ending_text(guarantee: Guarantee) -> str:
    said = {
        Ending.CANCELLED: _("The brand called it off before the month began."),
        Ending.CLOSED: _("The campaign was closed before the month began."),
        Ending.LEFT: _("The influencer left the campaign."),
        Ending.REMOVED: _("The brand ended the participation."),
    }
    return said[Ending(guarantee.ending)]


def _settled(reward: PeriodReward) -> str:
    earned = money_text(reward.earned_minor)
    if not reward.amount_minor:
        said = _("The orders earned %(earned)s by themselves: nothing was added.")
        return said % {"earned": earned}
    return _("The orders earned %(earned)s; %(added)s was added.") % {
        "earned": earned,
        "added": money_text(reward.amount_minor),
    }
