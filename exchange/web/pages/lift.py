"""Comparisons of days with and without a campaign."""

from __future__ import annotations

from dataclasses import dataclass

from exchange.web.pages.common import Chart, Fact


@dataclass(frozen=True, slots=True)
class LiftRow:
    url: str
    span: str
    what: str
    result: str


@dataclass(frozen=True, slots=True)
class Lifts:
    """The form of a new one (`form` in the context), and those there are."""

    title: str
    back_url: str
    action_url: str
    rows: list[LiftRow]
    may_write: bool = True


@dataclass(frozen=True, slots=True)
class LiftReport:
    """`headline` is the difference in words; `is_told_apart`: more than chance would make."""

    title: str
    back_url: str
    csv_url: str
    span: str
    what: str
    headline: str
    interval: str
    is_told_apart: bool
    facts: list[Fact]
    chart: Chart
