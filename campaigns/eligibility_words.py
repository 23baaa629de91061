"""Requirements of a campaign in words: what is asked, what the influencer has, what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.domain.eligibility import (
    Applicant,
    Condition,
    JoinRules,
    RulesFault,
    Tick,
    Verdict,
)
from influencers.models import Influencer, TaxProfile
from influencers.selectors import topic_names

NBSP = "\N{NO-BREAK SPACE}"
# Each in its own words, as on the form of the profile
LANGUAGE_NAMES = {"kk": "қазақша", "ru": "русский", "en": "English"}
PAYEE_TYPES = [
    choice for choice in TaxProfile.Status.choices if choice[0] != TaxProfile.Status.UNKNOWN
]
FAULTS: dict[RulesFault, Any] = {
    RulesFault.NOT_A_NUMBER: gettext_lazy("Write how many followers, as a number."),
    RulesFault.NOBODY_BETWEEN: gettext_lazy("The most is less than the least: nobody could join."),
    RulesFault.UNKNOWN_VALUE: gettext_lazy("Choose from the list."),
    RulesFault.NO_PLACES: gettext_lazy("Write how many may take part: 1 to 100 000."),
}


def asked_texts(rules: JoinRules) -> dict[Condition, str]:
    """{condition: what is asked}. One query where topics are asked."""
    texts = {
        Condition.FOLLOWERS: _followers_asked(rules),
        Condition.CITY: _listed(_("City: %(names)s"), rules.cities, _city_names()),
        Condition.LANGUAGE: _listed(
            _("Language of posts: %(names)s"), rules.languages, LANGUAGE_NAMES
        ),
        Condition.TOPICS: _listed(_("Topic: %(names)s"), rules.topics, topic_names(rules.topics)),
        Condition.PAYEE: _listed(_("Tax status: %(names)s"), rules.payee_types, dict(PAYEE_TYPES)),
    }
    return {condition: text for condition, text in texts.items() if text}


def _followers_asked(rules: JoinRules) -> str:
    least, most = rules.followers_min, rules.followers_max
    if least is not None and most is not None:
        text = _("Followers: from %(least)s to %(most)s")
        return text % {"least": _number(least), "most": _number(most)}
    if least is not None:
        return _("Followers: at least %(least)s") % {"least": _number(least)}
    if most is not None:
        return _("Followers: at most %(most)s") % {"most": _number(most)}
    return ""


def _listed(text: str, values: Iterable[str], names: Mapping[str, Any]) -> str:
    named = [str(names.get(value, value)) for value in values]
    return text % {"names": ", ".join(named)} if named else ""


def _city_names() -> dict[str, Any]:
    return dict(Influencer.City.choices)


def _number(count: int) -> str:
    return f"{count:,}".replace(",", NBSP)


# --- What the influencer has ----------------------------------------------------------------


def own_texts(ticks: Iterable[Tick], applicant: Applicant) -> dict[Condition, str]:
    """{condition: what the influencer has}, said to themselves."""
    return {tick.condition: _own_text(tick, applicant) for tick in ticks}


def _own_text(tick: Tick, applicant: Applicant) -> str:
    if tick.verdict is Verdict.UNKNOWN:
        return _("You have not said it yet")
    return _("You: %(what)s") % {"what": _had(tick.condition, applicant)}


def _had(condition: Condition, applicant: Applicant) -> str:
    if condition is Condition.FOLLOWERS:
        return _number(applicant.followers or 0)
    if condition is Condition.CITY:
        return str(_city_names().get(applicant.city, applicant.city))
    if condition is Condition.LANGUAGE:
        return LANGUAGE_NAMES.get(applicant.language, applicant.language)
    if condition is Condition.TOPICS:
        names = topic_names(applicant.topics)
        return ", ".join(names.get(slug, slug) for slug in applicant.topics)
    return str(dict(PAYEE_TYPES).get(applicant.payee_type, applicant.payee_type))


def refusal_text(rules: JoinRules, ticks: Iterable[Tick], applicant: Applicant) -> str:
    """Why somebody may not join at once, and what to do next."""
    missed = [tick for tick in ticks if tick.verdict is not Verdict.MET]
    asked, own = asked_texts(rules), own_texts(missed, applicant)
    reasons = ". ".join(f"{asked[each.condition]} ({own[each.condition]})" for each in missed)
    return _(
        "You cannot join yet. %(reasons)s. If your profile is out of date, change it and join"
        " again."
    ) % {"reasons": reasons}
