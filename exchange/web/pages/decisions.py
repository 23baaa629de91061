"""Parts of a row about one influencer in a campaign."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class TickLine:
    """A requirement at an application; `verdict` is met, unmet or unknown."""

    text: str
    verdict: str


@dataclass(frozen=True, slots=True)
class DecisionForm:
    """A no with its reason, posted to `url` as reason_code, reason and again_on; refused, it shows
    what was typed and why. `first_on` is the first day that may be named."""

    url: str
    codes: list[tuple[str, Any]]
    first_on: str
    code: str = ""
    note: str = ""
    again_on: str = ""
    errors: list[str] = field(default_factory=list)
