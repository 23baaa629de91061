"""Who may join: every condition with what meets it, what does not, and what nobody has said."""

import pytest

from campaigns.domain.eligibility import (
    ANYBODY,
    Applicant,
    JoinRules,
    RulesFault,
    is_eligible,
    rules_faults,
    ticks_of,
)

ALIYA = Applicant(
    followers=18_400,
    city="almaty",
    language="kk",
    topics=("home", "food"),
    payee_type="ip_simplified",
)


@pytest.mark.parametrize(
    ("rules", "verdict"),
    [
        (JoinRules(followers_min=18_400), "met"),
        (JoinRules(followers_min=18_401), "unmet"),
        (JoinRules(followers_max=18_400), "met"),
        (JoinRules(followers_max=18_399), "unmet"),
        (JoinRules(followers_min=5_000, followers_max=50_000), "met"),
        (JoinRules(followers_min=0), "met"),
        (JoinRules(cities=("almaty",)), "met"),
        (JoinRules(cities=("astana", "almaty")), "met"),
        (JoinRules(cities=("astana",)), "unmet"),
        (JoinRules(languages=("ru",)), "unmet"),
        (JoinRules(languages=("ru", "kk")), "met"),
        (JoinRules(topics=("auto", "food")), "met"),
        (JoinRules(topics=("auto",)), "unmet"),
        (JoinRules(payee_types=("ip_simplified", "ip_general")), "met"),
        (JoinRules(payee_types=("individual_gph",)), "unmet"),
    ],
)
def test_one_condition_is_met_or_not(rules, verdict):
    (tick,) = ticks_of(rules, ALIYA)
    assert tick.verdict == verdict
    assert is_eligible([tick]) == (verdict == "met")


@pytest.mark.parametrize(
    "rules",
    [
        JoinRules(followers_min=1),
        JoinRules(followers_max=1),
        JoinRules(cities=("almaty",)),
        JoinRules(languages=("kk",)),
        JoinRules(topics=("home",)),
        JoinRules(payee_types=("ip_general",)),
    ],
)
def test_what_nobody_has_said_is_unknown_and_lets_nobody_in(rules):
    (tick,) = ticks_of(rules, Applicant())
    assert tick.verdict == "unknown"
    assert not is_eligible([tick])


def test_no_followers_are_a_number_and_not_unknown():
    (tick,) = ticks_of(JoinRules(followers_min=1), Applicant(followers=0))
    assert tick.verdict == "unmet"


def test_nothing_asked_lets_everybody_in():
    assert ticks_of(ANYBODY, Applicant()) == ()
    assert is_eligible(())
    assert ticks_of(JoinRules(participants_max=1), Applicant()) == ()


def test_one_unmet_condition_of_several_is_enough_to_stay_out():
    rules = JoinRules(followers_min=5_000, cities=("astana",), payee_types=("ip_simplified",))
    ticks = ticks_of(rules, ALIYA)
    assert [(tick.condition, tick.verdict) for tick in ticks] == [
        ("followers", "met"),
        ("city", "unmet"),
        ("payee", "met"),
    ]
    assert not is_eligible(ticks)


KNOWN = {"cities": frozenset({"almaty"}), "topics": frozenset({"home"})}


@pytest.mark.parametrize(
    ("rules", "faults"),
    [
        (ANYBODY, {}),
        (JoinRules(followers_min=5, followers_max=5, participants_max=1), {}),
        (JoinRules(followers_min=-1), {"followers_min": RulesFault.NOT_A_NUMBER}),
        (JoinRules(followers_max=500_000_001), {"followers_max": RulesFault.NOT_A_NUMBER}),
        (
            JoinRules(followers_min=6, followers_max=5),
            {"followers_max": RulesFault.NOBODY_BETWEEN},
        ),
        (JoinRules(cities=("almaty", "paris")), {"cities": RulesFault.UNKNOWN_VALUE}),
        (JoinRules(topics=("war",)), {"topics": RulesFault.UNKNOWN_VALUE}),
        (JoinRules(participants_max=0), {"participants_max": RulesFault.NO_PLACES}),
        (JoinRules(participants_max=100_001), {"participants_max": RulesFault.NO_PLACES}),
    ],
)
def test_what_may_be_asked(rules, faults):
    assert rules_faults(rules, KNOWN) == faults
