"""Published days: added, and read. What goes into them is gathered above (attribution).

Pure rules: domain/proofs.py. How anybody checks a proof without us: docs/proofs.md.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from django.conf import settings
from django.db.models import Count, QuerySet

from core.bulk import rows_insert
from core.locks import lock_for_transaction
from core.tenancy.context import acting_as
from ledger.domain.proofs import (
    BLOCK,
    NO_DAY,
    NONCE_BYTES,
    Proof,
    Published,
    Statement,
    day_sign,
    leaf_hash,
    levels_path,
    public_key,
    tree_levels,
    tree_root,
)
from ledger.models import ProofBlock, ProofDay, ProofLeaf

CONVERSION, SUMMARY = "conversion", "summary"
ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Leaf:
    """A record on its way into a day. `subject_id` is what it is about: see models.ProofLeaf."""

    kind: str
    subject_id: int
    influencer_id: int
    record: str
    brand_id: int | None = None
    nonce: bytes = field(default_factory=lambda: os.urandom(NONCE_BYTES))

    @property
    def hash(self) -> bytes:
        return leaf_hash(self.nonce, self.record)


def publishing_lock() -> None:
    """One publisher at a time, until its transaction ends."""
    lock_for_transaction("publish proofs")


def day_add(day_on: date, leaves: Sequence[Leaf]) -> ProofDay:
    """Publish a day, after the last one. Runs as the system, with the lock.

    Raises:
        IntegrityError: the day or one of its conversions is published already.
        AssertionError: not the day after the last one.
    """
    last = ProofDay.objects.order_by("-day_on").first()
    assert last is None or last.day_on == day_on - timedelta(days=1), (last, day_on)
    hashes = [leaf.hash for leaf in leaves]
    blocks = [hashes[begin : begin + BLOCK] for begin in range(0, len(hashes), BLOCK)]
    roots = [tree_root(block) for block in blocks]
    statement = Statement(
        day=day_on.isoformat(),
        leaves=len(leaves),
        root=tree_root(roots).hex(),
        previous=published_of(last).statement.sha256 if last else NO_DAY,
    )
    signed = day_sign(statement, settings.PROOF_KEY)
    day = ProofDay.objects.create(
        day_on=day_on,
        leaves=statement.leaves,
        root=statement.root,
        previous=statement.previous,
        signature=signed.signature,
        key=signed.key,
    )
    ProofBlock.objects.bulk_create(
        ProofBlock(day_on=day_on, number=number, root=root, hashes=b"".join(block))
        for number, (root, block) in enumerate(zip(roots, blocks, strict=True))
    )
    for begin in range(0, len(leaves), ROWS_AT_ONCE):
        part = enumerate(leaves[begin : begin + ROWS_AT_ONCE], begin)
        rows_insert([_row(day_on, position, leaf) for position, leaf in part])
    return day


def _row(day_on: date, position: int, leaf: Leaf) -> ProofLeaf:
    return ProofLeaf(
        day_on=day_on,
        position=position,
        kind=leaf.kind,
        subject_id=leaf.subject_id,
        brand_id=leaf.brand_id,
        influencer_id=leaf.influencer_id,
        nonce=leaf.nonce.hex(),
        record=leaf.record,
    )


# --- Read -----------------------------------------------------------------------------------


def keys_ours() -> list[str]:
    """Public keys that may have signed, the one of today first."""
    return [public_key(settings.PROOF_KEY), *settings.PROOF_KEYS_BEFORE]


def published_of(day: ProofDay) -> Published:
    statement = Statement(day.day_on.isoformat(), day.leaves, day.root, day.previous)
    return Published(statement, day.signature, day.key)


def days_published() -> list[Published]:
    """Every day, oldest first. One query; a day is 400 bytes."""
    return [published_of(day) for day in ProofDay.objects.order_by("day_on")]


def roots_text() -> str:
    """Every published day, oldest first, as docs/proofs.md describes the file. One query."""
    return "".join(f"{day.line}\n" for day in days_published())


def leaves_of_brand(brand_id: int, day_on: date) -> QuerySet[ProofLeaf]:
    """The records of a brand's sales in a day, in their order."""
    return ProofLeaf.objects.filter(brand_id=brand_id, day_on=day_on).order_by("position")


def days_of_brand(brand_id: int, *, before: date | None, rows: int) -> list[tuple[date, int]]:
    """(day, its records of this brand's sales), newest first, without empty days. One query."""
    leaves = ProofLeaf.objects.filter(brand_id=brand_id)
    if before is not None:
        leaves = leaves.filter(day_on__lt=before)
    days = leaves.values_list("day_on").annotate(records=Count("pk")).order_by("-day_on")
    return list(days[:rows])


def leaves_of_versions(version_ids: Collection[int]) -> dict[int, ProofLeaf]:
    """{conversion's version: its record}, of those that the acting side may read. One query."""
    found = ProofLeaf.objects.filter(kind=CONVERSION, subject_id__in=version_ids)
    return {leaf.subject_id: leaf for leaf in found}


def summary_of(influencer_id: int, day_on: date) -> ProofLeaf | None:
    """An influencer's own day; None where nothing of theirs changed, or it is not published."""
    return ProofLeaf.objects.filter(
        kind=SUMMARY, influencer_id=influencer_id, day_on=day_on
    ).first()


def proof_of(leaf: ProofLeaf) -> Proof:
    """The proof of a record that the caller was allowed to read. Three queries.

    Neighbours are other people's leaves: the system reads their hashes, and gives away the few
    that the path needs. A hash tells nothing: its leaf has a nonce.
    """
    return next(proofs_of_day(leaf.day_on, [leaf]))


def proofs_of_day(day_on: date, leaves: Iterable[ProofLeaf]) -> Iterator[Proof]:
    """Proofs of records of one day, in the order of their positions, as `proof_of`. Two queries,
    and one for every block of leaves that they lie in."""
    blocks = ProofBlock.objects.filter(day_on=day_on)
    with acting_as(system="proof"):
        published = published_of(ProofDay.objects.get(pk=day_on))
        roots = [bytes(root) for root in blocks.order_by("number").values_list("root", flat=True)]
    above = tree_levels(roots)
    for number, of_block in groupby(leaves, key=lambda leaf: leaf.position // BLOCK):
        with acting_as(system="proof"):
            levels = tree_levels(hashes_of(blocks.get(number=number)))
        upper = levels_path(above, number)
        for leaf in of_block:
            path = levels_path(levels, leaf.position % BLOCK) + upper
            yield Proof(leaf.record, bytes.fromhex(leaf.nonce), path, published)


def hashes_of(block: ProofBlock) -> list[bytes]:
    whole = bytes(block.hashes)
    return [whole[begin : begin + 32] for begin in range(0, len(whole), 32)]


# --- Check ----------------------------------------------------------------------------------


def day_faults(day: ProofDay) -> Iterator[str]:
    """Where a day's records, hashes and root do not fit each other. Reads the whole day."""
    roots = []
    for block in ProofBlock.objects.filter(day_on=day.pk).order_by("number"):
        hashes = hashes_of(block)
        begin = block.number * BLOCK
        leaves = ProofLeaf.objects.filter(
            day_on=day.pk, position__gte=begin, position__lt=begin + BLOCK
        )
        again = [
            leaf_hash(bytes.fromhex(leaf.nonce), leaf.record)
            for leaf in leaves.order_by("position")
        ]
        if again != hashes:
            yield f"{day}: records from number {begin} on are not those that were published"
        roots.append(tree_root(hashes))
    if tree_root(roots).hex() != day.root:
        yield f"{day}: the hashes do not lead to the published root"
    if ProofLeaf.objects.filter(day_on=day.pk).count() != day.leaves:
        yield f"{day}: {day.leaves} records were published, and there are others"
