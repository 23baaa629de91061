from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.domain.match import (
    CLOCK_SKEW,
    CandidateEvidence,
    CandidateTerms,
    ClickModel,
    CodePolicy,
    DecisionRule,
    EvidenceKind,
    Reason,
    Verdict,
    attribution_decide,
)

PLACED_AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TERMS = CandidateTerms(
    terms_id=1,
    window_days=30,
    code_policy=CodePolicy.CODE_WINS,
    model=ClickModel.LAST_CLICK,
    paying_grades="ABD",
)
ALIYA, DANA, SAULE = 1, 2, 3


def click(who=ALIYA, *, days=1, campaign=10, **changes):
    """A click so many days before the order."""
    evidence = CandidateEvidence(
        kind=EvidenceKind.CLICK,
        evidence=f"click of {who}, {days} days before",
        grade="A",
        occurred_at=PLACED_AT - timedelta(days=days),
        participation_id=100 * campaign + who,
        influencer_id=who,
        campaign_id=campaign,
        terms=TERMS,
        running_from=PLACED_AT - timedelta(days=300),
    )
    return replace(evidence, **changes)


def code(who=ALIYA, **changes):
    kind = {"kind": EvidenceKind.PROMO_CODE, "grade": "B", "occurred_at": PLACED_AT}
    return click(who, **({"evidence": f"code of {who}"} | kind | changes))


def article(who=ALIYA, *, days_after=4, **changes):
    """A finance row of Wildberries with a substitute article, days after the order."""
    kind = {
        "kind": EvidenceKind.WB_SUBSTITUTE_ARTICLE,
        "evidence": f"article of {who}",
        "occurred_at": PLACED_AT + timedelta(days=days_after),
    }
    return click(who, **(kind | changes))


def under(evidence, **terms):
    return replace(evidence, terms=replace(evidence.terms, **terms))


def decide(*candidates, **options):
    return attribution_decide(candidates, placed_at=PLACED_AT, **options)


def winner_of(*candidates, **options):
    winner = decide(*candidates, **options).winner
    return winner and winner.influencer_id


def judged(decision):
    return [(each.verdict, each.reason) for each in decision.verdicts]


def test_without_evidence_an_order_is_nobodys():
    decision = decide()
    assert (decision.winner, decision.rule, decision.verdicts) == (
        None,
        DecisionRule.NO_CANDIDATE,
        (),
    )


@pytest.mark.parametrize(
    ("_case", "evidence"),
    [("a click", click()), ("a promo code", code()), ("a substitute article", article())],
)
def test_a_single_evidence_decides(_case, evidence):
    decision = decide(evidence)
    assert (decision.winner, decision.rule) == (evidence, DecisionRule.ONLY_CANDIDATE)
    assert judged(decision) == [(Verdict.DECIDED, Reason.DECIDED)]


@pytest.mark.parametrize(
    ("_case", "evidence", "reason"),
    [
        ("a click past the window", click(days=31), Reason.WINDOW_PASSED),
        (
            "a second past the window",
            click(occurred_at=PLACED_AT - timedelta(days=30, seconds=1)),
            Reason.WINDOW_PASSED,
        ),
        ("its own campaign's window", under(click(days=8), window_days=7), Reason.WINDOW_PASSED),
        (
            "a click after the order",
            click(occurred_at=PLACED_AT + CLOCK_SKEW + timedelta(seconds=1)),
            Reason.AFTER_ORDER,
        ),
        ("an influencer who left", click(is_participating=False), Reason.NOT_PARTICIPATING),
        (
            "a campaign that had not begun",
            click(running_from=PLACED_AT + timedelta(hours=1)),
            Reason.CAMPAIGN_NOT_RUNNING,
        ),
        (
            "a campaign that was over",
            code(running_until=PLACED_AT - timedelta(seconds=1)),
            Reason.CAMPAIGN_NOT_RUNNING,
        ),
        (
            "a code where only links count",
            under(code(), code_policy=CodePolicy.CLICK_ONLY),
            Reason.CODES_DO_NOT_COUNT,
        ),
        (
            "a link where only codes count",
            under(click(), code_policy=CodePolicy.CODE_ONLY),
            Reason.LINKS_DO_NOT_COUNT,
        ),
        ("a grade that is not paid", under(code(), paying_grades="A"), Reason.GRADE_NOT_PAID),
        ("modelled lift is never paid", click(grade="E"), Reason.GRADE_NOT_PAID),
    ],
)  # fmt: skip
def test_what_does_not_count_is_dropped_with_its_reason(_case, evidence, reason):
    decision = decide(evidence)
    assert (decision.winner, decision.rule) == (None, DecisionRule.NONE_ELIGIBLE)
    assert judged(decision) == [(Verdict.DROPPED, reason)]


@pytest.mark.parametrize(
    ("_case", "evidence"),
    [
        ("the last second of the window", click(days=30)),
        ("a shop's clock a little behind", click(occurred_at=PLACED_AT + CLOCK_SKEW)),
        ("the campaign's last second", click(running_until=PLACED_AT)),
        ("a code needs no window", code(occurred_at=PLACED_AT - timedelta(days=365))),
        ("an article comes days after the order", article(days_after=20)),
        (
            "an article where only links count",
            under(article(), code_policy=CodePolicy.CLICK_ONLY),
        ),
        (
            "an article where only codes count",
            under(article(), code_policy=CodePolicy.CODE_ONLY),
        ),
    ],
)
def test_what_just_counts_wins(_case, evidence):
    assert decide(evidence).winner == evidence


def test_the_last_click_wins_and_the_older_one_is_an_assist():
    decision = decide(click(ALIYA, days=5), click(DANA, days=2))
    assert (decision.winner.influencer_id, decision.rule) == (DANA, DecisionRule.LAST_CLICK)
    assert judged(decision) == [
        (Verdict.ASSIST, Reason.LATER_CLICK_WINS),
        (Verdict.DECIDED, Reason.DECIDED),
    ]


def test_the_first_click_wins_where_the_terms_say_so():
    first = ClickModel.FIRST_CLICK
    clicks = [under(click(who, days=days), model=first) for who, days in ((ALIYA, 5), (DANA, 2))]
    decision = decide(*clicks)
    assert (decision.winner.influencer_id, decision.rule) == (ALIYA, DecisionRule.FIRST_CLICK)
    assert judged(decision)[1] == (Verdict.ASSIST, Reason.EARLIER_CLICK_WINS)


def test_of_two_campaigns_the_last_clicked_one_says_which_click_counts():
    old, new = click(ALIYA, days=5, campaign=10), click(DANA, days=2, campaign=20)
    assert winner_of(under(old, model=ClickModel.FIRST_CLICK), new) == DANA
    assert winner_of(old, under(new, model=ClickModel.FIRST_CLICK)) == ALIYA


def test_a_click_past_the_window_does_not_stand_in_the_way():
    decision = decide(click(ALIYA, days=40), click(DANA, days=2))
    assert decision.winner.influencer_id == DANA
    assert judged(decision)[0] == (Verdict.DROPPED, Reason.WINDOW_PASSED)


@pytest.mark.parametrize(
    ("_case", "policy", "winner", "rule", "loser"),
    [
        (
            "the code wins",
            CodePolicy.CODE_WINS,
            ALIYA,
            DecisionRule.CODE_WINS,
            (Verdict.ASSIST, Reason.CODE_WINS),
        ),
        (
            "the click wins",
            CodePolicy.CLICK_WINS,
            DANA,
            DecisionRule.CLICK_WINS,
            (Verdict.ASSIST, Reason.CLICK_WINS),
        ),
        (
            "only codes count",
            CodePolicy.CODE_ONLY,
            ALIYA,
            DecisionRule.ONLY_CANDIDATE,
            (Verdict.DROPPED, Reason.LINKS_DO_NOT_COUNT),
        ),
        (
            "only links count",
            CodePolicy.CLICK_ONLY,
            DANA,
            DecisionRule.ONLY_CANDIDATE,
            (Verdict.DROPPED, Reason.CODES_DO_NOT_COUNT),
        ),
    ],
)
def test_the_code_of_one_against_the_click_of_another_in_one_campaign(
    _case, policy, winner, rule, loser
):
    decision = decide(
        under(code(ALIYA), code_policy=policy), under(click(DANA), code_policy=policy)
    )
    assert (decision.winner.influencer_id, decision.rule) == (winner, rule)
    assert loser in judged(decision)


@pytest.mark.parametrize(
    ("brand_policy", "winner"),
    [
        (CodePolicy.CODE_WINS, ALIYA),
        (CodePolicy.CLICK_WINS, DANA),
        (CodePolicy.CODE_ONLY, ALIYA),
    ],
)
def test_between_two_campaigns_the_brands_policy_decides(brand_policy, winner):
    """Whatever the two campaigns themselves prefer."""
    mine = under(code(ALIYA, campaign=10), code_policy=CodePolicy.CLICK_WINS)
    theirs = under(click(DANA, campaign=20), code_policy=CodePolicy.CLICK_WINS)
    assert winner_of(mine, theirs, brand_code_policy=brand_policy) == winner


def test_without_a_policy_of_the_brand_the_code_wins():
    assert winner_of(code(ALIYA, campaign=10), click(DANA, campaign=20)) == ALIYA


def test_a_code_and_a_click_of_one_influencer_confirm_each_other():
    decision = decide(click(ALIYA), code(ALIYA), click(DANA, days=3))
    assert decision.rule is DecisionRule.SAME_INFLUENCER
    assert judged(decision) == [
        (Verdict.CONFIRMS, Reason.SAME_INFLUENCER),
        (Verdict.DECIDED, Reason.DECIDED),
        (Verdict.ASSIST, Reason.LATER_CLICK_WINS),
    ]


def test_of_two_codes_the_one_that_discounted_wins_then_the_later():
    early, late = code(ALIYA, position=0), code(DANA, position=1)
    assert winner_of(early, late) == DANA
    assert winner_of(replace(early, has_discounted=True), late) == ALIYA
    decision = decide(early, late)
    assert decision.rule is DecisionRule.LATER_CODE
    assert judged(decision)[0] == (Verdict.ASSIST, Reason.OTHER_CODE_WINS)


def test_an_id_in_the_platforms_own_row_beats_code_and_click():
    click_policy = CodePolicy.CLICK_WINS
    decision = decide(
        under(click(DANA), code_policy=click_policy),
        under(code(SAULE), code_policy=click_policy),
        under(article(ALIYA), code_policy=click_policy),
    )
    assert (decision.winner.influencer_id, decision.rule) == (ALIYA, DecisionRule.PLATFORM_ROW)
    assert judged(decision)[:2] == [(Verdict.ASSIST, Reason.PLATFORM_ROW_WINS)] * 2


def test_of_two_rows_of_the_platform_the_later_one_stands():
    decision = decide(article(ALIYA, days_after=3), article(DANA, days_after=9))
    assert (decision.winner.influencer_id, decision.rule) == (DANA, DecisionRule.PLATFORM_ROW)
    assert judged(decision)[0] == (Verdict.ASSIST, Reason.LATER_ROW_WINS)


def test_the_trace_is_plain_json_with_everybody_in_it():
    decision = decide(code(ALIYA, typed_as="look_alike"), click(DANA, days=31))
    trace = decision.trace()
    assert json.loads(json.dumps(trace)) == trace
    assert trace == [
        {
            "kind": "promo_code",
            "evidence": "code of 1",
            "grade": "B",
            "occurred_at": "2026-11-21T12:00:00+00:00",
            "participation": 1001,
            "is_fuzzy": True,
            "verdict": "decided",
            "reason": "decided",
            "typed_as": "look_alike",
        },
        {
            "kind": "click",
            "evidence": "click of 2, 31 days before",
            "grade": "A",
            "occurred_at": "2026-10-21T12:00:00+00:00",
            "participation": 1002,
            "is_fuzzy": False,
            "verdict": "dropped",
            "reason": "window_passed",
        },
    ]


# --- what must hold for every set of evidence ---------------------------------------------------

anybody = st.sampled_from([ALIYA, DANA, SAULE])
terms = st.builds(
    CandidateTerms,
    terms_id=st.just(1),
    window_days=st.integers(min_value=1, max_value=90),
    code_policy=st.sampled_from(CodePolicy),
    model=st.sampled_from(ClickModel),
    paying_grades=st.sampled_from(["A", "B", "AB", "ABD", ""]),
)
evidences = st.builds(
    lambda make, who, campaign, terms, is_participating: replace(
        make(who, campaign=campaign), terms=terms, is_participating=is_participating
    ),
    st.sampled_from([click, code, article]),
    anybody,
    st.sampled_from([10, 20]),
    terms,
    st.booleans(),
)


def at_their_own_time(candidates):
    """No two at one moment or place, so that no tie is left to the order of reading."""
    return [
        replace(each, occurred_at=each.occurred_at - timedelta(hours=7 * n), position=n)
        for n, each in enumerate(candidates)
    ]


crowds = st.lists(evidences, max_size=7).map(at_their_own_time)


@given(crowds, st.sampled_from(CodePolicy))
def test_one_decides_or_nobody_is_eligible(candidates, policy):
    decision = decide(*candidates, brand_code_policy=policy)
    verdicts = [each.verdict for each in decision.verdicts]
    assert [each.candidate for each in decision.verdicts] == candidates
    if decision.winner is None:
        assert set(verdicts) <= {Verdict.DROPPED}
        return
    assert verdicts.count(Verdict.DECIDED) == 1
    assert decision.verdicts[verdicts.index(Verdict.DECIDED)].candidate is decision.winner
    for each in decision.verdicts:
        is_winners = each.candidate.participation_id == decision.winner.participation_id
        if each.verdict is Verdict.CONFIRMS:
            assert is_winners
        if each.verdict is Verdict.ASSIST:
            assert not is_winners


@given(crowds, st.sampled_from(CodePolicy), st.randoms(use_true_random=False))
def test_the_order_of_reading_changes_nothing(candidates, policy, random):
    shuffled = candidates.copy()
    random.shuffle(shuffled)
    one = decide(*candidates, brand_code_policy=policy)
    other = decide(*shuffled, brand_code_policy=policy)
    assert (one.winner, one.rule) == (other.winner, other.rule)


@given(crowds, st.sampled_from(CodePolicy))
def test_what_is_dropped_might_as_well_not_be_there(candidates, policy):
    decision = decide(*candidates, brand_code_policy=policy)
    kept = [each.candidate for each in decision.verdicts if each.verdict is not Verdict.DROPPED]
    assert decide(*kept, brand_code_policy=policy).winner == decision.winner


# --- What only a page says ------------------------------------------------------------------


def seen(who=ALIYA, **changes):
    """A click that the order's thank-you page named."""
    return click(who, **({"kind": EvidenceKind.PAGE_CLICK, "grade": "D"} | changes))


def weighed(*candidates, brand_code_policy=CodePolicy.CODE_WINS):
    decided = attribution_decide(
        candidates, placed_at=PLACED_AT, brand_code_policy=brand_code_policy
    )
    return decided, {id(each.candidate): each for each in decided.verdicts}


def test_a_click_that_only_a_page_names_decides_and_the_rule_says_so():
    older, newer = seen(DANA, days=3), seen(ALIYA, days=2)
    decided, verdicts = weighed(older, newer)
    assert (decided.winner, decided.rule) == (newer, DecisionRule.SEEN_ON_PAGE)
    assert verdicts[id(older)].reason is Reason.LATER_CLICK_WINS


@pytest.mark.parametrize("signed", [click, code, article])
def test_whatever_is_signed_wins_over_a_page(signed):
    page, other = seen(DANA, days=0), signed(ALIYA)
    decided, verdicts = weighed(page, other, brand_code_policy=CodePolicy.CLICK_WINS)
    assert (decided.winner, decided.rule) == (other, DecisionRule.ONLY_CANDIDATE)
    assert verdicts[id(page)].verdict is Verdict.ASSIST
    assert verdicts[id(page)].reason is Reason.SIGNED_EVIDENCE_WINS


def test_a_page_decides_when_what_is_signed_was_too_late():
    page, old = seen(DANA), click(ALIYA, days=31)
    decided, _verdicts = weighed(page, old)
    assert (decided.winner, decided.rule) == (page, DecisionRule.SEEN_ON_PAGE)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"days": 31}, Reason.WINDOW_PASSED),
        ({"days": -1}, Reason.AFTER_ORDER),
        ({"terms": replace(TERMS, code_policy=CodePolicy.CODE_ONLY)}, Reason.LINKS_DO_NOT_COUNT),
        ({"terms": replace(TERMS, paying_grades="AB")}, Reason.GRADE_NOT_PAID),
    ],
)
def test_a_page_is_bound_by_the_rules_of_clicks(changes, reason):
    page = seen(**changes)
    decided, verdicts = weighed(page)
    assert (decided.winner, verdicts[id(page)].reason) == (None, reason)
