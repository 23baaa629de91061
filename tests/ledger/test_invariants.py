"""What the database keeps, whoever writes: raw SQL, past the services."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction

from core.tenancy.context import Actor, acting, acting_as
from ledger.checks import ledger_findings
from ledger.domain import accounts
from ledger.domain.accounts import KINDS, kind_rule
from ledger.models import Account, Balance, Entry, Journal
from tests.ledger.domain.test_accounts import ONE_OF_EACH
from tests.ledger.worlds import NOON, TULPAR, account_id, as_owner, post, sale_drafts

BANK, FREE = accounts.bank(), accounts.brand_free(TULPAR)
SYSTEM = Actor("system", "test")


@pytest.fixture
def opened(db):
    """Two accounts, the platform's and a brand's with 1 000 000 tenge on it."""
    return open_two()


def open_two():
    post(sale_drafts(TULPAR, 11)[0])
    return account_id(BANK), account_id(FREE)


ENTRIES_INSERT = """
INSERT INTO ledger_entry
       (journal_id, account_id, amount_minor, brand_id, influencer_id, currency)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                     %s::text[])
"""


def accounts_open(refs):
    """{account: id}, past the services."""
    columns = ("kind", "brand_id", "influencer_id", "subject_id", "currency")
    rows = [Account(**{name: getattr(ref, name) for name in columns}) for ref in refs]
    return {ref: row.pk for ref, row in zip(refs, Account.objects.bulk_create(rows), strict=True)}


def execute(actor, sql, params=None):
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(sql, params)


def header(key="raw"):
    return Journal.objects.create(
        kind="deposit", business_key=key, body_sha256=b"", occurred_at=NOON, actor="test"
    ).pk


def legs_insert(*legs):
    """One statement; a leg is (journal, account, amount, brand, currency)."""
    journals, accounts, amounts, brands, currencies = (list(it) for it in zip(*legs, strict=True))
    columns = [journals, accounts, amounts, brands, [None] * len(legs), currencies]
    execute(SYSTEM, ENTRIES_INSERT, columns)


def pair(journal, opened, amount=5):
    bank, free = opened
    return [(journal, bank, -amount, None, "KZT"), (journal, free, amount, TULPAR, "KZT")]


def entries_count():
    with acting_as(ops=1):
        return Entry.objects.count()


def refuse(match, *legs):
    """These legs are refused with this message, and nothing is left of them."""
    before = entries_count()
    with pytest.raises(IntegrityError, match=match):
        legs_insert(*legs)
    assert entries_count() == before


# --- A journal ------------------------------------------------------------------------------


def test_good_legs_are_taken(opened):
    with acting(SYSTEM):
        legs_insert(*pair(header(), opened))
        assert Balance.objects.get(account=opened[1]).balance_minor == 100_000_005


@pytest.mark.parametrize("amount", [4, 6])
def test_legs_that_do_not_sum_to_zero_are_refused(opened, amount):
    with acting(SYSTEM):
        first, second = pair(header(), opened)
        refuse("out of balance", first, (*second[:2], amount, *second[3:]))


def test_a_single_leg_is_refused(opened):
    with acting(SYSTEM):
        refuse("out of balance", pair(header(), opened)[0])


def test_a_leg_of_zero_is_refused(opened):
    with acting(SYSTEM):
        refuse("ledger_entry_is_not_zero", *pair(header(), opened, amount=0))


def test_two_journals_that_make_up_for_each_other_are_still_wrong(opened):
    with acting(SYSTEM):
        refuse("out of balance", pair(header("a"), opened)[0], pair(header("b"), opened)[1])


def test_a_later_leg_is_refused_in_the_same_transaction(opened):
    with acting(SYSTEM):
        legs = pair(header(), opened)
        legs_insert(*legs)
        refuse("is closed", *legs)


def test_legs_without_a_journal_or_an_account_are_refused(opened):
    refuse("is closed", *pair(10**9, opened))
    with acting(SYSTEM):
        refuse("owners and currency", *pair(header(), (10**9, opened[1])))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_legs", [True, False])
def test_legs_of_an_earlier_transaction_are_refused(has_legs):
    """Also for a header that stayed without legs: two late pairs could not see each other."""
    opened = open_two()
    with acting(SYSTEM):
        legs = pair(header(), opened)
        if has_legs:
            legs_insert(*legs)
    refuse("is closed", *legs)


@pytest.mark.parametrize(("brand", "currency"), [(None, "KZT"), (2, "KZT"), (TULPAR, "USD")])
def test_a_leg_carries_the_owner_and_currency_of_its_account(opened, brand, currency):
    with acting(SYSTEM):
        first, second = pair(header(), opened)
        refuse("owners and currency", first, (*second[:3], brand, currency))


# --- Accounts and balances ------------------------------------------------------------------


def test_an_account_opens_with_the_balance_and_limits_of_its_kind(db):
    with acting(SYSTEM):
        ids = accounts_open(ONE_OF_EACH)
        kept = {row.account_id: row for row in Balance.objects.all()}
    for ref, id in ids.items():
        rule = kind_rule(ref.kind)
        assert (id in kept) == rule.keeps_balance, ref
        if row := kept.get(id):
            limits = (row.balance_minor, row.floor_minor, row.ceiling_minor)
            assert limits == (0, rule.floor_minor, rule.ceiling_minor), ref
            assert (row.brand_id, row.influencer_id) == (ref.brand_id, ref.influencer_id)


def test_the_database_makes_the_same_word_of_an_account(db):
    with acting(SYSTEM):
        accounts_open(ONE_OF_EACH)
        stored = {account.code for account in Account.objects.all()}
    assert stored == {ref.code for ref in ONE_OF_EACH}


@pytest.mark.parametrize("kind", [kind for kind, rule in KINDS.items() if rule.keeps_balance])
def test_an_account_of_nobody_cannot_escape_its_limits(db, kind):
    with pytest.raises(IntegrityError, match="has_an_owner"), acting(SYSTEM):
        Account.objects.create(kind=kind)


@pytest.mark.parametrize(
    "columns", [{"kind": "bank"}, {"kind": "budget", "brand_id": 1, "subject_id": 3}]
)
def test_an_account_is_opened_once_although_null_is_not_null(db, columns):
    with acting(SYSTEM):
        Account.objects.create(**columns)
        with pytest.raises(IntegrityError, match="opened_once"), transaction.atomic():
            Account.objects.create(**columns)


def test_a_balance_never_goes_below_its_floor(opened):
    with acting(SYSTEM):
        refuse("brand_free lacks 1", *pair(header(), opened, amount=-100_000_001))
        legs_insert(*pair(header("all of it"), opened, amount=-100_000_000))
        assert Balance.objects.get(account=opened[1]).balance_minor == 0


# --- Append-only ----------------------------------------------------------------------------

CHANGES = [
    "UPDATE ledger_account SET kind = 'bank'",
    "UPDATE ledger_journal SET actor = 'nobody'",
    "UPDATE ledger_entry SET amount_minor = amount_minor * 2",
    "UPDATE ledger_balance SET balance_minor = 10",
    "DELETE FROM ledger_account",
    "DELETE FROM ledger_journal",
    "DELETE FROM ledger_entry",
    "DELETE FROM ledger_balance",
]
TRUNCATES = [
    "TRUNCATE ledger_account CASCADE",
    "TRUNCATE ledger_journal",
    "TRUNCATE ledger_entry",
    "TRUNCATE ledger_balance",
]


@pytest.mark.parametrize("side", ["public", "brand", "influencer", "ops", "system"])
@pytest.mark.parametrize("sql", [*CHANGES, *TRUNCATES])
def test_no_side_changes_deletes_or_truncates(opened, sql, side):
    with pytest.raises(ProgrammingError, match="permission denied"):
        execute(Actor(side, "1"), sql)


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_changes_or_deletes():
    open_two()
    for sql in CHANGES:
        with pytest.raises(IntegrityError, match="refused"):
            as_owner(sql)
    assert entries_count() == 2


def test_the_system_cannot_write_a_balance(opened):
    with pytest.raises(ProgrammingError, match="permission denied"), acting(SYSTEM):
        Balance.objects.create(account_id=opened[0], balance_minor=10)


@pytest.mark.parametrize("function", ["ledger_legs_post", "ledger_account_open"])
def test_nobody_borrows_the_rights_of_a_trigger(opened, function):
    """The system may make temporary tables: on one of its own it could post what it likes."""
    temporary = "CREATE TEMPORARY TABLE mine (LIKE ledger_entry) ON COMMIT DROP"
    attach = (
        "CREATE TRIGGER mine AFTER INSERT ON mine REFERENCING NEW TABLE AS legs"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )
    with acting(SYSTEM):
        execute(SYSTEM, temporary)
        with pytest.raises(ProgrammingError, match=f"permission denied for function {function}"):
            execute(SYSTEM, attach)


def test_migrations_reverse_and_come_back(transactional_db):
    opened = open_two()
    try:
        call_command("migrate", "ledger", "0001", verbosity=0)
        with pytest.raises(ProgrammingError, match="permission denied"):
            entries_count()
    finally:
        call_command("migrate", "ledger", verbosity=0)
    assert (entries_count(), ledger_findings()) == (2, [])
    with acting(SYSTEM):
        refuse("out of balance", pair(header(), opened)[0])


@pytest.mark.parametrize(
    "actor", [Actor("brand", "1"), Actor("influencer", "1"), Actor("ops", "1")]
)
def test_only_the_system_may_post(db, actor):
    """`ledger_post` is the services' way in; a side has nothing to do there."""
    nothing = ", ".join(["NULL"] * 11)
    with pytest.raises(ProgrammingError, match="permission denied for function ledger_post"):
        execute(actor, f"SELECT ledger_post({nothing})")
