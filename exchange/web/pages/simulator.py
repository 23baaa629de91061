"""An order is tried: who would be credited, why, and what it would cost."""

from __future__ import annotations

from dataclasses import dataclass

from exchange.web.pages.common import Sum, Trace


@dataclass(frozen=True, slots=True)
class Part:
    """Goods of the order about which the same was decided. `name` is "" for nobody; `now` says
    what they are in truth, where that is something else."""

    goods: str
    name: str
    campaign: str
    trace: Trace
    sums: list[Sum]
    now: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    title: str
    parts: list[Part]
    order_url: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Simulator:
    """The form is in the context."""

    action_url: str
    back_url: str
    has_sources: bool
    integrations_url: str
    result: Result | None = None
