"""Proofs of what was recorded: leaves, their Merkle tree (RFC 6962, section 2.1), chained days.

What a proof is made of, and how anybody checks one alone: docs/proofs.md. Hashes are SHA-256;
in texts they are 64 lower-case hex digits.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = "birge-proof-v1"
NONCE_BYTES = 16
KEY_BYTES = 32
BLOCK = 1024  # leaves whose hashes are kept together; a power of two, so a block is a subtree
NO_DAY = "0" * 64  # what comes before the first day
_LEAF, _NODE = b"\x00", b"\x01"  # a node can never pass for a leaf
_LEFT, _RIGHT = "left", "right"
_FIELDS = {"format", "record", "nonce", "path", "published"}
_DAY_LINE = re.compile(
    r"(\d{4}-\d\d-\d\d) (0|[1-9]\d*) ([0-9a-f]{64}) ([0-9a-f]{64}) ([0-9a-f]{128}) ([0-9a-f]{64})"
)
_HEX = re.compile(r"(?:[0-9a-f]{2})+")

Step = tuple[str, bytes]  # on which side the neighbour stands, and its hash


class ProofError(ValueError):
    """The proof, or what was published, does not hold; says what of it."""


# --- Leaves and their tree ------------------------------------------------------------------

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical(record: Mapping[str, str | int]) -> str:
    """The one way to write a record: JSON, keys sorted, no spaces, UTF-8, nothing escaped that
    need not be."""
    return _encode(record)


def leaf_hash(nonce: bytes, record: str) -> bytes:
    """The nonce keeps others from guessing a record and finding it among the hashes."""
    return hashlib.sha256(_LEAF + nonce + record.encode()).digest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; of none, the hash of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    while len(leaves) > 1:
        leaves = _level_above(leaves)
    return leaves[0]


def tree_path(leaves: Sequence[bytes], position: int) -> list[Step]:
    """The neighbours on the way from a leaf up to the root."""
    return levels_path(tree_levels(leaves), position)


def tree_levels(leaves: Sequence[bytes]) -> list[Sequence[bytes]]:
    """The leaves, and every row of nodes above them but the root: for several paths of one tree."""
    levels = []
    while len(leaves) > 1:
        levels.append(leaves)
        leaves = _level_above(leaves)
    return levels


def levels_path(levels: Iterable[Sequence[bytes]], position: int) -> list[Step]:
    """As tree_path, of a tree whose levels are known."""
    path: list[Step] = []
    for level in levels:
        neighbour = position ^ 1
        if neighbour < len(level):
            path.append((_LEFT if neighbour < position else _RIGHT, level[neighbour]))
        position //= 2
    return path


def path_root(leaf: bytes, path: Iterable[Step]) -> bytes:
    """Where a path leads to."""
    for side, other in path:
        pair = other + leaf if side == _LEFT else leaf + other
        leaf = hashlib.sha256(_NODE + pair).digest()
    return leaf


def _level_above(hashes: Sequence[bytes]) -> list[bytes]:
    """Pairs become nodes; one without a pair goes up as it is."""
    sha256, node = hashlib.sha256, _NODE
    left, right = hashes[::2], hashes[1::2]
    above = [sha256(node + pair[0] + pair[1]).digest() for pair in zip(left, right, strict=False)]
    if len(left) > len(right):
        above.append(left[-1])
    return above


# --- Days -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Statement:
    """What is signed of a day. `previous` is the hash of the statement of the day before."""

    day: str
    leaves: int
    root: str
    previous: str

    @property
    def text(self) -> str:
        lines = (FORMAT, f"day {self.day}", f"leaves {self.leaves}", f"root {self.root}")
        return "\n".join((*lines, f"previous {self.previous}", ""))

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Published:
    """A day as it is published: one line of the file of roots."""

    statement: Statement
    signature: str  # ed25519, 64 bytes as hex
    key: str  # the public key, 32 bytes as hex

    @property
    def line(self) -> str:
        said = self.statement
        return f"{said.day} {said.leaves} {said.root} {said.previous} {self.signature} {self.key}"


def line_read(line: str) -> Published:
    """Raises: ProofError"""
    found = _DAY_LINE.fullmatch(line)
    if found is None:
        raise ProofError("the published day is not written as it must be")
    day, leaves, root, previous, signature, key = found.groups()
    return Published(Statement(day, int(leaves), root, previous), signature, key)


def day_sign(statement: Statement, secret: bytes) -> Published:
    """Raises: ValueError for a key that is not KEY_BYTES long."""
    key = Ed25519PrivateKey.from_private_bytes(secret)
    signature = key.sign(statement.text.encode()).hex()
    return Published(statement, signature, key.public_key().public_bytes_raw().hex())


def public_key(secret: bytes) -> str:
    """The hex under which a key's signatures are checked."""
    public = Ed25519PrivateKey.from_private_bytes(secret).public_key()
    return public.public_bytes_raw().hex()


def signature_faults(day: Published) -> list[str]:
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(day.key))
    try:
        public.verify(bytes.fromhex(day.signature), day.statement.text.encode())
    except InvalidSignature:
        return [f"{day.statement.day}: the signature is not of this statement and key"]
    return []


def chain_faults(days: Sequence[Published], keys: Iterable[str]) -> list[str]:
    """What is wrong with published days, oldest first: a gap, a broken link, a foreign key, a
    signature. `keys` are those that may sign."""
    faults, allowed, previous, before = [], set(keys), NO_DAY, None
    for day in days:
        said = day.statement
        on = date.fromisoformat(said.day)
        if before is not None and (on - before).days != 1:
            faults.append(f"{said.day}: the day before it is not published")
        if said.previous != previous:
            faults.append(f"{said.day}: does not continue the day before it")
        if day.key not in allowed:
            faults.append(f"{said.day}: signed with a key that is not ours")
        faults += signature_faults(day)
        previous, before = said.sha256, on
    return faults


# --- A proof ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proof:
    """That a record is a leaf under the root of a published day."""

    record: str
    nonce: bytes
    path: Sequence[Step]
    published: Published

    def as_json(self) -> str:
        body = {
            "format": FORMAT,
            "record": self.record,
            "nonce": self.nonce.hex(),
            "path": [[side, other.hex()] for side, other in self.path],
            "published": self.published.line,
        }
        return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


def proof_read(text: str) -> Proof:
    """Raises: ProofError for anything but the exact shape of a proof."""
    try:
        body = json.loads(text, object_pairs_hook=_fields_once)
    except ValueError as error:
        raise ProofError(f"this is no proof: {error}") from None
    if not isinstance(body, dict) or set(body) != _FIELDS or body["format"] != FORMAT:
        raise ProofError("this is no proof, or one of another format")
    if not (_is_text(body["record"]) and _is_text(body["published"])):
        raise ProofError("the record and the published day must be texts")
    nonce = _bytes(body["nonce"], NONCE_BYTES)
    path = body["path"]
    if not isinstance(path, list):
        raise ProofError("the path must be a list")
    return Proof(
        body["record"], nonce, [_step(each) for each in path], line_read(body["published"])
    )


def proof_check(proof: Proof, days: Sequence[Published], keys: Iterable[str]) -> dict[str, Any]:
    """The record of a proof that holds against the published days (oldest first) and our keys.

    Raises:
        ProofError: what does not hold.
    """
    said = proof.published.statement
    if path_root(leaf_hash(proof.nonce, proof.record), proof.path).hex() != said.root:
        raise ProofError("the record, nonce or path does not lead to the root")
    if proof.published not in days:
        raise ProofError(f"{said.day} was not published like this")
    if faults := chain_faults(days, keys):
        raise ProofError(faults[0])
    record = json.loads(proof.record, object_pairs_hook=_fields_once)
    if not isinstance(record, dict) or record.get("day") != said.day:
        raise ProofError("the record is of another day")
    return record


def _fields_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _value in pairs}) < len(pairs):
        raise ProofError("a field is there twice")
    return dict(pairs)


def _is_text(value: Any) -> bool:
    """A lone surrogate is JSON, and no text."""
    return isinstance(value, str) and not any("\ud800" <= char <= "\udfff" for char in value)


def _step(step: Any) -> Step:
    if not (isinstance(step, list) and len(step) == 2 and step[0] in (_LEFT, _RIGHT)):
        raise ProofError("a step of the path is a side and a hash")
    return step[0], _bytes(step[1], 32)


def _bytes(text: Any, count: int) -> bytes:
    if not (isinstance(text, str) and len(text) == 2 * count and _HEX.fullmatch(text)):
        raise ProofError(f"{count} bytes are written as {2 * count} lower-case hex digits")
    return bytes.fromhex(text)
