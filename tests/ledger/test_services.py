from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from core.tenancy.context import acting_as, current_actor
from ledger.domain import accounts, journals
from ledger.domain.drafts import JournalDraft, JournalKind, Leg
from ledger.domain.fees import Reserve
from ledger.domain.journals import ConversionRef
from ledger.models import Account, Entry, Journal
from ledger.selectors import balance_minor, balances
from ledger.services import (
    AmountImpossible,
    IdempotencyConflict,
    InsufficientFunds,
    JournalUnbalanced,
    journal_post,
    journals_post,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 21, 7, tzinfo=UTC)
FREE = accounts.brand_free(1)


def deposit(amount_minor=1_000, row="a", brand_id=1):
    return journals.deposit(statement_row=row, brand_id=brand_id, amount_minor=amount_minor)


def refund(amount_minor, refund_id=1):
    return journals.refund_created(refund_id=refund_id, brand_id=1, amount_minor=amount_minor)


def post(*drafts):
    return stored(*journals_post(drafts, occurred_at=NOON))


def stored(*ids):
    """The journals as they stand, for whoever acts."""
    with acting_as(system="test"):
        journals = Journal.objects.in_bulk(ids)
    return [journals[id] for id in ids]


def counted():
    with acting_as(ops=1):
        return Journal.objects.count(), Entry.objects.count(), Account.objects.count()


def free_minor():
    with acting_as(ops=1):
        return balance_minor(FREE)


# --- Posting --------------------------------------------------------------------------------


def test_a_journal_keeps_what_happened_when_and_who_asked():
    with acting_as(ops=7):
        posted = Journal.objects.get(pk=journal_post(deposit(), occurred_at=NOON))
        legs = [(leg.account.code, leg.amount_minor) for leg in posted.entries.order_by("id")]
    assert (posted.kind, posted.business_key) == ("deposit", "bank-stmt:a")
    assert (posted.occurred_at, posted.actor) == (NOON, "ops:7")
    assert bytes(posted.body_sha256) == deposit().body_sha256
    assert legs == [("bank||||KZT", -1_000), ("brand_free|1|||KZT", 1_000)]


def test_a_journal_knows_what_it_is_about():
    post(deposit(10_000), journals.campaign_reserve(
        campaign_id=3, n=1, brand_id=1, reserve=Reserve(5_000, 750, 120)
    ))  # fmt: skip
    with acting_as(ops=1):
        assert Journal.objects.get(business_key="reserve:3:1").refs == {"campaign": 3}
        held = balances([FREE, accounts.budget(1, 3), accounts.vat_reserve(1, 3)])
    assert list(held.values()) == [4_130, 5_000, 120]


def test_a_brand_may_have_its_own_money_moved_and_acts_on_afterwards():
    post(deposit())
    with acting_as(brand=1) as brand:
        posted = journal_post(refund(400), occurred_at=NOON)
        assert current_actor() == brand
        assert balance_minor(FREE) == 600
    assert stored(posted)[0].actor == "brand:1"


def test_the_system_posts_inside_its_own_context_or_without_one():
    with acting_as(system="conversions"):
        first = journal_post(deposit(), occurred_at=NOON)
    second = journal_post(refund(1_000), occurred_at=NOON)
    assert [it.actor for it in stored(first, second)] == ["system:conversions", "system:ledger"]


def test_drafts_that_move_nothing_are_left_out():
    order = ConversionRef(conversion_id=1, campaign_id=3, brand_id=1, influencer_id=2)
    nothing = journals.accrual(order, version=1, commission_minor=0, fee_minor=0)
    assert [journal.business_key for journal in post(nothing, deposit())] == ["bank-stmt:a"]
    assert post(nothing) == []
    assert post() == []


def test_a_moment_without_a_zone_is_a_mistake():
    with pytest.raises(AssertionError):
        journal_post(deposit(), occurred_at=NOON.replace(tzinfo=None))
    assert counted() == (0, 0, 0)


# --- Once -----------------------------------------------------------------------------------


def test_the_same_event_twice_is_posted_once():
    first, second = (journal_post(deposit(), occurred_at=NOON) for _ in range(2))
    assert first == second
    assert counted() == (1, 2, 2)
    assert free_minor() == 1_000


def test_the_same_event_twice_in_one_batch_is_posted_once():
    first, second = post(deposit(), deposit())
    assert first.pk == second.pk
    assert free_minor() == 1_000


def test_old_and_new_events_of_a_batch_come_back_in_its_order():
    old = post(deposit(row="b"))[0]
    again = post(deposit(row="c"), deposit(row="b"), deposit(row="a"))
    assert [journal.business_key[-1] for journal in again] == ["c", "b", "a"]
    assert again[1].pk == old.pk
    assert free_minor() == 3_000


def test_the_same_event_with_another_body_is_refused():
    post(deposit())
    with pytest.raises(IdempotencyConflict, match="bank-stmt:a"):
        post(deposit(row="new"), deposit(1_001))
    assert free_minor() == 1_000, "the other draft of the batch was not posted either"


def test_two_bodies_of_one_event_in_a_batch_are_refused():
    with pytest.raises(IdempotencyConflict):
        post(deposit(), deposit(1_001))
    assert counted() == (0, 0, 0)


def test_a_payout_cannot_be_paid_and_undone():
    payout = journals.PayoutMoney(payout_id=5, influencer_id=2, gross_minor=100, taxes_minor={})
    order = ConversionRef(conversion_id=1, campaign_id=3, brand_id=1, influencer_id=2)
    post(
        deposit(),
        journals.campaign_reserve(campaign_id=3, n=1, brand_id=1, reserve=Reserve(100, 0, 0)),
        journals.accrual(order, version=1, commission_minor=100, fee_minor=0),
        journals.approval(order, commission_minor=100, fee_minor=0, vat_minor=0),
        journals.payout_created(payout),
        journals.payout_paid(payout),
    )
    with pytest.raises(IdempotencyConflict):
        post(journals.payout_undone(payout))


# --- Refused --------------------------------------------------------------------------------


def test_money_that_is_not_there_is_refused_and_nothing_is_written():
    post(deposit())
    before = counted()
    with pytest.raises(InsufficientFunds) as refused:
        post(deposit(100, row="b"), refund(1_700))
    assert (refused.value.account_kind, refused.value.missing_minor) == ("brand_free", 600)
    assert (refused.value.code, refused.value.status) == ("insufficient_funds", 409)
    assert counted() == before
    assert free_minor() == 1_000


def test_a_debt_never_becomes_a_claim():
    """Kinds whose journals come later keep their limits now: more recovered than owed."""
    debt, back = accounts.influencer_debt(2), accounts.clawback_pending(1, 3)
    owed = JournalDraft(JournalKind.CLAWBACK, "claw:1:2", (Leg(debt, -500), Leg(back, 500)))
    recovered = JournalDraft(JournalKind.CLAWBACK, "net:1", (Leg(debt, 501), Leg(back, -501)))
    post(owed)
    with pytest.raises(InsufficientFunds) as refused:
        post(recovered)
    assert refused.value.missing_minor == 1


def test_a_refused_post_leaves_the_transaction_of_the_caller_usable():
    with acting_as(system="publish"):
        post(deposit())
        with pytest.raises(InsufficientFunds):
            post(refund(1_001))
        assert current_actor().value == "publish"
        post(refund(999))
        assert balance_minor(FREE) == 1


def test_a_batch_may_spend_what_it_brings():
    """Only the sum counts: the trigger sees a statement, not an order of lines."""
    post(refund(1_000), deposit())
    assert free_minor() == 0


@pytest.mark.parametrize("amount_minor", [999, 1_001])
def test_legs_that_do_not_balance_are_refused(amount_minor):
    legs = (Leg(accounts.bank(), -1_000), Leg(FREE, amount_minor))
    with pytest.raises(JournalUnbalanced, match="made-up"):
        post(JournalDraft(JournalKind.DEPOSIT, "made-up", legs))
    assert counted() == (0, 0, 0)


@pytest.mark.parametrize("amount_minor", [0, 10**30, -(10**30), 2**63, 2**63 - 1, 1e30])
def test_an_amount_that_cannot_be_is_refused_and_nothing_is_written(amount_minor):
    """The last: each leg can be, and with what is there the balance cannot."""
    post(deposit())
    before = counted()
    legs = (Leg(accounts.bank(), -amount_minor), Leg(FREE, amount_minor))
    with pytest.raises(AmountImpossible, match="is not booked") as refused:
        post(JournalDraft(JournalKind.DEPOSIT, "made-up", legs))
    assert (refused.value.code, refused.value.status) == ("amount_impossible", 422)
    assert counted() == before
    assert free_minor() == 1_000


def test_currencies_balance_one_by_one():
    dollars = accounts.AccountRef("bank", currency="USD")
    legs = (Leg(accounts.bank(), -1_000), Leg(dollars, 1_000))
    with pytest.raises(JournalUnbalanced):
        post(JournalDraft(JournalKind.DEPOSIT, "exchange", legs))


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Not enough money. Missing: 12\N{NBSP}345,60\N{NBSP}₸."), ("kk", "12\N{NBSP}345,60")],
)
def test_the_refusal_names_the_missing_sum(language, text):
    with translation.override(language):
        assert text in str(InsufficientFunds("brand_free", 1_234_560))
        assert "12\N{NBSP}345\N{NBSP}₸" in str(InsufficientFunds("brand_free", 1_234_500))


# --- Size -----------------------------------------------------------------------------------


def accruals(first, count):
    """Three sales each of different influencers, out of one budget."""
    orders = (ConversionRef(n, 3, 1, n % 300 + 1) for n in range(first, first + count))
    return [journals.accrual(it, version=1, commission_minor=100, fee_minor=15) for it in orders]


def queries_of(drafts):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        journals_post(drafts, occurred_at=NOON)
    return len(queries)


def test_a_thousand_journals_cost_as_many_queries_as_one():
    post(deposit(1_000_000), journals.campaign_reserve(
        campaign_id=3, n=1, brand_id=1, reserve=Reserve(500_000, 75_000, 12_000)
    ))  # fmt: skip
    one = queries_of(accruals(1, 1))
    assert queries_of(accruals(1_000, 1_000)) == one
    assert queries_of(accruals(1, 1)) == one
    with acting_as(ops=1):
        assert balance_minor(accounts.budget(1, 3)) == 500_000 - 100 * 1_001
        assert Entry.objects.count() == 2 + 4 + 4 * 1_001
