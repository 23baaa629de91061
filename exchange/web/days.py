"""Days of Kazakhstan as somebody typed them into an address."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from core import clock
from core.errors import Invalid
from exchange.web.formatting import day_full


def day_typed(field: str, text: str) -> date:
    """Raises: Invalid for what is no day, at its field."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        said = _("“%(text)s” is no day. Write year, month and day, as in %(example)s.")
        example = clock.today().isoformat()
        raise day_refused(field, said % {"text": text, "example": example}) from None


def days_check(first_on: date, last_on: date) -> None:
    """Raises: Invalid for days that do not follow each other, or begin ahead."""
    if first_on > clock.today():
        said = _("%(day)s is still ahead. Choose a first day up to today.")
        raise day_refused("from", said % {"day": day_full(first_on)})
    if first_on > last_on:
        said = _("The first day, %(first)s, is after the last, %(last)s. Swap them.")
        days = {"first": day_full(first_on), "last": day_full(last_on)}
        raise day_refused("from", said % days)


def day_refused(field: str, said: str) -> Invalid:
    return Invalid(said, fields={field: [said]}, code="bad_period")
