"""A statement names every event: one table, one line a kind."""

import ast
from pathlib import Path

from exchange.web.brand.builders.statement import EVENTS, OTHERS
from ledger.domain import drafts
from ledger.domain.accounts import AccountKind
from ledger.domain.drafts import JournalKind
from ledger.models import ACCOUNT_NAMES, JOURNAL_NAMES, account_name, journal_name


def kinds_posted() -> set[str]:
    """Every JournalKind.X that a module of ledger/domain posts."""
    modules = Path(drafts.__file__).parent.glob("*.py")
    return {
        node.attr
        for module in modules
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "JournalKind"
    }


def test_every_kind_of_journal_has_words_of_its_own():
    posted = {JournalKind[name] for name in kinds_posted()}
    assert posted | {JournalKind.CORRECTION} == set(JournalKind) == set(JOURNAL_NAMES)
    names = [journal_name(kind) for kind in JournalKind]
    assert all(names)
    assert len(names) == len(set(names))


def test_the_brands_filter_finds_every_kind_once():
    named = [kind for _name, kinds in EVENTS.values() for kind in kinds]
    assert sorted([*named, *OTHERS]) == sorted(JournalKind)


def test_every_kind_of_account_has_a_name_of_its_own():
    assert set(AccountKind) == set(ACCOUNT_NAMES)
    names = [account_name(kind) for kind in AccountKind]
    assert len(set(names)) == len(names)
    assert account_name("tax_withheld:ipn") == "Withheld from payouts: ipn"
