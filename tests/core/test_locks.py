import threading

import pytest
from django.db import connection, transaction

from core.locks import lock_for_transaction, lock_of_process
from core.tenancy.context import acting_as

WAIT_SECONDS = 15


def in_thread(work):
    """What `work` returned, in another thread with its own connection."""
    found = []

    def run():
        try:
            found.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(WAIT_SECONDS)
    (answer,) = found
    return answer


def is_held_elsewhere(name):
    with lock_of_process(name) as is_mine:
        return not is_mine


def test_one_process_holds_a_lock_and_gives_it_back(bare_db):
    with lock_of_process("relay") as is_mine:
        assert is_mine
        assert in_thread(lambda: is_held_elsewhere("relay"))
        assert not in_thread(lambda: is_held_elsewhere("drain"))
    assert not in_thread(lambda: is_held_elsewhere("relay"))


def test_a_process_that_fails_gives_its_lock_back(bare_db):
    with pytest.raises(ZeroDivisionError), lock_of_process("relay"):
        _ = 1 / 0
    assert not in_thread(lambda: is_held_elsewhere("relay"))


def test_a_lost_connection_gives_the_lock_back(bare_db):
    with lock_of_process("relay") as is_mine:
        assert is_mine
        connection.close()
        assert not in_thread(lambda: is_held_elsewhere("relay"))


def test_a_second_transaction_waits_for_the_first(bare_db):
    order, waits = [], threading.Event()

    def second():
        try:
            with acting_as(system="second"):
                waits.set()
                lock_for_transaction("brand sign-up")
                order.append("second")
        finally:
            connection.close()

    with acting_as(system="first"):
        lock_for_transaction("brand sign-up")
        thread = threading.Thread(target=second)
        thread.start()
        assert waits.wait(WAIT_SECONDS)
        until_somebody_waits()
        order.append("first")
    thread.join(WAIT_SECONDS)
    assert order == ["first", "second"]


def until_somebody_waits():
    for _try in range(100_000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits for the lock")


def test_a_lock_for_a_transaction_needs_one(bare_db):
    with pytest.raises(AssertionError, match="end with the statement"):
        lock_for_transaction("brand sign-up")
    with transaction.atomic():
        lock_for_transaction("brand sign-up")
