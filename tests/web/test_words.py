"""One word, one colour, one sentence; and what is said when a fact is missing."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from campaigns.domain.commission import CommissionTerms, SkuRate
from exchange.web import sale_words, words
from exchange.web.policy_words import policy_sentences
from exchange.web.reward_words import reward_sentences
from exchange.web.sale_words import reason_text, sale_hint

TEN = CommissionTerms(percent_bps=1_000)
TEMPLATES = Path(words.__file__).parent / "templates"
ASKED = re.compile(r'\|word:"(\w+)"')


def said_of(**rule: str) -> list[str]:
    return policy_sentences(commission=TEN, window_days=30, hold_days=21, **rule)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_every_state_has_a_word_and_says_what_it_means():
    for kind, table in words.STATUSES.items():
        for status, look in table.items():
            assert str(look.word), (kind, status)
            assert str(look.hint).endswith("."), (kind, status)
            assert len(str(look.word)) <= 18, (kind, status)  # a badge is never cut


def test_states_of_one_kind_have_different_words():
    for kind, table in words.STATUSES.items():
        said = [str(look.word) for look in table.values()]
        assert len(said) == len(set(said)), kind


def test_a_state_that_nobody_knows_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        words.status_of("frozen")


def test_a_code_without_a_word_is_shown_as_it_is():
    assert words.word_of("source", "nobody") == "nobody"
    assert words.word_of("source", "woocommerce") == "WooCommerce"


@pytest.mark.parametrize(
    ("status", "facts", "hint"),
    [
        (
            "on_hold",
            {"on": date(2026, 12, 2)},
            "The buyer may return the goods until December 2. With no return and no evidenced"
            " refusal, the reward approves itself that day.",
        ),
        (
            "on_hold",
            {},
            "The buyer may still return the goods. With no return, it approves itself.",
        ),
        (
            "pending",
            {"hold_days": 21},
            "Ordered, not received yet. Once received, a 21-day hold begins.",
        ),
        (
            "paid",
            {"on": date(2026, 11, 14), "amount_minor": 9_871_000},
            "98 710,00 ₸ was sent to your account on November 14.",
        ),
    ],
)
def test_a_hint_is_as_exact_as_what_is_known(status, facts, hint):
    assert plain(sale_hint(status, **facts)) == hint


def test_brand_and_influencer_read_the_same_state_from_their_own_side():
    day = date(2026, 12, 2)
    assert "Approves itself on" in sale_hint("on_hold", side="brand", on=day)
    assert "The buyer may return" in sale_hint("on_hold", side="influencer", on=day)


def test_every_reason_code_of_the_domain_has_a_name_and_a_sentence():
    assert set(words.REASONS) == set(sale_words.REASON_TEXTS) == set(range(11, 26))


def test_every_table_of_words_that_a_template_asks_for_is_there():
    templates = [*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt")]
    asked = {name for file in templates for name in ASKED.findall(file.read_text())}
    assert {"reason", "source"} <= asked <= set(words.TABLES)


def test_a_reason_carries_its_number_first():
    assert sale_words.reason_name(16) == "16, goods returned"


def test_a_reason_without_its_facts_falls_back_to_its_name():
    assert reason_text(12, order="TY-1") == (
        "This order is already counted: TY-1. One order is paid once."
    )
    assert reason_text(12) == "12, duplicate order"


def test_the_usual_policy_is_the_model_sentence():
    said = " ".join(said_of(code_policy="code_wins"))
    assert said == (
        "The reward of the goods after discounts, without delivery: 10%."
        " If a buyer taps your link and orders within 30 days, or enters your promo code, the"
        " reward is yours. If the link is one influencer's and the code another's, the code's"
        " owner gets it. If the goods are not returned within 21 days of receipt, the reward is"
        " approved. Until then the brand may refuse only with evidence."
    )


@pytest.mark.parametrize(
    ("policy", "said", "unsaid"),
    [
        ("click_wins", "the link's owner gets it", "the code's owner gets it"),
        ("code_only", "Links are not counted", "taps your link"),
        ("click_only", "Promo codes are not counted", "enters your promo code"),
    ],
)
def test_a_variant_replaces_a_sentence_and_never_appends(policy, said, unsaid):
    text = " ".join(said_of(code_policy=policy))
    assert said in text
    assert unsaid not in text


def test_first_click_is_said_and_a_code_alone_has_no_click_to_speak_of():
    first = said_of(code_policy="code_wins", model="first_click")
    only = said_of(code_policy="code_only", model="first_click")
    assert any("the first one counts" in sentence for sentence in first)
    assert not any("one counts" in sentence for sentence in only)


def test_every_hold_of_a_payout_says_why_and_what_to_press():
    for reason, (text, button) in words.HOLDS.items():
        assert str(text).endswith("."), reason
        assert len(str(button)) <= 22, reason


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_a_form_that_nobody_has_filled_in_promises_no_reward():
    assert reward_sentences(CommissionTerms()) == []
    only = CommissionTerms(table={"a": SkuRate(bps=500)})
    assert reward_sentences(only)[0] == "Only products that the brand has listed have a reward."
