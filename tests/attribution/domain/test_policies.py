"""Every combination of model, code policy, window, campaign and paid grades, worked out by hand.

The scene: Aliya's link was tapped 5 days before the order, Dana's 2 days before, and Saule's code
was typed at the checkout. Each row of a table says who is credited and by which rule, and what
became of Aliya's click, Dana's click and Saule's code, in that order.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from attribution.domain.match import CLOCK_SKEW, ClickModel, CodePolicy, attribution_decide
from tests.attribution.domain.test_match import (
    ALIYA,
    DANA,
    PLACED_AT,
    SAULE,
    article,
    click,
    code,
    under,
)

NAMES = {ALIYA: "Aliya", DANA: "Dana", SAULE: "Saule"}
POLICIES = ("code_wins", "click_wins", "code_only", "click_only")


def outcome(candidates, **options):
    """(winner, rule, [verdict and reason of each])"""
    decided = attribution_decide(candidates, placed_at=PLACED_AT, **options)
    winner = decided.winner
    told = " | ".join(
        f"{each.verdict} {each.reason}" if str(each.verdict) != str(each.reason) else "decided"
        for each in decided.verdicts
    )
    return NAMES[winner.influencer_id] if winner else "nobody", str(decided.rule), told


def rows(table: str) -> list[list[str]]:
    lines = [line.strip() for line in table.strip().splitlines()]
    return [[cell.strip() for cell in line.split(" / ")] for line in lines if line]


# --- One campaign: model x code policy x window ---------------------------------------------------

# window 30 holds both clicks, window 3 only Dana's, window 1 neither
ONE_CAMPAIGN = rows("""
last_click / code_wins / 30 / Saule / code_wins / assist later_click_wins | assist code_wins | decided
last_click / click_wins / 30 / Dana / click_wins / assist later_click_wins | decided | assist click_wins
last_click / code_only / 30 / Saule / only_candidate / dropped links_do_not_count | dropped links_do_not_count | decided
last_click / click_only / 30 / Dana / last_click / assist later_click_wins | decided | dropped codes_do_not_count
last_click / code_wins / 3 / Saule / code_wins / dropped window_passed | assist code_wins | decided
last_click / click_wins / 3 / Dana / click_wins / dropped window_passed | decided | assist click_wins
last_click / code_only / 3 / Saule / only_candidate / dropped window_passed | dropped links_do_not_count | decided
last_click / click_only / 3 / Dana / only_candidate / dropped window_passed | decided | dropped codes_do_not_count
last_click / code_wins / 1 / Saule / only_candidate / dropped window_passed | dropped window_passed | decided
last_click / click_wins / 1 / Saule / only_candidate / dropped window_passed | dropped window_passed | decided
last_click / code_only / 1 / Saule / only_candidate / dropped window_passed | dropped window_passed | decided
last_click / click_only / 1 / nobody / none_eligible / dropped window_passed | dropped window_passed | dropped codes_do_not_count
first_click / code_wins / 30 / Saule / code_wins / assist code_wins | assist earlier_click_wins | decided
first_click / click_wins / 30 / Aliya / click_wins / decided | assist earlier_click_wins | assist click_wins
first_click / code_only / 30 / Saule / only_candidate / dropped links_do_not_count | dropped links_do_not_count | decided
first_click / click_only / 30 / Aliya / first_click / decided | assist earlier_click_wins | dropped codes_do_not_count
first_click / code_wins / 3 / Saule / code_wins / dropped window_passed | assist code_wins | decided
first_click / click_wins / 3 / Dana / click_wins / dropped window_passed | decided | assist click_wins
first_click / code_only / 3 / Saule / only_candidate / dropped window_passed | dropped links_do_not_count | decided
first_click / click_only / 3 / Dana / only_candidate / dropped window_passed | decided | dropped codes_do_not_count
first_click / code_wins / 1 / Saule / only_candidate / dropped window_passed | dropped window_passed | decided
first_click / click_wins / 1 / Saule / only_candidate / dropped window_passed | dropped window_passed | decided
first_click / code_only / 1 / Saule / only_candidate / dropped window_passed | dropped window_passed | decided
first_click / click_only / 1 / nobody / none_eligible / dropped window_passed | dropped window_passed | dropped codes_do_not_count
""")  # noqa: E501 a row of a table is read as one


def test_the_table_holds_every_combination_of_one_campaign():
    keys = [tuple(row[:3]) for row in ONE_CAMPAIGN]
    models, windows = ("last_click", "first_click"), ("30", "3", "1")
    assert sorted(keys) == sorted((m, p, w) for m in models for p in POLICIES for w in windows)


@pytest.mark.parametrize(("model", "policy", "window", "winner", "rule", "told"), ONE_CAMPAIGN)
def test_two_links_and_a_code_in_one_campaign(model, policy, window, winner, rule, told):
    terms = {
        "model": ClickModel(model),
        "code_policy": CodePolicy(policy),
        "window_days": int(window),
    }
    scene = [click(ALIYA, days=5), click(DANA, days=2), code(SAULE)]
    assert outcome([under(each, **terms) for each in scene]) == (winner, rule, told)


# --- Two campaigns: the links' policy x the code's x the brand's ----------------------------------

# Dana's link is of one campaign, Saule's code of another. What a campaign's own policy does not
# count is dropped; between what is left the brand's decides.
TWO_CAMPAIGNS = rows("""
code_wins / code_wins / both
code_wins / click_wins / both
code_wins / code_only / both
code_wins / click_only / link
click_wins / code_wins / both
click_wins / click_wins / both
click_wins / code_only / both
click_wins / click_only / link
click_only / code_wins / both
click_only / click_wins / both
click_only / code_only / both
click_only / click_only / link
code_only / code_wins / code
code_only / click_wins / code
code_only / code_only / code
code_only / click_only / neither
""")
BOTH_COUNT = {
    "code_wins": ("Saule", "code_wins", "assist code_wins | decided"),
    "code_only": ("Saule", "code_wins", "assist code_wins | decided"),
    "click_wins": ("Dana", "click_wins", "decided | assist click_wins"),
    "click_only": ("Dana", "click_wins", "decided | assist click_wins"),
}
ONE_COUNTS = {
    "link": ("Dana", "only_candidate", "decided | dropped codes_do_not_count"),
    "code": ("Saule", "only_candidate", "dropped links_do_not_count | decided"),
    "neither": (
        "nobody",
        "none_eligible",
        "dropped links_do_not_count | dropped codes_do_not_count",
    ),
}


def test_the_table_holds_every_combination_of_two_campaigns():
    keys = [tuple(row[:2]) for row in TWO_CAMPAIGNS]
    assert sorted(keys) == sorted((links, codes) for links in POLICIES for codes in POLICIES)


@pytest.mark.parametrize("brand", POLICIES)
@pytest.mark.parametrize(("links", "codes", "counts"), TWO_CAMPAIGNS)
def test_a_link_of_one_campaign_and_a_code_of_another(links, codes, counts, brand):
    scene = [
        under(click(DANA, days=2, campaign=10), code_policy=CodePolicy(links)),
        under(code(SAULE, campaign=20), code_policy=CodePolicy(codes)),
    ]
    expected = BOTH_COUNT[brand] if counts == "both" else ONE_COUNTS[counts]
    assert outcome(scene, brand_code_policy=CodePolicy(brand)) == expected


# --- Which grades pay: A for the link, B for the code ---------------------------------------------

GRADES = rows("""
ABD / code_wins / Saule / code_wins / assist code_wins | decided
ABD / click_wins / Dana / click_wins / decided | assist click_wins
ABD / code_only / Saule / only_candidate / dropped links_do_not_count | decided
ABD / click_only / Dana / only_candidate / decided | dropped codes_do_not_count
A / code_wins / Dana / only_candidate / decided | dropped grade_not_paid
A / click_wins / Dana / only_candidate / decided | dropped grade_not_paid
A / code_only / nobody / none_eligible / dropped links_do_not_count | dropped grade_not_paid
A / click_only / Dana / only_candidate / decided | dropped codes_do_not_count
B / code_wins / Saule / only_candidate / dropped grade_not_paid | decided
B / click_wins / Saule / only_candidate / dropped grade_not_paid | decided
B / code_only / Saule / only_candidate / dropped links_do_not_count | decided
B / click_only / nobody / none_eligible / dropped grade_not_paid | dropped codes_do_not_count
CD / code_wins / nobody / none_eligible / dropped grade_not_paid | dropped grade_not_paid
CD / click_wins / nobody / none_eligible / dropped grade_not_paid | dropped grade_not_paid
CD / code_only / nobody / none_eligible / dropped links_do_not_count | dropped grade_not_paid
CD / click_only / nobody / none_eligible / dropped grade_not_paid | dropped codes_do_not_count
""")


@pytest.mark.parametrize(("grades", "policy", "winner", "rule", "told"), GRADES)
def test_only_the_grades_that_the_campaign_pays_are_credited(grades, policy, winner, rule, told):
    terms = {"paying_grades": grades, "code_policy": CodePolicy(policy)}
    scene = [click(DANA, days=2), code(SAULE)]
    assert outcome([under(each, **terms) for each in scene]) == (winner, rule, told)


# --- Edges of the window, to the second -----------------------------------------------------------


@pytest.mark.parametrize("days", [1, 7, 30, 90])
@pytest.mark.parametrize(
    ("seconds_before", "is_credited"),
    [(-1, True), (0, True), (1, False)],  # beside the window's very end
)
def test_the_window_ends_at_its_second(days, seconds_before, is_credited):
    at = PLACED_AT - timedelta(days=days, seconds=seconds_before)
    found = outcome([under(click(occurred_at=at), window_days=days)])
    late = ("nobody", "none_eligible", "dropped window_passed")
    assert found == (("Aliya", "only_candidate", "decided") if is_credited else late)


@pytest.mark.parametrize(
    ("seconds_after", "is_credited"), [(0, True), (300, True), (301, False), (3600, False)]
)
def test_a_click_after_the_order_counts_within_the_clocks_difference(seconds_after, is_credited):
    assert timedelta(seconds=300) == CLOCK_SKEW
    at = PLACED_AT + timedelta(seconds=seconds_after)
    assert (outcome([click(occurred_at=at)])[0] == "Aliya") is is_credited


# --- Ties -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "winner", "rule"),
    [("last_click", "Dana", "last_click"), ("first_click", "Aliya", "first_click")],
)
def test_of_two_clicks_in_one_millisecond_the_greater_id_is_the_later(model, winner, rule):
    clicks = [
        under(click(ALIYA, days=2, evidence="0199a1"), model=ClickModel(model)),
        under(click(DANA, days=2, evidence="0199a2"), model=ClickModel(model)),
    ]
    for scene in (clicks, clicks[::-1]):
        assert outcome(scene)[:2] == (winner, rule)


def test_of_two_rows_of_one_moment_the_same_one_always_wins():
    both = [article(ALIYA, evidence="111"), article(DANA, evidence="112")]
    assert outcome(both)[:2] == outcome(both[::-1])[:2] == ("Dana", "platform_row")


@pytest.mark.parametrize(
    ("discounts", "winner", "rule"),
    [  # of the first, the second and the third code typed
        ((False, False, False), "Saule", "later_code"),
        ((True, False, False), "Aliya", "discount_code"),
        ((True, True, False), "Dana", "discount_code"),
        ((False, True, True), "Saule", "discount_code"),
        ((True, True, True), "Saule", "later_code"),
    ],
)
def test_of_several_codes_the_one_that_discounted_and_then_the_later(discounts, winner, rule):
    people = (ALIYA, DANA, SAULE)
    codes = [
        code(who, position=n, has_discounted=has)
        for n, (who, has) in enumerate(zip(people, discounts, strict=True))
    ]
    for scene in (codes, codes[::-1]):
        assert outcome(scene)[:2] == (winner, rule)


def test_a_code_and_a_click_of_one_influencer_in_two_campaigns_are_two_claims():
    mine, other = code(ALIYA, campaign=20), click(ALIYA, days=2, campaign=10)
    assert outcome([other, mine]) == ("Aliya", "code_wins", "assist code_wins | decided")


def test_who_is_out_stands_in_nobodys_way():
    gone = replace(click(DANA, days=1), is_participating=False)
    expected = ("Aliya", "only_candidate", "dropped not_participating | decided")
    assert outcome([gone, click(ALIYA, days=5)]) == expected
