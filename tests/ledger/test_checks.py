"""Every check is shown the bug that it is there for, planted past the walls by the owner."""

from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core.tenancy.context import acting_as
from ledger.checks import CONSTRAINTS, FINDINGS_MAX, TRIGGERS, ledger_findings
from ledger.domain import accounts
from ledger.models import Journal
from tests.ledger.worlds import TULPAR, account_id, as_owner, two_sales

FREE = accounts.brand_free(TULPAR)


@pytest.fixture
def ids(transactional_db):
    """The world of two sales, and the ids that a bug needs."""
    two_sales()
    with acting_as(ops=1):
        journal = Journal.objects.get(business_key="bank-stmt:S1000")
        first, second = journal.entries.order_by("id")
        return {
            "free": account_id(FREE),
            "journal": journal.pk,
            "first": first.pk,
            "entry": second.pk,
        }


def plant(*statements):
    """As the owner, with the triggers of the ledger switched off meanwhile."""
    tables = ("ledger_account", "ledger_journal", "ledger_entry", "ledger_balance")
    off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
    on = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
    as_owner(*off, *statements, *on)


LEG = (
    "INSERT INTO ledger_entry"
    " (journal_id, account_id, amount_minor, brand_id, influencer_id, currency)"
    " VALUES ({journal}, {free}, 5, 1, NULL, 'KZT')"
)
PLANTED = {
    "a leg too many": (
        [LEG, "UPDATE ledger_balance SET balance_minor = 41300005 WHERE account_id = {free}"],
        ["journal {journal} is out of balance by 5 KZT"],
    ),
    "a leg that no balance knows of": (
        [LEG],
        [
            "journal {journal} is out of balance by 5 KZT",
            "balance of brand_free|1|||KZT says 41300000, its entries sum to 41300005",
        ],
    ),
    "an amount changed": (
        ["UPDATE ledger_entry SET amount_minor = amount_minor - 7 WHERE id = {entry}"],
        [
            "journal {journal} is out of balance by -7 KZT",
            "balance of brand_free|1|||KZT says 41300000, its entries sum to 41299993",
        ],
    ),
    "a journal deleted": (
        ["DELETE FROM ledger_journal WHERE id = {journal}"],
        ["journal of entry {first} has 2 legs and must have two or more"],
    ),
    "legs deleted": (
        ["DELETE FROM ledger_entry WHERE journal_id = {journal}"],
        [
            "journal bank-stmt:S1000 has 0 legs and must have two or more",
            "balance of brand_free|1|||KZT says 41300000, its entries sum to -58700000",
        ],
    ),
    "a balance written by hand": (
        ["UPDATE ledger_balance SET balance_minor = 1 WHERE account_id = {free}"],
        ["balance of brand_free|1|||KZT says 1, its entries sum to 41300000"],
    ),
    "an entry shown to another brand": (
        ["UPDATE ledger_entry SET brand_id = 2 WHERE id = {entry}"],
        ["entry {entry} does not carry the owners of its account brand_free|1|||KZT"],
    ),
    "a balance shown to another brand": (
        ["UPDATE ledger_balance SET brand_id = 2 WHERE account_id = {free}"],
        ["balance {free} does not carry the owners of its account brand_free|1|||KZT"],
    ),
    "a floor lowered": (
        ["UPDATE ledger_balance SET floor_minor = -1000 WHERE account_id = {free}"],
        ["account brand_free|1|||KZT is not kept as its kind demands"],
    ),
    "an account that keeps no balance": (
        ["INSERT INTO ledger_account (kind, brand_id, currency) VALUES ('brand_free', 9, 'KZT')"],
        ["account brand_free|9|||KZT is not kept as its kind demands"],
    ),
    "an account of no kind": (
        ["INSERT INTO ledger_account (kind, brand_id, currency) VALUES ('cash', 9, 'KZT')"],
        ["account cash|9|||KZT is not kept as its kind demands"],
    ),
}


def test_a_whole_ledger_has_no_findings(ids, capsys):
    assert ledger_findings() == []
    call_command("ledger_check")
    assert "OK" in capsys.readouterr().out


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(ids, bug):
    statements, findings = PLANTED[bug]
    plant(*(statement.format(**ids) for statement in statements))
    assert ledger_findings() == [finding.format(**ids) for finding in findings]


def test_findings_are_a_short_list(ids):
    """A broken ledger has thousands of them."""
    legs = LEG.replace("5, 1, NULL, 'KZT')", "n, 1, NULL, 'KZT' FROM generate_series(1, 30) n")
    legs = legs.replace("VALUES ({journal}", "SELECT {journal} + 1000 + n")
    plant(legs.format(**ids))
    findings = ledger_findings()
    assert sum("out of balance" in finding for finding in findings) == FINDINGS_MAX


def test_the_command_says_what_is_wrong_and_what_to_do(ids, capsys):
    plant(LEG.format(**ids))
    with pytest.raises(CommandError, match=r"docs/runbooks/ledger-out-of-balance\.md"):
        call_command("ledger_check")
    assert f"journal {ids['journal']} is out of balance by 5 KZT" in capsys.readouterr().err


# --- The walls ------------------------------------------------------------------------------


def definition(constraint):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conname = %s",
            [constraint],
        )
        return cursor.fetchone()


def table_of(trigger):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = %s", [trigger])
        return cursor.fetchone()[0]


@contextmanager
def without(undo, *statements):
    as_owner(*statements)
    try:
        yield
    finally:
        as_owner(undo)


def test_a_trigger_that_is_off_is_found(transactional_db):
    for trigger in sorted(TRIGGERS):
        alter = f"ALTER TABLE {table_of(trigger)}"
        enable, disable = f"{alter} ENABLE TRIGGER {trigger}", f"{alter} DISABLE TRIGGER {trigger}"
        with without(enable, disable):
            assert ledger_findings() == [f"{trigger} is missing or switched off in the database"]
    assert ledger_findings() == []


def test_a_constraint_that_is_gone_is_found(transactional_db):
    for constraint in sorted(CONSTRAINTS):
        table, text = definition(constraint)
        drop = f"ALTER TABLE {table} DROP CONSTRAINT {constraint}"
        with without(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {text}", drop):
            assert ledger_findings() == [f"{constraint} is missing or switched off in the database"]
    assert ledger_findings() == []


def test_a_limit_that_was_passed_is_found(ids):
    name = "ledger_balance_is_not_below_its_floor"
    table, text = definition(name)
    balance = "UPDATE ledger_balance SET balance_minor = {} WHERE account_id = {free}"
    with without(
        balance.format(41_300_000, **ids)
        + f"; ALTER TABLE {table} ADD CONSTRAINT {name} {text}, ENABLE TRIGGER USER",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}, DISABLE TRIGGER USER",
        balance.format(-1, **ids),
    ):
        assert "balance of brand_free|1|||KZT is past its limit at -1" in ledger_findings()
    assert ledger_findings() == []


def test_a_right_to_change_is_found(transactional_db):
    for side in ("x_app", "x_system", "x_brand"):
        for verb in ("UPDATE", "DELETE", "TRUNCATE"):
            right = f"{verb} ON ledger_entry"
            with without(f"REVOKE {right} FROM {side}", f"GRANT {right} TO {side}"):
                assert f"{side} may {verb} ledger_entry, and nobody may" in ledger_findings()
    assert ledger_findings() == []
