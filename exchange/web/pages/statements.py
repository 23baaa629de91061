"""Statements of an account, for the brand and for the influencer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from exchange.web.pages.clicks import Select
from exchange.web.pages.common import Choice, Pager, Sum


@dataclass(frozen=True, slots=True)
class StatementRow:
    """`minor` came (positive) or went; `balance_minor` is the account's after the line. `note` says
    what it is about, `url` leads there; `sums` is the arithmetic of the line. `is_of_a_day`: only
    the day is known, as of a transfer that a bank's statement names."""

    at: datetime
    text: str
    note: str
    minor: int
    balance_minor: int
    url: str = ""
    sums: list[Sum] = field(default_factory=list)
    is_of_a_day: bool = False


@dataclass(frozen=True, slots=True)
class Totals:
    """Of the lines that a filter shows. `begin_minor` and `end_minor` are the account's balances at
    the ends of the period, None where it has no such end."""

    in_minor: int
    out_minor: int
    begin_minor: int | None = None
    end_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """The form over a statement. `kept` goes along unseen, (name, value). A refused period says
    why: `error` stands at the input `error_field`."""

    selects: list[Select]
    first: str = ""
    last: str = ""
    today: str = ""
    kept: list[tuple[str, str]] = field(default_factory=list)
    error: str = ""
    error_field: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """The end of a day in the past that balances are shown of; `error` where what was typed is
    none, and they are those of now."""

    on: date | None
    typed: str
    now_url: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """An influencer's: of what is to be paid, or of what is owed back (`is_debt`), where balances
    are debts. `accounts` is empty where nothing was ever owed back; `months` newest first."""

    rows: list[StatementRow]
    title: str
    balance_minor: int
    hint: str
    accounts: list[Choice]
    months: list[Choice]
    csv_url: str
    xlsx_url: str
    back_url: str
    totals: Totals | None = None
    is_debt: bool = False
    is_filtered: bool = False
    clear_url: str = ""
    pager: Pager | None = None
