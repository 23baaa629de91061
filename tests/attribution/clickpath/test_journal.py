"""Files on a real disk; what a kill leaves behind is what a second Journal finds."""

from __future__ import annotations

import errno
import os

import pytest

from attribution.clickpath import journal as module
from attribution.clickpath.journal import Journal, chunks_of, synchronise


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "journal")
    yield made
    made.close()


def content(segment) -> bytes:
    return b"".join(chunks_of(segment))


def test_batches_are_read_back_in_their_order(journal):
    segment = journal.append(b"one\ntwo\n")
    assert journal.append(b"three\n") is segment
    synchronise(segment)
    assert content(segment) == b"one\ntwo\nthree\n"
    assert segment.path.stat().st_mode & 0o777 == 0o600


def test_a_closed_segment_is_dropped_when_it_is_drained(journal):
    segment = journal.append(b"one\n")
    assert journal.closed == []
    journal.rotate()
    assert journal.closed == [segment]
    assert journal.append(b"two\n") is not segment
    segment.sent_up_to((5, 1))
    assert (segment.is_drained((5, 0)), segment.is_drained((5, 1))) == (False, True)
    journal.drop(segment)
    assert not segment.path.exists()


def test_what_is_unsent_or_on_its_way_is_never_drained(journal):
    segment = journal.append(b"one\n")
    segment.is_unsent = True
    assert not segment.is_drained((9, 9))
    segment.is_unsent, segment.writes_in_flight = False, 1
    assert not segment.is_drained((9, 9))


def test_the_segments_of_a_dead_process_are_adopted_and_those_of_a_living_one_are_not(tmp_path):
    living, dead, heir = (Journal(tmp_path) for _ in range(3))
    living.append(b"living\n")
    dead.append(b"dead\n")
    dead.close()  # as its process' end does: the locks go, the file stays
    assert heir.adopt() == 1
    assert [(content(it), it.is_unsent) for it in heir.segments] == [(b"dead\n", True)]
    assert heir.adopt() == 0
    for one in (living, heir):
        one.close()


def test_a_torn_last_line_is_left_out(journal):
    segment = journal.append(b"one\n")
    os.write(segment.descriptor, b"half a li")
    assert content(segment) == b"one\n"


def test_lines_are_never_cut_between_chunks(journal, monkeypatch):
    monkeypatch.setattr(module, "CHUNK_BYTES", 10)
    lines = [b"%06d\n" % n for n in range(50)]
    segment = journal.append(b"".join(lines))
    pieces = list(chunks_of(segment))
    assert len(pieces) > 10
    assert all(piece.endswith(b"\n") for piece in pieces)
    assert b"".join(pieces) == b"".join(lines)


def test_a_full_disk_leaves_no_half_line_before_the_next_batch(journal, monkeypatch):
    segment = journal.append(b"one\n")
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        write(descriptor, bytes(data[:3]))
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space left"):
            journal.append(b"two\n")
    after = journal.append(b"three\n")
    assert (content(segment), content(after)) == (b"one\n", b"three\n")


def test_a_segment_that_is_large_enough_is_followed_by_another(journal, monkeypatch):
    monkeypatch.setattr(module, "SEGMENT_BYTES_MAX", 8)
    first = journal.append(b"12345678\n")
    assert journal.append(b"9\n") is not first
