"""Leaves, trees, chained days. Expected values are built here with hashlib alone."""

import hashlib
import json
from datetime import date, timedelta

import pytest

from ledger.domain import proofs
from ledger.domain.proofs import (
    NO_DAY,
    Proof,
    ProofError,
    Published,
    Statement,
    canonical,
    chain_faults,
    day_sign,
    leaf_hash,
    line_read,
    path_root,
    proof_check,
    proof_read,
    public_key,
    tree_path,
    tree_root,
)

SECRET, OTHER_SECRET = bytes(range(32)), bytes(range(1, 33))
KEY, OTHER_KEY = public_key(SECRET), public_key(OTHER_SECRET)
NONCE = bytes(range(16))


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def hashes(count: int) -> list[bytes]:
    return [sha(b"%d" % n) for n in range(count)]


def root_by_rfc_6962(leaves: list[bytes]) -> bytes:
    """Section 2.1 as it stands there: split at the largest power of two below the count."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha(b"")
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha(b"\x01" + root_by_rfc_6962(leaves[:half]) + root_by_rfc_6962(leaves[half:]))


# --- Leaves and trees -----------------------------------------------------------------------


def test_a_leaf_is_the_hash_of_its_mark_its_nonce_and_its_record():
    record = canonical({"order": "ТҮ-1", "day": "2026-11-20", "base_minor": 5})
    assert record == '{"base_minor":5,"day":"2026-11-20","order":"ТҮ-1"}'
    assert leaf_hash(NONCE, record) == sha(b"\x00" + NONCE + record.encode())
    assert leaf_hash(bytes(16), record) != leaf_hash(NONCE, record)


def test_roots_by_hand():
    a, b, c = hashes(3)
    assert tree_root([]).hex() == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    assert tree_root([a]) == a
    assert tree_root([a, b]) == sha(b"\x01" + a + b)
    assert tree_root([a, b, c]) == sha(b"\x01" + sha(b"\x01" + a + b) + c)


@pytest.mark.parametrize("count", range(1, 71))
def test_every_leaf_of_a_tree_leads_to_its_root_and_no_stranger_does(count):
    leaves = hashes(count)
    root = tree_root(leaves)
    assert root == root_by_rfc_6962(leaves)
    for position, leaf in enumerate(leaves):
        path = tree_path(leaves, position)
        assert len(path) <= (count - 1).bit_length()
        assert path_root(leaf, path) == root
        assert path_root(sha(b"stranger"), path) != root
        if count > 1:
            assert path_root(leaves[position - 1], path) != root


@pytest.mark.parametrize("count", range(1, 71))
def test_blocks_are_subtrees(count, monkeypatch):
    """What a proof is made of when only one block of leaves is read."""
    leaves, size = hashes(count), 8
    blocks = [leaves[n : n + size] for n in range(0, count, size)]
    roots = [tree_root(block) for block in blocks]
    assert tree_root(roots) == tree_root(leaves)
    for position in range(count):
        block = position // size
        path = tree_path(blocks[block], position % size) + tree_path(roots, block)
        assert path == tree_path(leaves, position)


def test_a_node_is_no_leaf():
    """Without marks, who publishes two leaves could later show a third: their node."""
    a, b = hashes(2)
    assert leaf_hash(a[:16], "x") != sha(b"\x01" + a[:16] + b"x")
    assert tree_root([a, b]) != sha(a + b)


# --- Days -----------------------------------------------------------------------------------


def days_make(count: int, *, secret: bytes = SECRET) -> list[Published]:
    made, previous = [], NO_DAY
    for n in range(count):
        on = date(2026, 11, 18) + timedelta(days=n)
        root = tree_root(hashes(n)).hex()
        made.append(day_sign(Statement(on.isoformat(), n, root, previous), secret))
        previous = made[-1].statement.sha256
    return made


def test_a_day_is_a_text_that_names_the_one_before():
    first, second = days_make(2)
    text = f"birge-proof-v1\nday 2026-11-18\nleaves 0\nroot {sha(b'').hex()}\nprevious {'0' * 64}\n"
    assert first.statement.text == text
    assert second.statement.previous == sha(text.encode()).hex()


def test_a_signature_of_a_key_that_rfc_8032_gives():
    """Section 7.1, test 1: the key's public half."""
    secret = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    assert public_key(secret) == (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    )


def test_sound_days_have_no_faults_and_survive_being_written():
    days = days_make(4)
    assert chain_faults(days, [KEY]) == []
    assert [line_read(day.line) for day in days] == days


def test_a_key_may_change_when_both_are_ours():
    days = days_make(2)
    last = Statement("2026-11-20", 0, NO_DAY, days[-1].statement.sha256)
    days.append(day_sign(last, OTHER_SECRET))
    assert chain_faults(days, [KEY, OTHER_KEY]) == []
    assert chain_faults(days, [KEY]) == ["2026-11-20: signed with a key that is not ours"]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda days: days[1:], "2026-11-19: does not continue the day before it"),
        (lambda days: days[:1] + days[2:], "2026-11-20: the day before it is not published"),
        (lambda days: [days[1], days[0]], "2026-11-18: the day before it is not published"),
        (lambda days: [days[0], days[0]], "2026-11-18: the day before it is not published"),
        (
            lambda days: [*days[:2], Published(days[2].statement, days[1].signature, KEY)],
            "2026-11-20: the signature is not of this statement and key",
        ),
    ],
)
def test_damaged_chains_are_named(damage, fault):
    assert fault in chain_faults(damage(days_make(3)), [KEY])


# --- Altered proofs -------------------------------------------------------------------------

RECORD = {
    "kind": "conversion",
    "day": "2026-11-20",
    "conversion": "0193c5f0-0000-7000-8000-000000000001",
    "version": 2,
    "brand": "0193c5f0-0000-7000-8000-000000000002",
    "campaign": "0193c5f0-0000-7000-8000-000000000003",
    "influencer": "0193c5f0-0000-7000-8000-000000000004",
    "source": "woocommerce",
    "order": "ТҮ-48213",
    "status": "on_hold",
    "cause": "received",
    "base_minor": 2_249_100,
    "commission_minor": 157_437,
    "at": "2026-11-20T09:00:00.000000Z",
}
POSITION = 5  # of 11 leaves: four steps up, on both sides


def world() -> tuple[Proof, list[Published]]:
    """A proof of RECORD, and the days among which its day is the last but one."""
    record = canonical(RECORD)
    leaves = hashes(11)
    leaves[POSITION] = leaf_hash(NONCE, record)
    days = days_make(2)
    for day, root in (("2026-11-20", tree_root(leaves)), ("2026-11-21", tree_root([]))):
        said = Statement(day, 11, root.hex(), days[-1].statement.sha256)
        days.append(day_sign(said, SECRET))
    return Proof(record, NONCE, tree_path(leaves, POSITION), days[2]), days


def flipped(text: str, at: int) -> str:
    """Another hex digit there."""
    return text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :]


def body_with(**changes):
    def alter(body, days):
        return body | {
            name: change(body[name]) if callable(change) else change
            for name, change in changes.items()
        }

    return alter


def record_with(change):
    return body_with(record=lambda text: canonical(change(json.loads(text))))


def path_with(change):
    return body_with(path=lambda path: change([list(step) for step in path]))


def line_with(place, change):
    """A column of the published line: day leaves root previous signature key."""

    def altered(line):
        columns = line.split(" ")
        columns[place] = change(columns[place]) if callable(change) else change
        return " ".join(columns)

    return body_with(published=altered)


def without(name):
    return lambda body, days: {key: value for key, value in body.items() if key != name}


def other_value(value):
    return value + 1 if isinstance(value, int) else f"{value}x"


def step_with(at, change):
    def altered(path):
        path[at] = change(path[at])
        return path

    return path_with(altered)


def resigned(secret, **changes):
    """Somebody with another key publishes another day, and the proof follows."""

    def alter(body, days):
        said = line_read(body["published"]).statement
        fields = {"day": said.day, "leaves": said.leaves, "root": said.root}
        return body | {
            "published": day_sign(
                Statement(**(fields | {"previous": said.previous} | changes)), secret
            ).line
        }

    return alter


def day_of(place):
    return lambda body, days: body | {"published": days[place].line}


def swap(first, second):
    return record_with(lambda it: it | {first: it[second], second: it[first]})


UP = {"left": "right", "right": "left"}
ALTERED = {
    **{f"record: {n}": record_with(lambda it, n=n: it | {n: other_value(it[n])}) for n in RECORD},
    **{
        f"record without {n}": record_with(lambda it, n=n: {k: v for k, v in it.items() if k != n})
        for n in RECORD
    },
    "record: one more field": record_with(lambda it: it | {"bonus_minor": 1}),
    "record: negative reward": record_with(lambda it: it | {"commission_minor": -157_437}),
    "record: reward as text": record_with(lambda it: it | {"commission_minor": "157437"}),
    "record: reward as fraction": record_with(lambda it: it | {"commission_minor": 157437.0}),
    "record: reward and base exchanged": swap("commission_minor", "base_minor"),
    "record: brand and campaign exchanged": swap("brand", "campaign"),
    "record: another influencer": record_with(lambda it: it | {"influencer": it["brand"]}),
    "record: approved": record_with(lambda it: it | {"status": "approved"}),
    "record: Latin letters that look alike": record_with(lambda it: it | {"order": "TY-48213"}),
    "record: a blank": body_with(record=lambda text: text.replace(":", ": ", 1)),
    "record: a blank at its end": body_with(record=lambda text: text + " "),
    "record: keys in another order": body_with(
        record=lambda text: json.dumps(
            dict(reversed(json.loads(text).items())), separators=(",", ":"), ensure_ascii=False
        )
    ),
    "record: escaped letters": body_with(
        record=lambda text: json.dumps(json.loads(text), separators=(",", ":"))
    ),
    "record: a field twice": body_with(record=lambda text: text[:-1] + ',"version":2}'),
    "record: empty": body_with(record=""),
    "record: an object": body_with(record=json.loads),
    "record: a lone surrogate": body_with(record="\ud800"),
    "record: of a node": body_with(record="\x01"),
    "nonce: first digit": body_with(nonce=lambda it: flipped(it, 0)),
    "nonce: last digit": body_with(nonce=lambda it: flipped(it, 31)),
    "nonce: zeros": body_with(nonce="0" * 32),
    "nonce: short": body_with(nonce=lambda it: it[:-2]),
    "nonce: long": body_with(nonce=lambda it: it + "00"),
    "nonce: capitals": body_with(nonce=lambda it: it.upper()),
    "nonce: no hex": body_with(nonce="g" * 32),
    "nonce: a number": body_with(nonce=5),
    **{f"step {n}: hash": step_with(n, lambda it: [it[0], flipped(it[1], 9)]) for n in range(4)},
    **{f"step {n}: side": step_with(n, lambda it: [UP[it[0]], it[1]]) for n in range(4)},
    **{
        f"step {n}: left out": path_with(lambda path, n=n: path[:n] + path[n + 1 :])
        for n in range(4)
    },
    **{f"step {n}: twice": path_with(lambda path, n=n: path[: n + 1] + path[n:]) for n in range(4)},
    "path: two steps exchanged": path_with(lambda path: [path[1], path[0], *path[2:]]),
    "path: from the top": path_with(lambda path: path[::-1]),
    "path: empty": body_with(path=[]),
    "path: none": body_with(path=None),
    "path: one more step": path_with(lambda path: [*path, ["left", "0" * 64]]),
    "path: an unknown side": step_with(0, lambda it: ["up", it[1]]),
    "path: a step of three": step_with(0, lambda it: [*it, "left"]),
    "path: a short hash": step_with(0, lambda it: [it[0], it[1][:-2]]),
    "path: a hash in capitals": step_with(0, lambda it: [it[0], it[1].upper()]),
    "path: a text": body_with(path="left"),
    "day: the one before": day_of(1),
    "day: the one after": day_of(3),
    "day: another date": line_with(0, "2026-11-21"),
    "day: no date": line_with(0, "20.11.2026"),
    "day: one leaf more": line_with(1, "12"),
    "day: leaves with a zero": line_with(1, "011"),
    "day: another root": line_with(2, lambda it: flipped(it, 0)),
    "day: the root of nothing": line_with(2, sha(b"").hex()),
    "day: another day before": line_with(3, lambda it: flipped(it, 63)),
    "day: no day before": line_with(3, NO_DAY),
    "day: another signature": line_with(4, lambda it: flipped(it, 5)),
    "day: an empty signature": line_with(4, "0" * 128),
    "day: a short signature": line_with(4, lambda it: it[:-2]),
    "day: another key": line_with(5, OTHER_KEY),
    "day: one more column": body_with(published=lambda line: line + " x"),
    "day: a line's end": body_with(published=lambda line: line + "\n"),
    "day: nothing": body_with(published=""),
    "day: an object": body_with(published={}),
    "signed by another key": resigned(OTHER_SECRET),
    "signed by another key, another root": resigned(OTHER_SECRET, root="0" * 64),
    "signed by our key, never published": resigned(SECRET, leaves=12),
    "format: another": body_with(format="birge-proof-v2"),
    "format: none": without("format"),
    "without a record": without("record"),
    "without a nonce": without("nonce"),
    "without a path": without("path"),
    "without a day": without("published"),
    "one more field": body_with(extra=1),
}


def test_there_are_at_least_77_kinds_of_alteration():
    assert len(ALTERED) >= 77


def test_a_proof_that_nobody_altered_holds():
    proof, days = world()
    assert proof_read(proof.as_json()) == proof
    assert proof_check(proof_read(proof.as_json()), days, [KEY]) == RECORD


@pytest.mark.parametrize("kind", ALTERED)
def test_an_altered_proof_is_refused(kind):
    proof, days = world()
    body = json.loads(proof.as_json())
    altered = ALTERED[kind](json.loads(proof.as_json()), days)
    assert altered != body or kind == "record: reward as fraction", "nothing was altered"
    with pytest.raises(ProofError):
        proof_check(proof_read(json.dumps(altered)), days, [KEY])


@pytest.mark.parametrize("text", ["", "[]", "null", "5", "{", '{"format":1,"format":2}', "\x00"])
def test_what_is_no_proof_is_refused(text):
    with pytest.raises(ProofError):
        proof_read(text)


def test_a_record_of_another_day_is_refused_even_where_its_hash_fits():
    record = canonical(RECORD | {"day": "2026-11-17"})
    days = days_make(1)
    said = Statement("2026-11-19", 1, leaf_hash(NONCE, record).hex(), days[0].statement.sha256)
    days.append(day_sign(said, SECRET))
    with pytest.raises(ProofError, match="of another day"):
        proof_check(Proof(record, NONCE, [], days[1]), days, [KEY])


def test_a_proof_among_broken_days_is_refused():
    proof, days = world()
    with pytest.raises(ProofError, match="does not continue"):
        proof_check(proof, days[1:], [KEY])
    with pytest.raises(ProofError, match="not ours"):
        proof_check(proof, days, [OTHER_KEY])


def test_a_key_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="32"):
        day_sign(Statement("2026-11-20", 0, NO_DAY, NO_DAY), b"short")


def test_a_block_is_a_whole_subtree():
    assert proofs.BLOCK & (proofs.BLOCK - 1) == 0
