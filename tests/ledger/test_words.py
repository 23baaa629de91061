"""A statement names every event: one table, one line a kind."""

import ast
from pathlib import Path

from exchange.web.brand.builders.statement import EVENTS, OTHERS
from ledger.domain import drafts
from ledger.domain.drafts import JournalKind
from ledger.models import JOURNAL_NAMES, journal_name


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
