"""What we ask of a state register, and the three answers there are.

A register that does not answer has said nothing: "unknown" is never "no" and never "clean".
Whoever pays asks again before each run (facts/kazakhstan.md 3.4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

Answer = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAnswer:
    """One question's answer, with what the register really sent.

    `name` is the person's full name where the register gives it, else the name of the business.
    `registered_on` and `ended_on` are its own days; both may be None with "yes".
    `raw` is the body as it came, or empty when there was none; `reason` says why it is unknown.
    """

    answer: Answer
    checked_at: datetime
    name: str | None = None
    registered_on: date | None = None
    ended_on: date | None = None
    raw: str = ""
    reason: str = ""


class Register(Protocol):
    """A register of taxpayers. Neither question ever raises: trouble is an unknown answer."""

    name: str

    def entrepreneur_check(self, *, iin: str, checked_at: datetime) -> RegisterAnswer:
        """Is the holder of this IIN an individual entrepreneur on the day of `checked_at`?"""

    def vat_payer_check(self, *, number: str, checked_at: datetime) -> RegisterAnswer:
        """Is the holder of this IIN or BIN registered for VAT on the day of `checked_at`?"""
