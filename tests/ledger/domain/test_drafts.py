import hashlib

from ledger.domain import accounts
from ledger.domain.drafts import JournalDraft, JournalKind, Leg, draft

BANK, FREE = accounts.bank(), accounts.brand_free(7)


def deposit(amount_minor: int = 1_000, key: str = "bank-stmt:9", **refs: int) -> JournalDraft:
    return draft(JournalKind.DEPOSIT, key, {BANK: -amount_minor, FREE: amount_minor}, **refs)


def test_the_hash_of_a_body_never_changes():
    """Golden: events of the past are compared with it for ever."""
    legs = b'[["bank||||KZT",-1000],["brand_free|7|||KZT",1000]]'
    body = b'["deposit",' + legs + b',[["brand",7],["deposit",3]]]'
    assert deposit(brand=7, deposit=3).body_sha256 == hashlib.sha256(body).digest()


def test_the_order_of_legs_and_refs_says_nothing():
    turned = draft(JournalKind.DEPOSIT, "bank-stmt:9", {FREE: 1_000, BANK: -1_000}, b=2, a=1)
    assert turned.body_sha256 == deposit(a=1, b=2).body_sha256


def test_another_kind_amount_account_or_reference_is_another_body():
    said = deposit(deposit=3)
    others = [
        deposit(1_001, deposit=3),
        deposit(deposit=4),
        deposit(),
        draft(JournalKind.DEPOSIT, "bank-stmt:9", {BANK: -1_000, accounts.brand_free(8): 1_000}),
        draft(JournalKind.RAIL_FEE, "bank-stmt:9", {BANK: -1_000, FREE: 1_000}, deposit=3),
    ]
    assert said.body_sha256 not in {other.body_sha256 for other in others}
    assert deposit(key="bank-stmt:10", deposit=3).body_sha256 == said.body_sha256


def test_legs_of_zero_are_dropped():
    moving = draft(JournalKind.DEPOSIT, "k", {BANK: -5, FREE: 5, accounts.suspense(): 0})
    assert moving.legs == (Leg(BANK, -5), Leg(FREE, 5))
    assert deposit(0).legs == ()


def test_what_does_not_balance_says_by_how_much_and_in_which_currency():
    dollars = accounts.AccountRef("bank", currency="USD")
    legs = (Leg(BANK, -1_000), Leg(FREE, 900), Leg(dollars, 100))
    assert JournalDraft(JournalKind.DEPOSIT, "k", legs).off_by == {"KZT": -100, "USD": 100}
    assert deposit().off_by == {}
