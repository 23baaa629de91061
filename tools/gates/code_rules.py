"""Rules of the house that ruff and import-linter cannot say: one door to jobs, time and SQL."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.extract import APPS


@dataclass(frozen=True, slots=True)
class Rule:
    """A forbidden call, the files that may make it (each with its reason), and what to do."""

    name: str
    is_broken_by: Callable[[ast.Call], bool]
    allowed: dict[str, str]  # path or folder, from the root -> why
    instead: str


def _dotted(node: ast.expr) -> str:
    """`a.b.c` of a call's target; the last name alone where the rest is an expression."""
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return f"{before}.{node.attr}" if before else f".{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def starts_a_job(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr in (
        "delay", "delay_on_commit", "apply_async", "apply_async_on_commit", "send_task",
    )  # fmt: skip


def asks_the_time(call: ast.Call) -> bool:
    name = _dotted(call.func)
    return name.endswith(_CLOCKS) or name in _BARE_CLOCKS


_CLOCKS = (
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now",
    "timezone.localtime", "timezone.localdate", "time.time", "time.time_ns",
)  # fmt: skip
_BARE_CLOCKS = ("localtime", "localdate", "time", "time_ns")  # from ... import


def builds_sql(call: ast.Call) -> bool:
    """SQL put together from parts where the database is called: values belong in parameters."""
    if not isinstance(call.func, ast.Attribute | ast.Name) or not call.args:
        return False
    name = _dotted(call.func).rpartition(".")[2]
    return name in _RUNS_SQL and _is_built(call.args[0])


_RUNS_SQL = ("execute", "executemany", "execute_values", "raw", "RawSQL", "copy_expert")


def _is_built(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp):  # "..." + name, "..." % name
        return not _is_literal(node)
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("format", "join", "replace")
        and isinstance(node.func.value, ast.Constant)
    )


def _is_literal(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_literal(node.left) and _is_literal(node.right)
    return isinstance(node, ast.Constant)


RULES = (
    Rule(
        "background work starts in core.jobs only",
        starts_a_job,
        {"core/jobs.py": "the one door"},
        'core.jobs.enqueue("app.tasks.name", id)',
    ),
    Rule(
        "the time comes from core.clock only",
        asks_the_time,
        {
            "core/clock.py": "the one clock",
            "core/ids.py": "an id is made at the machine's time, whatever time the demo plays",
            "core/http.py": "other companies' Retry-After dates are the real world's",
            "attribution/clickpath": "runs without Django; has the demo's offset from Redis",
            "exchange/demo/codes.py": "an authenticator counts real seconds",
        },
        "core.clock.now() or today()",
    ),
    Rule(
        "SQL is not put together where it is run",
        builds_sql,
        {},
        "parameters, or psycopg2.sql for names",
    ),
)


def check(root: Path, rules: tuple[Rule, ...] = RULES) -> list[str]:
    """Findings as path:line: rule; what to do."""
    return [
        f"{path}:{call.lineno}: {rule.name}; use {rule.instead}"
        for path, tree in _trees(root)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for rule in rules
        if rule.is_broken_by(call) and not _is_allowed(path, rule)
    ]


def _is_allowed(path: str, rule: Rule) -> bool:
    return any(path == place or path.startswith(f"{place}/") for place in rule.allowed)


def _trees(root: Path) -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text(), str(path))
