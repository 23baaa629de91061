"""Who may take part in a campaign: what its brand asks, held against one influencer, tick by tick.

What nobody has said is `UNKNOWN` and never guessed: it does not let anybody in, and its next step
is to say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

FOLLOWERS_MAX = 500_000_000
PLACES_MAX = 100_000


class Condition(StrEnum):
    FOLLOWERS = "followers"
    CITY = "city"
    LANGUAGE = "language"
    TOPICS = "topics"  # any one of them is enough
    PAYEE = "payee"


class Verdict(StrEnum):
    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRules:
    """What a brand asks of those who join, and how many there is room for. Nothing asked is None
    or (); both limits of followers belong to what is asked."""

    followers_min: int | None = None
    followers_max: int | None = None
    cities: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    payee_types: tuple[str, ...] = ()
    participants_max: int | None = None


ANYBODY = JoinRules()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """One influencer as they are now; what they have not said is None, "" or ()."""

    followers: int | None = None
    city: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    payee_type: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    condition: Condition
    verdict: Verdict


def ticks_of(rules: JoinRules, applicant: Applicant) -> tuple[Tick, ...]:
    """One tick for each condition that is asked, in the order of `Condition`."""
    found = {
        Condition.FOLLOWERS: _followers(rules, applicant.followers),
        Condition.CITY: _among(rules.cities, (applicant.city,)),
        Condition.LANGUAGE: _among(rules.languages, (applicant.language,)),
        Condition.TOPICS: _among(rules.topics, applicant.topics),
        Condition.PAYEE: _among(rules.payee_types, (applicant.payee_type,)),
    }
    return tuple(Tick(condition, verdict) for condition, verdict in found.items() if verdict)


def is_eligible(ticks: Iterable[Tick]) -> bool:
    """Every condition is met; what is unknown is not."""
    return all(tick.verdict is Verdict.MET for tick in ticks)


def _followers(rules: JoinRules, followers: int | None) -> Verdict | None:
    """None where nothing is asked."""
    at_least, at_most = rules.followers_min, rules.followers_max
    if at_least is None and at_most is None:
        return None
    if followers is None:
        return Verdict.UNKNOWN
    is_enough = at_least is None or followers >= at_least
    is_few_enough = at_most is None or followers <= at_most
    return Verdict.MET if is_enough and is_few_enough else Verdict.UNMET


def _among(asked: tuple[str, ...], had: tuple[str, ...]) -> Verdict | None:
    """None where nothing is asked."""
    if not asked:
        return None
    if not any(had):
        return Verdict.UNKNOWN
    return Verdict.UNMET if set(asked).isdisjoint(had) else Verdict.MET


# --- What may be asked ----------------------------------------------------------------------


class RulesFault(StrEnum):
    """What contradicts itself, or asks for nobody."""

    NOT_A_NUMBER = "not_a_number"  # of followers
    NOBODY_BETWEEN = "nobody_between"  # the most is under the least
    UNKNOWN_VALUE = "unknown_value"  # not on the list
    NO_PLACES = "no_places"


def rules_faults(rules: JoinRules, known: Mapping[str, frozenset[str]]) -> dict[str, RulesFault]:
    """{field: what is wrong with it}. `known` is {field: values that exist} of the closed lists:
    cities, languages, topics, payee_types."""
    found: dict[str, RulesFault] = {}
    for field in ("followers_min", "followers_max"):
        number = getattr(rules, field)
        if number is not None and not 0 <= number <= FOLLOWERS_MAX:
            found[field] = RulesFault.NOT_A_NUMBER
    low, high = rules.followers_min, rules.followers_max
    if not found and low is not None and high is not None and high < low:
        found["followers_max"] = RulesFault.NOBODY_BETWEEN
    for field, values in known.items():
        if not values.issuperset(getattr(rules, field)):
            found[field] = RulesFault.UNKNOWN_VALUE
    places = rules.participants_max
    if places is not None and not 1 <= places <= PLACES_MAX:
        found["participants_max"] = RulesFault.NO_PLACES
    return found
