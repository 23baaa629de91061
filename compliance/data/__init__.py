"""The figures of the law as files: what a new database is seeded with."""

from __future__ import annotations

from importlib.resources import files

from compliance.domain.rules import Rule, rules_parse

RULE_FILES = ("rules_2025.toml", "rules_2026.toml")


def rules_read() -> list[Rule]:
    """Every rule of the data files. Reads the disk: for seeding and tests, not for a request."""
    folder = files(__name__)
    return [
        rule
        for name in RULE_FILES
        for rule in rules_parse((folder / name).read_text(encoding="utf-8"))
    ]
