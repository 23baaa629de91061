"""What the leak guard saw, in words: the same for the brand and for the influencer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.domain.leak_guard import OPEN_DAYS_MAX
from attribution.models import CodeFinding
from campaigns.models import Campaign
from exchange.web.formatting import day_long, moment_short, number_text
from exchange.web.pages.leaks import Seen
from exchange.web.words import Word

Signal = CodeFinding.Signal
Figures = Mapping[str, Any]

SIGNALS: Mapping[str, Word] = {
    Signal.COLD: gettext_lazy("Orders without clicks"),
    Signal.BURST: gettext_lazy("Many orders in an hour"),
    Signal.EARLY: gettext_lazy("Orders before the first click"),
    Signal.REFERRER: gettext_lazy("Visitors from a coupon site"),
    Signal.ABROAD: gettext_lazy("Visitors from abroad"),
}
MEANINGS: Mapping[str, Word] = {
    Signal.COLD: gettext_lazy(
        "The code may be on a coupon site or in a chat. Or it was said in a video without a link."
    ),
    Signal.BURST: gettext_lazy(
        "The code may have been sent to many people at once. Or it stood in a post without a link."
    ),
    Signal.EARLY: gettext_lazy(
        "Somebody may have had the code before the posts. Or the first posts had no link."
    ),
    Signal.REFERRER: gettext_lazy(
        "Somebody put the link there, and maybe the code too. Anybody can do that."
    ),
    Signal.ABROAD: gettext_lazy(
        "The link may be shared where the influencer has few followers. Or the followers travel."
    ),
}


def finding_sentence(finding: CodeFinding) -> str:
    """What was counted."""
    return _SAID[finding.signal](finding.figures)


def _number(figures: Figures, name: str) -> str:
    return number_text(int(figures[name]))


def _numbers(figures: Figures, *names: str) -> dict[str, str]:
    return {name: _number(figures, name) for name in names}


def _moment(figures: Figures, name: str) -> datetime:
    return datetime.fromisoformat(figures[name])


def _cold(figures: Figures) -> str:
    said = _(
        "Orders with the code when nobody had opened the link in the %(hours)s hours before:"
        " %(cold)s of %(uses)s. Earlier: %(usual_cold)s of %(usual_uses)s."
    )
    return said % _numbers(figures, "hours", "cold", "uses", "usual_cold", "usual_uses")


def _burst(figures: Figures) -> str:
    said = _(
        "Orders with the code within one hour, %(hour)s: %(uses)s. The most in an hour earlier:"
        " %(usual_most)s. People who opened the link about that time: %(people)s."
    )
    hour = {"hour": moment_short(_moment(figures, "hour"))}
    return said % {**_numbers(figures, "uses", "usual_most", "people"), **hour}


def _early(figures: Figures) -> str:
    said = _(
        "Orders with the code before anybody opened the link: %(uses)s. First order:"
        " %(first_use)s. First click: %(first_click)s."
    )
    moments = {
        "first_use": moment_short(_moment(figures, "first_use")),
        "first_click": day_long(_moment(figures, "first_click")),
    }
    return said % {**_numbers(figures, "uses"), **moments}


def _referrer(figures: Figures) -> str:
    said = _("People who came to the link from the coupon site %(host)s: %(people)s.")
    return said % {"host": figures["host"], "people": _number(figures, "people")}


def _abroad(figures: Figures) -> str:
    said = _(
        "People who opened the link from abroad: %(abroad)s of %(people)s. Earlier:"
        " %(usual_abroad)s of %(usual_people)s."
    )
    return said % _numbers(figures, "abroad", "people", "usual_abroad", "usual_people")


_SAID: Mapping[str, Callable[[Figures], str]] = {
    Signal.COLD: _cold,
    Signal.BURST: _burst,
    Signal.EARLY: _early,
    Signal.REFERRER: _referrer,
    Signal.ABROAD: _abroad,
}


def finding_seen(finding: CodeFinding) -> Seen:
    """A finding as both sides' pages show it."""
    return Seen(
        title=str(SIGNALS[finding.signal]),
        text=finding_sentence(finding),
        meaning=str(MEANINGS[finding.signal]),
        status=finding.state,
        found_at=finding.opened_at,
        note=finding.note,
        closed_at=finding.closed_at,
    )


MODE_TEXTS: Mapping[str, Word] = {
    Campaign.LeakMode.FLAG: gettext_lazy("You and the influencer see it here. Nothing else."),
    Campaign.LeakMode.ENFORCE: gettext_lazy(
        "Rewards of these orders wait until you decide, for 14 days at most. After that they go on."
    ),
    Campaign.LeakMode.ROTATE: gettext_lazy(
        "The influencer gets a new code at once, and the old one counts no more. What is earned"
        " stays."
    ),
}


def is_holding(finding: CodeFinding) -> bool:
    is_open = finding.state == CodeFinding.State.OPEN
    return is_open and finding.campaign.leak_mode == Campaign.LeakMode.ENFORCE


def mode_now_text(finding: CodeFinding) -> str:
    """What the campaign does about it now, for both sides."""
    until = finding.opened_at + timedelta(days=OPEN_DAYS_MAX)
    if finding.state != CodeFinding.State.OPEN:
        return _("It is decided: nothing waits for it.")
    if is_holding(finding):
        said = _(
            "Rewards of these orders wait for the brand's decision. Without one they go on by"
            " themselves after this day: %(day)s."
        )
        return said % {"day": day_long(until)}
    if finding.campaign.leak_mode == Campaign.LeakMode.ROTATE:
        return _("The influencer got a new code. Rewards of these orders go on as usual.")
    return _("Nothing waits: rewards of these orders go on as usual.")
