"""Figures of the law, each from a day to a day. No constant of a tax lives in code.

A figure is looked up by the day of the payment. A day that no row covers is an error, and so are
two rows for one day: a payout is then held, never guessed (design/domain.md section 7).
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any


class Unit(StrEnum):
    """What `Rule.value` counts. Always an integer: rates are basis points, sums are tiyn."""

    TIYN = "tiyn"
    BPS = "bps"
    MRP = "mrp"  # multiples of the monthly calculation index in force
    MZP = "mzp"  # multiples of the minimum wage in force
    FLAG = "flag"  # 0 or 1
    DAYS = "days"
    CODE = "code"  # a code of a state classifier, such as a payment purpose code


class Confidence(StrEnum):
    """Whether a source for the figure was seen. Unconfirmed ones are shown so to ops."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"


class RuleMissing(LookupError):
    """No row of `key` covers `day`."""

    def __init__(self, key: str, day: date) -> None:
        super().__init__(f"no rule {key} on {day}")
        self.key = key
        self.day = day


class RuleOverlap(ValueError):
    """Two rows of `key` cover `day`."""

    def __init__(self, key: str, day: date) -> None:
        super().__init__(f"more than one rule {key} on {day}")
        self.key = key
        self.day = day


class RuleInvalid(ValueError):
    """A row that cannot be: wrong unit, ends before it starts, no source."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One figure with its source. `valid_to` is inclusive; None means until further notice."""

    key: str
    value: int
    unit: Unit
    valid_from: date
    valid_to: date | None
    source_url: str
    confidence: Confidence

    def __post_init__(self) -> None:
        if type(self.value) is not int or self.value < 0:
            raise RuleInvalid(f"{self.key}: value must be an integer >= 0, got {self.value!r}")
        if self.unit is Unit.FLAG and self.value > 1:
            raise RuleInvalid(f"{self.key}: a flag is 0 or 1, got {self.value}")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise RuleInvalid(f"{self.key}: ends {self.valid_to} before it starts")
        if not self.source_url:
            raise RuleInvalid(f"{self.key}: a figure without a source")

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The figures of one day."""

    day: date
    by_key: Mapping[str, Rule]
    _hashes: dict[tuple[str, ...], str] = field(default_factory=dict, repr=False, compare=False)

    def rule(self, key: str) -> Rule:
        """The row of `key`.

        Raises:
            RuleMissing: none covers the day.
        """
        try:
            return self.by_key[key]
        except KeyError:
            raise RuleMissing(key, self.day) from None

    def value(self, key: str) -> int:
        """The bare figure, in the row's own unit."""
        return self.rule(key).value

    def is_set(self, key: str) -> bool:
        """The flag `key`."""
        return self.rule(key).value == 1

    def amount_minor(self, key: str) -> int:
        """The figure as tiyn: multiples of MRP or MZP are multiplied out."""
        rule = self.rule(key)
        match rule.unit:
            case Unit.TIYN:
                return rule.value
            case Unit.MRP:
                return rule.value * self.value("mrp")
            case Unit.MZP:
                return rule.value * self.value("mzp")
        raise RuleInvalid(f"{key} is no amount: its unit is {rule.unit}")

    def hash_of(self, keys: tuple[str, ...]) -> str:
        """SHA-256 of the rows of `keys`: proves later which figures a payout was computed with.

        Confidence and source are left out on purpose: finding a source changes no payout.
        """
        if keys not in self._hashes:  # asked for once per payout of a batch
            self._hashes[keys] = _sha256([_pinned(self.rule(key)) for key in sorted(keys)])
        return self._hashes[keys]


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Every row that is in force at some time, without contradictions."""

    rules: tuple[Rule, ...] = field(default=())

    @classmethod
    def from_rules(cls, rules: Iterable[Rule]) -> RuleBook:
        """A book of rows.

        Raises:
            RuleOverlap: two rows of a key share a day.
        """
        ordered = tuple(sorted(rules, key=lambda rule: (rule.key, rule.valid_from)))
        for earlier, later in pairwise(ordered):
            if earlier.key == later.key and earlier.covers(later.valid_from):
                raise RuleOverlap(later.key, later.valid_from)
        return cls(ordered)

    def at(self, day: date) -> RulesInForce:
        """The rows in force on a day. A key without a row is an error when it is asked for."""
        return RulesInForce(day, {rule.key: rule for rule in self.rules if rule.covers(day)})

    def gaps(self, *, until: date) -> list[RuleMissing]:
        """For each key, the first day up to `until` on which it stops being covered.

        The alarm of ops ("no minimum wage from 1 January"). A key is only expected from its own
        first day on.
        """
        by_key: dict[str, list[Rule]] = defaultdict(list)
        for rule in self.rules:
            by_key[rule.key].append(rule)
        found = []
        for key, rows in by_key.items():
            day = _first_uncovered(rows)
            if day is not None and day <= until:
                found.append(RuleMissing(key, day))
        return found


def rules_parse(text: str) -> list[Rule]:
    """Rules from the TOML of compliance/data: one `[[rule]]` table per row.

    Raises:
        RuleInvalid: a row has an unknown or missing field, or a value that cannot be.
    """
    rows: Sequence[Mapping[str, Any]] = tomllib.loads(text).get("rule", [])
    return [_rule_from(row) for row in rows]


def _rule_from(row: Mapping[str, Any]) -> Rule:
    try:
        return Rule(
            key=row["key"],
            value=row["value"],
            unit=Unit(row["unit"]),
            valid_from=row["valid_from"],
            valid_to=row.get("valid_to"),
            source_url=row["source_url"],
            confidence=Confidence(row["confidence"]),
        )
    except KeyError as error:
        raise RuleInvalid(f"rule {row.get('key')!r} lacks {error}") from None
    except ValueError as error:
        raise RuleInvalid(f"rule {row.get('key')!r}: {error}") from None


def _first_uncovered(rows: Sequence[Rule]) -> date | None:
    """The day after the first run of rows that touch each other; None when it never ends."""
    end = rows[0].valid_to
    for rule in rows[1:]:
        if end is None or rule.valid_from > end + timedelta(days=1):
            break
        end = rule.valid_to
    return None if end is None else end + timedelta(days=1)


def _pinned(rule: Rule) -> list[str | int | None]:
    return [rule.key, rule.value, rule.unit, _iso(rule.valid_from), _iso(rule.valid_to)]


def _sha256(rows: list[list[str | int | None]]) -> str:
    text = json.dumps(rows, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
