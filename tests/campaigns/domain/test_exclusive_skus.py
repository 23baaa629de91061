"""Whose an article is at a moment, and how articles are compared."""

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.domain.exclusive_skus import SkuPeriod, sku_key

FIRST = datetime(2026, 11, 20, tzinfo=UTC)
END = FIRST + timedelta(days=5)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("until", "placed_at", "refusal"),
    [
        (END, FIRST - TICK, "article_not_yet"),
        (END, FIRST, None),
        (END, END - TICK, None),
        (END, END, "article_over"),
        (None, FIRST + timedelta(days=900), None),
        (FIRST, FIRST, "article_over"),  # taken back before it began: never theirs
    ],
)
def test_an_article_is_somebodys_from_its_first_moment_to_before_its_end(until, placed_at, refusal):
    assert SkuPeriod(FIRST, until).refusal(placed_at) == refusal


@pytest.mark.parametrize(
    ("typed", "kept"), [(" tu-set-1 ", "TU-SET-1"), ("Жиынтық 7", "ЖИЫНТЫҚ 7"), ("  ", "")]
)
def test_capitals_and_blanks_around_are_no_difference(typed, kept):
    assert sku_key(typed) == sku_key(kept) == kept
