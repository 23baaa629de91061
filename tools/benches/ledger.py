"""Ledger rows: posting in batches and one by one beside django-hordak, and reading a balance."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tools.benches.row import NotRunError, Row, machine, not_run, pairs_of, setting, take_turns

if TYPE_CHECKING:
    from ledger.domain.drafts import JournalDraft

ROOT = Path(__file__).resolve().parents[2]
HOLDERS = 200
BATCH, BATCH_REFERENCE = 5_000, 500  # journals of a round
ALONE = 300
READS = 300
ENTRIES = 1_000_000  # of the account whose balance is read
ROUNDS = 5
FLAT_MOST = 1.25  # a reading may cost so much more after all entries than before them


class Reference:
    """The process of tools/benches/hordak_reference.py."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def seconds(self, job: str, count: int) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{job} {count}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise NotRunError("django-hordak's process ended")
        return float(answer)


@contextmanager
def reference_running() -> Iterator[Reference]:
    """Raises: NotRunError: its packages are not installed (`make bench` does)."""
    url = os.environ.get("DATABASE_OWNER_URL", "")
    command = [sys.executable, "-m", "tools.benches.hordak_reference", url]
    process = subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise NotRunError("django-hordak did not start: uv sync --inexact --group bench")
        yield Reference(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


class Deposits:
    """Journals of two legs, from the bank to the brands in turn; no two the same."""

    def __init__(self, name: str) -> None:
        self._name, self._told = name, 0

    def drafts(self, count: int, *, brand_id: int | None = None) -> list[JournalDraft]:
        from ledger.domain import journals

        first, self._told = self._told, self._told + count
        return [
            journals.deposit(
                statement_row=f"{self._name}-{n}",
                brand_id=brand_id or n % HOLDERS + 1,
                amount_minor=500 + n % 7,
            )
            for n in range(first, first + count)
        ]


def _post(drafts: list[JournalDraft], *, each_alone: bool) -> float:
    """Seconds."""
    from core import clock
    from ledger.services import journal_post, journals_post

    now, began = clock.now(), time.perf_counter()
    if each_alone:
        for draft in drafts:
            journal_post(draft, occurred_at=now)
    else:
        journals_post(drafts, occurred_at=now)
    return time.perf_counter() - began


def ledger_batch_hordak() -> Row:
    """Journals a second in one call, against `transfer_to`, which makes one at a time."""
    from exchange.celery import code_keep

    goal, bulk_goal = 50.0, 5.0
    code_keep()  # as a worker does when it starts
    try:
        with reference_running() as reference:
            deposits = Deposits("batch")
            _post(deposits.drafts(BATCH), each_alone=False)
            for job in ("alone", "transfer", "bulk"):
                reference.seconds(job, BATCH_REFERENCE)

            def ours() -> float:
                return BATCH / _post(deposits.drafts(BATCH), each_alone=False)

            rounds = int(setting("ROUNDS", ROUNDS))
            pairs = take_turns(
                rounds,
                ours,
                lambda: BATCH_REFERENCE / reference.seconds("alone", BATCH_REFERENCE),
            )
            together = BATCH_REFERENCE / reference.seconds("transfer", BATCH_REFERENCE)
            bulk = take_turns(rounds, ours, lambda: BATCH / reference.seconds("bulk", BATCH))
    except NotRunError as error:
        return not_run("ledger_batch_hordak", f">= {goal:.0f}", error)
    return Row(
        "ledger_batch_hordak",
        ours=round(pairs.ours),
        reference=round(pairs.reference),
        ratio=round(pairs.ratio, 1),
        unit="journals/s",
        goal=f">= {goal:.0f}",
        ok=pairs.ratio >= goal and bulk.ratio >= bulk_goal,
        rounds=pairs.rounds,
        note=f"{BATCH} journals of two legs; its transfers in one transaction {together:.0f}/s, "
        f"{pairs.ours / together:.0f} x; its bulk_create {bulk.reference:.0f}/s, "
        f"{bulk.ratio:.1f} x (goal >= {bulk_goal:.0f}); {machine()}",
    )


def ledger_single_hordak() -> Row:
    """Journals a second, each in a transaction of its own, against `transfer_to`."""
    goal = 2.5
    try:
        with reference_running() as reference:
            deposits = Deposits("single")
            _post(deposits.drafts(ALONE), each_alone=True)
            reference.seconds("alone", ALONE)
            pairs = take_turns(
                int(setting("ROUNDS", ROUNDS)),
                lambda: ALONE / _post(deposits.drafts(ALONE), each_alone=True),
                lambda: ALONE / reference.seconds("alone", ALONE),
            )
    except NotRunError as error:
        return not_run("ledger_single_hordak", f">= {goal}", error)
    return Row(
        "ledger_single_hordak",
        ours=round(pairs.ours),
        reference=round(pairs.reference),
        ratio=round(pairs.ratio, 1),
        unit="journals/s",
        goal=f">= {goal}",
        ok=pairs.ratio >= goal,
        rounds=pairs.rounds,
        note=f"two legs; balances, floors, tenants and idempotency included; {machine()}",
    )


def ledger_balance_flat() -> Row:
    """Reading a brand's balance after a million entries, against the same before them."""
    from ledger.domain import accounts
    from ledger.selectors import balance_minor

    deposits, brand_id = Deposits("flat"), HOLDERS + 1
    ref, entries = accounts.brand_free(brand_id), int(setting("ENTRIES", ENTRIES))

    def read_ms() -> float:
        from core.tenancy.context import acting_as

        with acting_as(system="bench"):
            began = time.perf_counter()
            for _ in range(READS):
                balance_minor(ref)
            return (time.perf_counter() - began) / READS * 1_000

    _post(deposits.drafts(1, brand_id=brand_id), each_alone=True)
    rounds = int(setting("ROUNDS", ROUNDS))
    read_ms()
    before = [read_ms() for _ in range(rounds)]
    for _ in range(0, entries, BATCH):
        _post(deposits.drafts(BATCH, brand_id=brand_id), each_alone=False)
    read_ms()
    pairs = pairs_of([(read_ms(), earlier) for earlier in before])
    return Row(
        "ledger_balance_flat",
        ours=round(pairs.ours, 3),
        reference=round(pairs.reference, 3),
        ratio=round(pairs.ratio, 2),
        unit="ms",
        goal=f"<= {FLAT_MOST}",
        ok=pairs.ratio <= FLAT_MOST,
        rounds=rounds,
        note=f"{entries} entries of one account; the reference is before them; {machine()}",
    )
