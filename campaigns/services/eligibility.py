"""Whether an influencer may join, by what the campaign asks; and what a campaign may ask."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from campaigns.domain.eligibility import JoinRules, is_eligible, rules_faults, ticks_of
from campaigns.eligibility_words import FAULTS, LANGUAGE_NAMES, PAYEE_TYPES, refusal_text
from campaigns.models import Campaign
from campaigns.selectors.eligibility import applicants_of
from core.errors import DomainError
from influencers.models import Influencer
from influencers.selectors import topics_offered


class NotEligible(DomainError):
    """A requirement of the campaign is not met, or nobody has said whether it is."""

    code = "not_eligible"


def rules_columns(rules: JoinRules) -> dict[str, Any]:
    """The campaign's columns for what is asked, once `rules_errors` finds nothing."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(rules).items()
    }


def rules_errors(rules: JoinRules) -> dict[str, list[str]]:
    """{field: [what is wrong]}. One query where topics are asked."""
    topics = topics_offered(rules.topics) if rules.topics else []
    known = {
        "cities": frozenset(Influencer.City.values),
        "languages": frozenset(LANGUAGE_NAMES),
        "topics": frozenset(topic.slug for topic in topics),
        "payee_types": frozenset(value for value, _label in PAYEE_TYPES),
    }
    return {field: [str(FAULTS[fault])] for field, fault in rules_faults(rules, known).items()}


def eligibility_require(campaign: Campaign, influencer_id: int) -> None:
    """Pass who meets every requirement. Runs as the system; no query where nothing is asked.

    Raises:
        NotEligible: says which are not met, what the influencer has, and the next step.
    """
    rules = campaign.join_rules
    if rules == JoinRules(participants_max=rules.participants_max):
        return
    applicant = applicants_of([influencer_id])[influencer_id]
    ticks = ticks_of(rules, applicant)
    if not is_eligible(ticks):
        raise NotEligible(refusal_text(rules, ticks, applicant))
