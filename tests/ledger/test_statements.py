"""A filtered statement and balances of the past, worked by hand.

| # | day | event | campaign | amount | balance |
|---|---|---|---|---|---|
| 1 | Nov 1 | top-up | | 1 000 | 1 000 |
| 2 | Nov 3 | reserved | 7 | -400 | 600 |
| 3 | Nov 5 | reserved | 8 | -100 | 500 |
| 4 | Nov 2, told on the 6th | top-up | | 50 | 550 |
| 5 | Nov 9 | released | 7 | 150 | 700 |
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.clock import day_start
from core.tenancy.context import acting_as
from ledger.domain import accounts, journals
from ledger.domain.drafts import JournalKind
from ledger.domain.fees import Reserve
from ledger.services import journal_post
from ledger.statements import (
    LineFilter,
    LineSums,
    balances_before,
    statement_page,
    statement_sums,
)
from tests.ledger.worlds import ALIYA, SAURAN, TULPAR

pytestmark = pytest.mark.django_db
FREE, BUDGET_7 = accounts.brand_free(TULPAR), accounts.budget(TULPAR, 7)
WHOLE = [(150, 700), (50, 550), (-100, 500), (-400, 600), (1_000, 1_000)]


def noon(day: int) -> datetime:
    return datetime(2026, 11, day, 7, tzinfo=UTC)


@pytest.fixture(autouse=True)
def five_lines():
    def reserve(minor: int) -> Reserve:
        return Reserve(minor, 0, 0)

    for at, draft in (
        (noon(1), journals.deposit(statement_row="a", brand_id=TULPAR, amount_minor=1_000)),
        (noon(3), journals.campaign_reserve(
            campaign_id=7, n=1, brand_id=TULPAR, reserve=reserve(400))),
        (noon(5), journals.campaign_reserve(
            campaign_id=8, n=1, brand_id=TULPAR, reserve=reserve(100))),
        (noon(2), journals.deposit(statement_row="b", brand_id=TULPAR, amount_minor=50)),
        (noon(9), journals.campaign_release(
            campaign_id=7, n=2, brand_id=TULPAR, reserve=reserve(150))),
    ):  # fmt: skip
        journal_post(draft, occurred_at=at)


def shown(asked: LineFilter, **page: int) -> list[tuple[int, int]]:
    with acting_as(brand=TULPAR):
        lines = statement_page(FREE, asked, **page)
    return [(line.amount_minor, line.balance_minor) for line in lines]


FILTERS = {
    "all of it": (LineFilter(), WHOLE),
    "a kind": (LineFilter(kinds=(JournalKind.DEPOSIT,)), [(50, 550), (1_000, 1_000)]),
    "two kinds": (
        LineFilter(kinds=(JournalKind.RESERVE, JournalKind.RELEASE)),
        [(150, 700), (-100, 500), (-400, 600)],
    ),
    "a campaign": (LineFilter(campaign_id=7), [(150, 700), (-400, 600)]),
    # the late top-up is the 2nd's, and stands where it was booked
    "a period": (LineFilter(since=noon(2), until=noon(5)), [(50, 550), (-400, 600)]),
    "from a day on": (LineFilter(since=noon(5)), [(150, 700), (-100, 500)]),
    "up to a day": (LineFilter(until=noon(3)), [(50, 550), (1_000, 1_000)]),
    "nothing": (LineFilter(campaign_id=9), []),
    "all at once": (
        LineFilter(since=noon(1), until=noon(4), kinds=(JournalKind.RESERVE,), campaign_id=7),
        [(-400, 600)],
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_the_balance_beside_a_line_is_the_accounts_whatever_is_left_out(name):
    asked, expected = FILTERS[name]
    assert shown(asked) == expected


@pytest.mark.parametrize("name", FILTERS)
def test_pages_of_one_line_join_to_the_same(name):
    asked, expected = FILTERS[name]
    joined, before_id = [], {}
    with acting_as(brand=TULPAR):
        while page := statement_page(FREE, asked, limit=1, **before_id):
            joined += [(line.amount_minor, line.balance_minor) for line in page]
            before_id = {"before_id": page[-1].entry_id}
    assert joined == expected


def test_the_sums_of_a_filter_and_the_balances_at_its_ends():
    with acting_as(brand=TULPAR):
        whole = statement_sums(FREE, LineFilter())
        period = statement_sums(FREE, LineFilter(since=noon(2), until=noon(5)))
        kind = statement_sums(FREE, LineFilter(since=noon(2), kinds=(JournalKind.RELEASE,)))
        empty = statement_sums(accounts.brand_free(3), LineFilter())
    assert whole == LineSums(in_minor=1_200, out_minor=500, begin_minor=0, end_minor=700)
    assert period == LineSums(in_minor=50, out_minor=400, begin_minor=1_000, end_minor=650)
    assert kind == LineSums(in_minor=150, out_minor=0, begin_minor=1_000, end_minor=700)
    assert empty == LineSums(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("moment", "free", "budget"),
    [
        (noon(1), 0, 0),
        (noon(1) + timedelta(seconds=1), 1_000, 0),
        (day_start(noon(3).date()), 1_050, 0),
        (day_start(noon(4).date()), 650, 400),
        (day_start(noon(10).date()), 700, 250),
    ],
)
def test_what_was_held_at_a_moment(moment, free, budget):
    never = accounts.vat_funded(TULPAR)
    with acting_as(brand=TULPAR):
        held = balances_before([FREE, BUDGET_7, never], moment)
    assert held == {FREE: free, BUDGET_7: budget, never: 0}


def test_nobody_reads_the_past_of_another():
    with acting_as(brand=SAURAN):
        assert statement_page(FREE, LineFilter(campaign_id=7)) == []
        assert statement_sums(FREE, LineFilter()) == LineSums(0, 0, 0, 0)
        assert balances_before([FREE], noon(20)) == {FREE: 0}
    with acting_as(influencer=ALIYA):
        assert balances_before([FREE], noon(20)) == {FREE: 0}


def test_what_it_costs_does_not_grow_with_the_lines():
    asked = LineFilter(kinds=(JournalKind.DEPOSIT, JournalKind.RESERVE))
    with acting_as(brand=TULPAR):
        for limit in (1, 4):
            with CaptureQueriesContext(connection) as queries:
                assert len(statement_page(FREE, asked, limit=limit)) == limit
            assert sum("ledger_" in query["sql"] for query in queries) == 3
        with CaptureQueriesContext(connection) as queries:
            statement_sums(FREE, asked)
        assert sum("ledger_" in query["sql"] for query in queries) == 2
