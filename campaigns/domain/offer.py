"""What a brand offers, as its form gives it: plain values that rules can judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

COMMISSION_BPS_MIN, COMMISSION_BPS_MAX = 1, 9_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A campaign with its terms. Amounts in tiyn; `ends_on` is the last day in Kazakhstan.

    `extra_hosts` are hosts on which influencers may choose products, beside the destination's.
    """

    title: str
    destination_url: str
    commission_bps: int
    budget_minor: int
    typical_basket_minor: int
    about: str = ""
    fallback_url: str = ""
    extra_hosts: tuple[str, ...] = ()
    access: str = "public"
    window_days: int = 30
    hold_days: int = 21
    code_policy: str = "code_wins"
    model: str = "last_click"
    ends_on: date | None = None
