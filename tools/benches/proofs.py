"""merkle_1m: a day of a million conversions, from records to a signed root and a proof."""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from tools.benches.row import Row, machine, setting

GOAL_SECONDS = 15
LEAVES = 1_000_000
PROOFS_TAKEN = 1_000
DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


def merkle_1m() -> Row:
    """Canonical records, nonces, leaves, the tree by blocks as it is stored, the signature; then a
    thousand proofs, each from its block, each checked. No database: rows are written elsewhere.

    Seconds of the processor: one thread that never waits, so they are those of an idle machine.
    """
    from ledger.domain import proofs

    count = int(setting("LEAVES", LEAVES))
    records = [_record(n) for n in range(count)]  # what a query would bring is not counted
    began, began_by_clock = time.process_time(), time.perf_counter()
    nonces = os.urandom(proofs.NONCE_BYTES * count)
    leaves = [
        proofs.leaf_hash(nonces[16 * n : 16 * n + 16], proofs.canonical(record))
        for n, record in enumerate(records)
    ]
    blocks = [leaves[at : at + proofs.BLOCK] for at in range(0, count, proofs.BLOCK)]
    roots = [proofs.tree_root(block) for block in blocks]
    root = proofs.tree_root(roots)
    said = proofs.Statement(DAY.isoformat(), count, root.hex(), proofs.NO_DAY)
    published = proofs.day_sign(said, bytes(32))
    seconds = time.process_time() - began
    by_clock = time.perf_counter() - began_by_clock

    taken_at = time.process_time()
    places = range(0, count, max(1, count // PROOFS_TAKEN))
    sizes = []
    for place in places:
        block, within = divmod(place, proofs.BLOCK)
        path = proofs.tree_path(blocks[block], within) + proofs.tree_path(roots, block)
        nonce = nonces[16 * place : 16 * place + 16]
        proof = proofs.Proof(proofs.canonical(records[place]), nonce, path, published)
        assert proofs.proof_check(proofs.proof_read(proof.as_json()), [published], [published.key])
        sizes.append((len(path) * 33, len(proof.as_json())))
    each_ms = (time.process_time() - taken_at) / len(places) * 1000
    path_bytes, file_bytes = max(sizes)
    return Row(
        "merkle_1m",
        ours=round(seconds, 2),
        reference=None,
        ratio=None,
        unit="s",
        goal=f"<= {GOAL_SECONDS} s",
        ok=seconds <= GOAL_SECONDS,
        rounds=1,
        note=(
            f"{count} leaves; a proof is {path_bytes} bytes of path, {file_bytes} as a file, taken"
            f" and checked in {each_ms:.1f} ms; {by_clock:.1f} s by the clock; {machine()}"
        ),
    )


def _record(n: int) -> dict[str, str | int]:
    from attribution.domain.proof_records import VersionFacts, conversion_record

    facts = VersionFacts(
        version_id=n,
        brand_id=n % 2_000,
        influencer_id=n % 20_000,
        number=1 + n % 3,
        status="on_hold",
        base_minor=1_790_000 + n,
        commission_minor=125_300 + n,
        before_minor=0,
        cause="received",
        at=NOON + timedelta(milliseconds=n % 40_000_000),
        conversion=UUID(int=n),
        source="woocommerce",
        order_number=f"TU-{n}",
        brand=UUID(int=n % 2_000),
        campaign=UUID(int=n % 5_000),
        influencer=UUID(int=n % 20_000),
    )
    return conversion_record(facts, DAY)
