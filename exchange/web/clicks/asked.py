"""What an address of the click explorer asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from attribution.domain.sub_ids import SUBS as SUB_COUNT
from attribution.models import ClickBreakdown
from core import clock
from exchange.web.days import day_refused, day_typed, days_check
from exchange.web.formatting import day_full, days_text

PERIODS = ("1", "7", "28", "90")  # days up to today
PERIOD_DEFAULT = "28"
DAYS_MAX = 366
COUNTED_SINCE = date(2024, 1, 1)  # the drain takes no click from before
SUBS = tuple(f"sub{n}" for n in range(1, SUB_COUNT + 1))
VALUE_CHARS_MAX = 120  # of a breakdown


@dataclass(frozen=True, slots=True)
class Period:
    """Days of Kazakhstan, both ends included."""

    first_on: date
    last_on: date

    @property
    def days(self) -> int:
        return (self.last_on - self.first_on).days + 1

    @property
    def text(self) -> tuple[str, str]:
        """As the inputs of the form have it."""
        return self.first_on.isoformat(), self.last_on.isoformat()


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter as the address says it; words that mean nothing are left out. `first` and `last`
    are days as they were typed, and go before `days`; the form shows those of `days` too, so typed
    days that are the same are none of one's own."""

    days: str = PERIOD_DEFAULT
    first: str = ""
    last: str = ""
    campaign: str = ""
    influencer: str = ""
    link: str = ""
    sub: str = SUBS[0]
    by: str = ""
    value: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        word = {name: text.strip() for name, text in given.items()}
        by = word.get("by", "")
        is_property = by in ClickBreakdown.Dimension.values
        days, sub = word.get("days", ""), word.get("sub", "")
        days = days if days in PERIODS else PERIOD_DEFAULT
        typed = word.get("from", "")[:20], word.get("to", "")[:20]
        usual = period_up_to_today(days)
        first, last = ("", "") if typed == usual.text else typed
        return cls(
            days=days,
            first=first,
            last=last,
            campaign=_public_id(word.get("campaign", "")),
            influencer=_public_id(word.get("influencer", "")),
            link=_public_id(word.get("link", "")),
            sub=sub if sub in SUBS else SUBS[0],
            by=by if is_property else "",
            value=word.get("value", "")[:VALUE_CHARS_MAX] if is_property else "",
        )

    @property
    def is_own_period(self) -> bool:
        return bool(self.first or self.last)

    def words(self, **other: str) -> dict[str, str]:
        """For an address: the filter, with some of it otherwise. What is usual is left out."""
        return {
            "days": "" if self.days == PERIOD_DEFAULT or self.is_own_period else self.days,
            "from": self.first,
            "to": self.last,
            "campaign": self.campaign,
            "influencer": self.influencer,
            "link": self.link,
            "sub": "" if self.sub == SUBS[0] else self.sub,
            "by": self.by,
            "value": self.value,
        } | other


def period_up_to_today(days: str) -> Period:
    """`days` is one of PERIODS."""
    today = clock.today()
    return Period(today - timedelta(days=int(days) - 1), today)


def period_of(asked: Asked) -> Period:
    """The days that are asked for; a last day that is still ahead becomes today.

    Raises:
        Invalid: what was typed is no period; `fields` names the input ("from" or "to").
    """
    today = clock.today()
    if not asked.is_own_period:
        return period_up_to_today(asked.days)
    last_on = min(day_typed("to", asked.last), today) if asked.last else today
    first_on = day_typed("from", asked.first) if asked.first else last_on
    period = Period(first_on, last_on)
    _check(period)
    return period


def _check(period: Period) -> None:
    days_check(period.first_on, period.last_on)
    if period.first_on < COUNTED_SINCE:
        said = _("Clicks are counted since %(day)s. Choose a later first day.")
        raise day_refused("from", said % {"day": day_full(COUNTED_SINCE)})
    if period.days > DAYS_MAX:
        said = _("That is %(days)s, and a page shows up to %(max)s. Choose a later first day.")
        spans = {"days": days_text(period.days), "max": days_text(DAYS_MAX)}
        raise day_refused("from", said % spans)


def _public_id(text: str) -> str:
    """As our addresses have it; "" for what is no id."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def public_id_of(text: str) -> UUID | None:
    """Of a field of Asked; None where it is empty."""
    return UUID(text) if text else None
