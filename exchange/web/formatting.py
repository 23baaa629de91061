"""How amounts, numbers, percents, days and spans of time read in the active language.

Amounts read the same in all three languages, as banks here print them: `1 234 567,50 ₸`.
Numbers, percents and dates follow the language (design: facts/kk_voice.md section 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from babel.dates import format_date
from django.utils.translation import get_language, gettext, ngettext

from core import clock
from core.bps import round_half_up

NBSP = "\u00a0"
MINUS = "\u2212"
TENGE = "₸"
MARKS = {"KZT": TENGE, "RUB": "₽"}  # others stand as their code: "12,00 UZS"
LANGUAGES = ("kk", "ru", "en")

# CLDR shortens Russian months unevenly ("нояб.", "мар."): lists want three letters and no dot.
RU_MONTHS = ["янв", "фев", "мар", "апр", "мая", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"]

TiynRule = Literal["always", "needed"]

HOUR = 3600
DAY = 24 * HOUR


def language() -> str:
    """The active language, one of LANGUAGES; Kazakh where none is active."""
    code = (get_language() or "kk")[:2]
    return code if code in LANGUAGES else "kk"


@dataclass(frozen=True, slots=True)
class MoneyParts:
    """An amount cut for typesetting: "−", "1 574", "37". The fraction may be empty."""

    sign: str
    whole: str
    fraction: str


def money_parts(minor: int, tiyn: TiynRule = "always") -> MoneyParts:
    """Parts of an amount in tiyn. With "needed" the fraction is left out when it is 00."""
    whole, fraction = divmod(abs(minor), 100)
    hide = tiyn == "needed" and fraction == 0
    return MoneyParts(
        sign=MINUS if minor < 0 else "",
        whole=grouped(whole, NBSP),
        fraction="" if hide else f"{fraction:02}",
    )


def money_text(minor: int, tiyn: TiynRule = "needed") -> str:
    """The amount as plain text, for sentences, titles and attributes: "1 250,50 ₸"."""
    parts = money_parts(minor, tiyn)
    fraction = f",{parts.fraction}" if parts.fraction else ""
    return f"{parts.sign}{parts.whole}{fraction}{NBSP}{TENGE}"


def amount_text(minor: int, currency: str) -> str:
    """An amount of any currency with two digits behind the point: "1 250,50 ₽"."""
    if currency == "KZT":
        return money_text(minor)
    parts = money_parts(minor)
    return f"{parts.sign}{parts.whole},{parts.fraction}{NBSP}{currency_mark(currency)}"


def currency_mark(code: str) -> str:
    return MARKS.get(code, code)


def rate_text(currency: str, tenge: Decimal, on: date) -> str:
    """What made another currency tenge: "1 ₽ = 6,45 ₸ · 21.11.2026", without needless zeros."""
    whole, _point, fraction = f"{tenge:f}".partition(".")
    shown = f"{whole},{fraction.rstrip('0').ljust(2, '0')}"
    return f"1{NBSP}{currency_mark(currency)} = {shown}{NBSP}{TENGE} · {on:%d.%m.%Y}"


def number_text(number: int) -> str:
    """A count: "1 284" in Kazakh and Russian, "1,284" in English."""
    sign = MINUS if number < 0 else ""
    return sign + grouped(abs(number), "," if language() == "en" else NBSP)


def grouped(number: int, separator: str) -> str:
    """Digits in threes from the right."""
    return f"{number:,}".replace(",", separator)


def percent_text(bps: int) -> str:
    """Basis points as a percent: 1250 is "12,5%" (kk), "12,5 %" (ru), "12.5%" (en)."""
    whole, fraction = divmod(abs(bps), 100)
    digits = f"{fraction:02}".rstrip("0")
    point = "." if language() == "en" else ","
    text = (MINUS if bps < 0 else "") + str(whole) + (point + digits if digits else "")
    return f"{text}{NBSP}%" if language() == "ru" else f"{text}%"


def percent_rough(bps: int) -> str:
    """A percent for a glance: whole from ten percent on, else one digit: "154%", "4,5%"."""
    unit = 100 if abs(bps) >= 1000 else 10
    return percent_text(round_half_up(bps, unit) * unit)


def day_of(value: date | datetime) -> date:
    """The day in Kazakhstan of a moment; a day is itself."""
    return clock.day_of(value) if isinstance(value, datetime) else value


def day_short(value: date | datetime) -> str:
    """For lists: "8 қар.", "8 ноя", "Nov 8"; with the year when it is not this one."""
    day = day_of(value)
    text = day_and_month_short(day)
    if day.year == clock.today().year:
        return text
    return {"kk": f"{day.year} ж. {text}", "ru": f"{text} {day.year}", "en": f"{text}, {day.year}"}[
        language()
    ].replace(" ", NBSP)


def day_and_month_short(day: date) -> str:
    if language() == "ru":
        return f"{day.day}{NBSP}{RU_MONTHS[day.month - 1]}"
    pattern = "MMM d" if language() == "en" else "d MMM"
    return format_date(day, pattern, locale=language()).replace(" ", NBSP)


def moment_short(moment: datetime) -> str:
    """For lists: "8 қар., 20:14", "8 ноя, 20:14", "Nov 8, 20:14". Almaty time, 24 hours."""
    return f"{day_short(moment)}, {time_text(moment)}"


def time_text(moment: datetime) -> str:
    return f"{moment.astimezone(clock.ALMATY):%H:%M}"


def day_long(value: date | datetime) -> str:
    """For sentences, this year: "2 желтоқсан", "2 декабря", "December 2"."""
    pattern = "MMMM d" if language() == "en" else "d MMMM"
    return format_date(day_of(value), pattern, locale=language()).replace(" ", NBSP)


def month_long(value: date) -> str:
    """A calendar month: "2026 ж. қараша", "ноябрь 2026", "November 2026"."""
    month = format_date(value, "LLLL", locale=language())
    is_kazakh = language() == "kk"
    return (
        f"{value.year}{NBSP}ж.{NBSP}{month.lower()}" if is_kazakh else f"{month}{NBSP}{value.year}"
    )


def day_full(value: date | datetime) -> str:
    """For tables and documents: "2026 ж. 21 қараша", "21 ноября 2026 г.", "November 21, 2026"."""
    day = day_of(value)
    text = day_long(day)
    return {
        "kk": f"{day.year}{NBSP}ж.{NBSP}{text}",
        "ru": f"{text} {day.year}{NBSP}г.",
        "en": f"{text}, {day.year}",
    }[language()]


def weekday_text(value: date | datetime) -> str:
    """ "жұма", "пятница", "Friday"."""
    return format_date(day_of(value), "EEEE", locale=language())


def span_text(span: timedelta) -> str:
    """A length of time in its two largest units: "11 күн", "1 күн 22 сағ", "35 мин".

    From two days on hours say nothing that a reader needs; a negative span reads as its size.
    """
    seconds = abs(int(span.total_seconds()))
    days, hours, minutes = seconds // DAY, seconds % DAY // HOUR, seconds % HOUR // 60
    if days >= 2 or (days and not hours):
        return days_text(days)
    if days:
        said = gettext("%(days)s d %(hours)s h")
    elif hours and minutes:
        said = gettext("%(hours)s h %(minutes)s min")
    else:
        said = gettext("%(hours)s h") if hours else gettext("%(minutes)s min")
    return whole(said % {"days": days, "hours": hours, "minutes": minutes})


def days_text(days: int) -> str:
    """ "11 күн": a term in days."""
    return whole(ngettext("%(days)s day", "%(days)s days", days) % {"days": number_text(days)})


def whole(text: str) -> str:
    """Short figures stay on one line."""
    return text.replace(" ", NBSP)


def left_text(span: timedelta) -> str:
    """What a deadline says: "11 күн қалды", or "2 сағ кешікті" once it has passed."""
    said = gettext("%(span)s left") if span >= timedelta() else gettext("%(span)s late")
    return said % {"span": span_text(span)}


def followers_text(count: int) -> str:
    return ngettext("%(count)s follower", "%(count)s followers", count) % {
        "count": number_text(count)
    }
