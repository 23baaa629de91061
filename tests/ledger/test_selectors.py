from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection
from django.test.utils import CaptureQueriesContext

from core.tenancy.context import acting_as
from ledger.domain import accounts, journals
from ledger.selectors import (
    account_total,
    balance_minor,
    balances,
    influencers_owed,
)
from ledger.services import journal_post
from ledger.statements import statement_page
from tests.ledger.worlds import ALIYA, DANA, NOON, SAURAN, TULPAR, post, sale_drafts, two_sales

pytestmark = pytest.mark.django_db
FREE = accounts.brand_free(TULPAR)


def select_count(queries):
    return sum("ledger_" in query["sql"] for query in queries)


# --- Balances -------------------------------------------------------------------------------


def test_balances_are_read_in_one_query_kept_and_summed_alike():
    two_sales()
    refs = [FREE, accounts.platform_fee(), accounts.tax_withheld("ipn"), accounts.brand_free(3)]
    with acting_as(ops=1), CaptureQueriesContext(connection) as queries:
        found = balances(refs)
    assert found == dict(zip(refs, [41_300_000, 51_000, 28_400, 0], strict=True))
    assert len(queries) == 1


def test_an_account_that_was_never_used_has_nothing():
    with acting_as(ops=1):
        assert balance_minor(FREE) == 0
        assert balance_minor(accounts.bank()) == 0
        assert account_total("bank") == 0


def test_a_total_is_of_all_accounts_of_a_kind():
    two_sales()
    with acting_as(ops=1), CaptureQueriesContext(connection) as queries:
        totals = {kind: account_total(kind) for kind in ("budget", "bank", "in_flight")}
    assert totals == {"budget": 99_660_000, "bank": -200_000_000, "in_flight": 255_400}
    assert len(queries) == 3


def test_all_accounts_together_hold_nothing():
    two_sales()
    kinds = [*accounts.AccountKind]
    kinds.remove(accounts.AccountKind.TAX_WITHHELD)
    taxes = [f"tax_withheld:{tax}" for tax in ("opv", "so", "vosms", "ipn")]
    with acting_as(ops=1):
        assert sum(account_total(kind) for kind in [*kinds, *taxes]) == 0


def test_who_is_owed_and_how_much_is_one_query():
    post(*sale_drafts(TULPAR, ALIYA)[:-1], *sale_drafts(SAURAN, DANA))  # Dana's is in flight
    with acting_as(ops=1), CaptureQueriesContext(connection) as queries:
        assert influencers_owed("influencer_payable") == {ALIYA: 170_000}
        assert influencers_owed("in_flight") == {DANA: 127_700}
        assert influencers_owed("influencer_debt") == {}
    assert len(queries) == 3


# --- Statements -----------------------------------------------------------------------------


def test_a_brand_reads_its_statement_newest_first_with_running_balance():
    two_sales()
    with acting_as(brand=TULPAR):
        lines = statement_page(FREE)
    assert [(it.journal_kind, it.amount_minor, it.balance_minor) for it in lines] == [
        ("reserve", -58_700_000, 41_300_000),
        ("deposit", 100_000_000, 100_000_000),
    ]
    assert lines[0].refs == {"campaign": 100}
    assert lines[0].occurred_at == NOON


def test_an_influencer_reads_theirs():
    two_sales()
    with acting_as(influencer=ALIYA):
        lines = statement_page(accounts.influencer_payable(ALIYA))
    assert [(it.journal_kind, it.amount_minor, it.balance_minor) for it in lines] == [
        ("payout_created", -170_000, 0),
        ("approval", 170_000, 170_000),
    ]


def test_ops_read_the_statement_of_the_bank_which_keeps_no_balance():
    two_sales()
    with acting_as(ops=1):
        lines = statement_page(accounts.bank())
    assert [it.balance_minor for it in lines] == [-200_000_000, -100_000_000]


def test_nobody_reads_the_statement_of_another():
    two_sales()
    with acting_as(brand=TULPAR):
        assert statement_page(accounts.brand_free(SAURAN)) == []
        assert statement_page(accounts.bank()) == []
        assert statement_page(accounts.influencer_payable(ALIYA)) == []
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(public="landing"):
        statement_page(FREE)


@pytest.fixture
def ten_deposits():
    """1, 2 ... 10 tiyn: after the n-th there are n * (n + 1) / 2."""
    for n in range(1, 11):
        deposit = journals.deposit(statement_row=f"{n}", brand_id=TULPAR, amount_minor=n)
        journal_post(deposit, occurred_at=NOON + timedelta(days=n))


def amounts(lines):
    return [(line.amount_minor, line.balance_minor) for line in lines]


def test_pages_join_without_a_gap_or_a_repeat(ten_deposits):
    with acting_as(brand=TULPAR):
        first = statement_page(FREE, limit=4)
        second = statement_page(FREE, limit=4, before_id=first[-1].entry_id)
        third = statement_page(FREE, limit=4, before_id=second[-1].entry_id)
        after = statement_page(FREE, limit=4, before_id=third[-1].entry_id)
    assert amounts(first) == [(10, 55), (9, 45), (8, 36), (7, 28)]
    assert amounts(second) == [(6, 21), (5, 15), (4, 10), (3, 6)]
    assert amounts(third) == [(2, 3), (1, 1)]
    assert after == []


def test_a_line_that_comes_meanwhile_changes_no_older_page(ten_deposits):
    with acting_as(brand=TULPAR):
        first = statement_page(FREE, limit=4)
        post(journals.refund_created(refund_id=1, brand_id=TULPAR, amount_minor=50))
        second = statement_page(FREE, limit=4, before_id=first[-1].entry_id)
    assert amounts(second) == [(6, 21), (5, 15), (4, 10), (3, 6)]


def test_a_page_costs_two_queries_however_long_it_is(ten_deposits):
    with acting_as(brand=TULPAR):
        for limit in (1, 10):
            with CaptureQueriesContext(connection) as queries:
                lines = statement_page(FREE, limit=limit, before_id=10**9)
            assert (len(lines), select_count(queries)) == (limit, 2)


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_has_a_size(limit):
    with acting_as(brand=TULPAR), pytest.raises(AssertionError):
        statement_page(FREE, limit=limit)
