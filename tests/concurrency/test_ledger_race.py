"""Two at once: the second waits for the first, sees what it did, and is refused or does nothing.

The first post stays uncommitted until the second waits for it, so nothing is left to luck.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.db import IntegrityError, connection, connections

from core.tenancy.context import acting_as
from ledger.checks import ledger_findings
from ledger.domain import accounts, journals
from ledger.domain.drafts import JournalDraft, JournalKind, Leg
from ledger.models import Journal
from ledger.selectors import balance_minor
from ledger.services import InsufficientFunds
from tests.ledger.worlds import ALIYA, TULPAR, account_id, as_owner, post

pytestmark = pytest.mark.django_db(transaction=True)
FREE = accounts.brand_free(TULPAR)
WAIT_SECONDS = 10.0


def until(is_so: Callable[[], Any]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "not so in time"
        time.sleep(0.005)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return cursor.fetchone()[0]


def overlap(first: Callable[[], Any], second: Callable[[], Any], *, commit: bool = True) -> Any:
    """What `second` answers while the transaction of `first` is open until it waits for it."""
    posted, go_on = Event(), Event()

    def run_first() -> None:
        with acting_as(system="test"):
            first()
            posted.set()
            assert go_on.wait(WAIT_SECONDS)
            if not commit:
                raise InterruptedError

    def run_second() -> Any:
        assert posted.wait(WAIT_SECONDS)
        return second()

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.submit(closing(run_first)), pool.submit(closing(run_second))
        until(lambda: one.done() or two.done() or somebody_waits())
        go_on.set()
        assert isinstance(one.exception(), InterruptedError) != commit, one.exception()
        return two.result()


def closing(run: Callable[[], Any]) -> Callable[[], Any]:
    """A thread has connections of its own."""

    def run_and_close() -> Any:
        try:
            return run()
        finally:
            connections.close_all()

    return run_and_close


def deposit(row: str = "a", amount_minor: int = 1_000) -> JournalDraft:
    return journals.deposit(statement_row=row, brand_id=TULPAR, amount_minor=amount_minor)


def spend(refund_id: int) -> str:
    everything = {"refund_id": refund_id, "brand_id": TULPAR, "amount_minor": 1_000}
    try:
        post(journals.refund_created(**everything))
    except (InsufficientFunds, IntegrityError):
        return "refused"
    return "paid"


def spend_twice_at_once() -> tuple[str, int]:
    """What the second is told, and what is left of 1 000."""
    post(deposit())
    second = overlap(lambda: spend(1), lambda: spend(2))
    with acting_as(ops=1):
        return second, balance_minor(FREE)


# --- The same money -------------------------------------------------------------------------


@contextmanager
def walls_down(*, lock: bool = False, check: bool = False) -> Iterator[None]:
    """A ledger without its row locks, or without its CHECK on floors."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('ledger_legs_post'::regproc)")
        function: str = cursor.fetchone()[0]
    assert function.count(" FOR UPDATE OF b") == 1
    if lock:
        as_owner(function.replace(" FOR UPDATE OF b", ""))
    if check:
        as_owner("ALTER TABLE ledger_balance DROP CONSTRAINT ledger_balance_is_not_below_its_floor")
    try:
        yield
    finally:
        as_owner(
            "TRUNCATE ledger_account, ledger_journal, ledger_entry, ledger_balance",
            function,
            "ALTER TABLE ledger_balance DROP CONSTRAINT IF EXISTS"
            " ledger_balance_is_not_below_its_floor",
            "ALTER TABLE ledger_balance ADD CONSTRAINT ledger_balance_is_not_below_its_floor"
            " CHECK (balance_minor >= floor_minor)",
        )


def test_money_is_spent_once():
    assert spend_twice_at_once() == ("refused", 0)
    assert ledger_findings() == []


def test_without_the_lock_the_check_still_refuses():
    with walls_down(lock=True):
        assert spend_twice_at_once() == ("refused", 0)


def test_without_the_check_the_lock_still_refuses():
    with walls_down(check=True):
        assert spend_twice_at_once() == ("refused", 0)


def test_the_race_is_real_without_lock_and_check():
    """Keeps the tests above honest: if this one fails, those prove nothing."""
    with walls_down(lock=True, check=True):
        assert spend_twice_at_once() == ("paid", -1_000)


def test_money_that_arrives_meanwhile_can_be_spent():
    """Whoever waited looks again: the balance it had seen before is not the one it judges by."""
    post(deposit())
    assert spend(1) == "paid"
    assert overlap(lambda: post(deposit("b")), lambda: spend(2)) == "paid"
    with acting_as(ops=1):
        assert balance_minor(FREE) == 0


# --- The same event, the same account -------------------------------------------------------


def test_an_event_that_is_posted_twice_at_once_is_posted_once():
    second = overlap(lambda: post(deposit()), lambda: post(deposit())[0])
    with acting_as(ops=1):
        assert second == Journal.objects.get().pk
        assert balance_minor(FREE) == 1_000
    assert ledger_findings() == []


def test_an_event_whose_first_post_is_rolled_back_is_posted_by_the_second():
    second = overlap(lambda: post(deposit()), lambda: post(deposit())[0], commit=False)
    with acting_as(ops=1):
        assert second == Journal.objects.get().pk
        assert balance_minor(FREE) == 1_000


def test_an_account_that_is_opened_twice_at_once_is_one_account():
    overlap(lambda: post(deposit("a")), lambda: post(deposit("b")))
    with acting_as(ops=1):
        assert balance_minor(FREE) == 2_000
    assert ledger_findings() == []


# --- Order of locks -------------------------------------------------------------------------


@pytest.fixture
def owner() -> Iterator[Any]:
    """A second login in its own transaction, which may lock balances."""
    login = settings.DATABASE_OWNER
    outside = psycopg2.connect(
        host=login["HOST"],
        port=login["PORT"],
        user=login["USER"],
        password=login["PASSWORD"],
        dbname=connection.settings_dict["NAME"],
    )
    yield outside
    outside.close()


def lock(outside: Any, account: int) -> None:
    with outside.cursor() as cursor:
        cursor.execute(
            "SELECT FROM ledger_balance WHERE account_id = %s FOR UPDATE NOWAIT", [account]
        )


def test_a_post_that_waits_for_an_account_holds_none_after_it(owner):
    """Everybody locks upwards, so nobody waits in a circle."""
    payable, hold = accounts.influencer_payable(ALIYA), accounts.influencer_hold(ALIYA)
    post(JournalDraft(JournalKind.DEPOSIT, "open", (Leg(payable, 9), Leg(accounts.bank(), -9))))
    post(JournalDraft(JournalKind.DEPOSIT, "too", (Leg(hold, 9), Leg(accounts.bank(), -9))))
    low, high = account_id(payable), account_id(hold)
    assert low < high
    lock(owner, low)
    with ThreadPoolExecutor(1) as pool:
        legs = (Leg(hold, -5), Leg(payable, 5))  # the high one first
        posting = pool.submit(closing(lambda: post(JournalDraft(JournalKind.APPROVAL, "k", legs))))
        until(lambda: posting.done() or somebody_waits())
        lock(owner, high)  # an error if the waiting post held it
        owner.rollback()
        assert len(posting.result()) == 1
    assert ledger_findings() == []
