"""Measure against a reference in the same run and write build/bench.json.

    tools/bench.py                        every row
    tools/bench.py click_nginx click_p99  these

Absolute times depend on the machine; a row is a ratio of two things that take turns. Needs the
servers of `tools/stack.py run`: it migrates and fills the database it is given. The rows are in
tools/benches; one whose tools this machine lacks says "not run: why".
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path[0] = str(ROOT)

from tools.benches.attribution import attribution_10k, rerun_stream  # noqa: E402
from tools.benches.clicks import click_freshness, click_nginx, click_orm, click_p99  # noqa: E402
from tools.benches.dashboards import dashboard_10m  # noqa: E402
from tools.benches.ingest import ingest_orm  # noqa: E402
from tools.benches.ledger import (  # noqa: E402
    ledger_balance_flat,
    ledger_batch_hordak,
    ledger_single_hordak,
)
from tools.benches.lists import rls_list  # noqa: E402
from tools.benches.planner import planner_10k  # noqa: E402
from tools.benches.proofs import merkle_1m  # noqa: E402
from tools.benches.row import Row  # noqa: E402
from tools.errors import StackError  # noqa: E402

OUTPUT = ROOT / "build" / "bench.json"
# In the order of running: the first counts on being alone in the database.
ROWS: dict[str, Callable[[], Row]] = {
    row.__name__: row
    for row in (
        *(
            rls_list,
            ingest_orm,
            attribution_10k,
            rerun_stream,
            click_nginx,
            click_orm,
            click_p99,
            click_freshness,
        ),
        *(dashboard_10m, planner_10k, merkle_1m),
        *(ledger_batch_hordak, ledger_single_hordak, ledger_balance_flat),
    )
}


def table(rows: Sequence[Row]) -> str:
    lines = [f"{'row':<18}{'ours':>10}{'reference':>11}{'ratio':>9}  {'unit':<11} goal      ok"]
    for row in rows:
        ours, reference, ratio = (_figure(each) for each in (row.ours, row.reference, row.ratio))
        mark = {True: "yes", False: "NO", None: "-"}[row.ok]
        figures = f"{ours:>10}{reference:>11}{ratio:>9}  {row.unit:<11}"
        lines.append(f"{row.name:<18}{figures} {row.goal:<9} {mark}")
        lines.append(f"    {row.note}")
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"


def database_check() -> None:
    """Raises: StackError when somebody's data is here: rows fill tables, and empty some."""
    from brands.models import Brand
    from core.tenancy.context import acting_as

    with acting_as(system="bench"):
        if Brand.objects.exists():
            raise StackError("bench fills a database of its own: this one is not empty.")


def main(names: Sequence[str]) -> int:
    if unknown := set(names) - ROWS.keys():
        print(f"no row {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings.test")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    try:
        database_check()
        rows = [row() for name, row in ROWS.items() if not names or name in names]
    except StackError as error:
        print(error, file=sys.stderr)
        return 1
    return finish(rows)


def finish(rows: Sequence[Row]) -> int:
    """Write and show them; 1 when a goal is missed. A row that was not run misses none."""
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    print(f"{table(rows)}\n{OUTPUT}")
    return 1 if any(row.ok is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
