"""What a published record says, field by field: docs/proofs.md explains it to whoever checks."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

Record = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """A version of a conversion as it lies in the database. Amounts in tiyn; `before_minor` is the
    reward of the version before, 0 for the first."""

    version_id: int
    brand_id: int
    influencer_id: int
    number: int
    status: str
    base_minor: int
    commission_minor: int
    before_minor: int
    cause: str
    at: datetime
    conversion: UUID
    source: str
    order_number: str
    brand: UUID
    campaign: UUID
    influencer: UUID


def conversion_record(facts: VersionFacts, day_on: date) -> Record:
    """Whose sale it was, what it was worth from then on, and why. No buyer, no goods."""
    return {
        "kind": "conversion",
        "day": day_on.isoformat(),
        "conversion": str(facts.conversion),
        "version": facts.number,
        "brand": str(facts.brand),
        "campaign": str(facts.campaign),
        "influencer": str(facts.influencer),
        "source": facts.source,
        "order": facts.order_number,
        "status": facts.status,
        "cause": facts.cause,
        "base_minor": facts.base_minor,
        "commission_minor": facts.commission_minor,
        "at": moment_text(facts.at),
    }


@dataclass(slots=True)
class Summary:
    """One influencer's day, as its records come by in the order of the tree."""

    influencer: UUID
    conversions: set[UUID] = field(default_factory=set)
    hashes: list[bytes] = field(default_factory=list)
    change_minor: int = 0

    def add(self, facts: VersionFacts, leaf_hash: bytes) -> None:
        self.conversions.add(facts.conversion)
        self.hashes.append(leaf_hash)
        self.change_minor += facts.commission_minor - facts.before_minor

    def record(self, day_on: date) -> Record:
        """How many records, of how many sales, and what they changed; `leaves_sha256` is over
        their hashes one after another, so that none can be left out or added later."""
        return {
            "kind": "summary",
            "day": day_on.isoformat(),
            "influencer": str(self.influencer),
            "records": len(self.hashes),
            "conversions": len(self.conversions),
            "change_minor": self.change_minor,
            "leaves_sha256": hashlib.sha256(b"".join(self.hashes)).hexdigest(),
        }


def moment_text(at: datetime) -> str:
    """RFC 3339 in UTC, to the microsecond: 2026-11-20T09:00:00.000000Z"""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
