"""Tiers and bonuses of a month, as a brand writes them. Pure.

A row is a number of approved orders and what it brings, with a semicolon or a tab between them:
`10; 12 %` (a tier), `20; 2 500 ₸` (a tier of a fixed reward, or a bonus).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from campaigns.domain.commission_terms import Bonus, Rate, SkuRate, Tier
from campaigns.domain.sku_table import reward_parse

ROWS_MAX = 10
ORDERS_MAX = 1_000_000
Fault = Literal["no_orders", "no_reward", "not_a_reward", "over_90", "not_rising", "too_many"]
_ORDERS = re.compile(r"[0-9]{1,7}", re.ASCII)
_BLANKS = re.compile(r"[\s\u00a0\u202f]")


class RowFault(NamedTuple):
    """Rows are numbered as the brand sees them, from 1. `text` is what could not be read."""

    row: int
    code: Fault
    text: str


@dataclass(frozen=True, slots=True)
class StairTable:
    rows: tuple[Tier, ...]
    faults: tuple[RowFault, ...]

    @property
    def bonuses(self) -> tuple[Bonus, ...]:
        """Of a table that was read as bonuses."""
        return tuple(Bonus(each.orders, each.rate.fixed_minor) for each in self.rows)


def tiers_parse(text: str) -> StairTable:
    """Rows whose orders and rewards rise from one to the next; a sum says so with ₸."""
    return _parse(text, is_bonus=False)


def bonuses_parse(text: str) -> StairTable:
    """The same of sums alone: the sign ₸ may be left out, a percent is a fault."""
    return _parse(text, is_bonus=True)


def _parse(text: str, *, is_bonus: bool) -> StairTable:
    rows: list[Tier] = []
    faults: list[RowFault] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        read = _row_read(line, is_bonus=is_bonus)
        code = read if isinstance(read, str) else _code_of(read, rows)
        if code is not None:
            faults.append(RowFault(number, code, line.strip()[:60]))
        elif isinstance(read, Tier):
            rows.append(read)
    return StairTable(tuple(rows), tuple(faults))


def _code_of(row: Tier, before: Sequence[Tier]) -> Fault | None:
    if len(before) >= ROWS_MAX:
        return "too_many"
    if before and not _is_above(row, before[-1]):
        return "not_rising"
    return None


def _is_above(row: Tier, before: Tier) -> bool:
    is_more = row.rate.bps > before.rate.bps or row.rate.fixed_minor > before.rate.fixed_minor
    return row.orders > before.orders and is_more


def _row_read(line: str, *, is_bonus: bool) -> Tier | Fault:
    orders, _separator, reward = line.replace("\t", ";").partition(";")
    orders, reward = (_BLANKS.sub("", each) for each in (orders, reward))
    if not _ORDERS.fullmatch(orders) or not 1 <= int(orders) <= ORDERS_MAX:
        return "no_orders"
    if not reward:
        return "no_reward"
    rate = reward_parse(reward + "₸" if is_bonus and reward[-1:].isdigit() else reward)
    if isinstance(rate, str):
        return "over_90" if rate == "over_90" else "not_a_reward"
    is_usable = rate.piece_minor > 0 if is_bonus else not rate.is_excluded
    return Tier(int(orders), _rate(rate)) if is_usable else "not_a_reward"


def _rate(rate: SkuRate) -> Rate:
    return Rate(rate.bps, rate.piece_minor)


def tiers_text(tiers: Iterable[Tier]) -> str:
    """As `tiers_parse` reads it, for the form."""
    return "\n".join(f"{each.orders}; {_rate_text(each.rate)}" for each in tiers)


def bonuses_text(bonuses: Iterable[Bonus]) -> str:
    return tiers_text(Tier(each.orders, Rate(0, each.amount_minor)) for each in bonuses)


def _rate_text(rate: Rate) -> str:
    whole, rest = divmod(rate.fixed_minor or rate.bps, 100)
    number = f"{whole},{rest:02}".rstrip("0").rstrip(",")
    return f"{number} ₸" if rate.fixed_minor else f"{number} %"


def tiers_plain(tiers: Iterable[Tier]) -> list[dict[str, int]]:
    """As they are stored: {"orders", and "bps" or "minor"}."""
    kept = (
        {"orders": each.orders, "bps": each.rate.bps, "minor": each.rate.fixed_minor}
        for each in tiers
    )
    return [{name: value for name, value in row.items() if value} for row in kept]


def tiers_of_plain(stored: Sequence[Mapping[str, Any]]) -> tuple[Tier, ...]:
    return tuple(
        Tier(each["orders"], Rate(each.get("bps", 0), each.get("minor", 0))) for each in stored
    )


def bonuses_plain(bonuses: Iterable[Bonus]) -> list[dict[str, int]]:
    return [{"orders": each.orders, "minor": each.amount_minor} for each in bonuses]


def bonuses_of_plain(stored: Sequence[Mapping[str, Any]]) -> tuple[Bonus, ...]:
    return tuple(Bonus(each["orders"], each["minor"]) for each in stored)
