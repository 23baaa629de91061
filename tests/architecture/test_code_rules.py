"""The rules of the house hold in the whole tree (their planted faults: tests/tools)."""

from pathlib import Path

import pytest

from tools.gates import code_rules

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("rule", code_rules.RULES, ids=lambda rule: rule.name)
def test_the_rule_holds(rule):
    assert code_rules.check(ROOT, (rule,)) == []


def test_every_exception_is_still_there():
    places = [place for rule in code_rules.RULES for place in rule.allowed]
    assert [place for place in places if not (ROOT / place).exists()] == []
