"""Whose a marketplace's code was at a moment: one participation's at a time, and then another's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol, TypeVar


class Held(Protocol):
    """From `valid_from` on (None: ever since) and before `valid_until` (None: still)."""

    valid_from: datetime | None
    valid_until: datetime | None


Code = TypeVar("Code", bound=Held)


def held_at(codes: Iterable[Code], moment: datetime) -> Code | None:
    """The one that counted at `moment`. Nobody's between two holders, and after the last."""
    return next((code for code in codes if _counts_at(code, moment)), None)


def _counts_at(code: Held, moment: datetime) -> bool:
    has_begun = code.valid_from is None or code.valid_from <= moment
    return has_begun and (code.valid_until is None or moment < code.valid_until)
