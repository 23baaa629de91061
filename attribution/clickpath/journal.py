"""The local journal: every batch of clicks on disk, until the drain has it in PostgreSQL.

A folder of segments, files of COPY lines. A batch is written (write(2), so that it outlives this
process) before it is answered; fdatasync, so that it outlives the machine, only while Redis does
not hold it too. A segment is held by an exclusive flock for as long as its process lives, so a
later process knows which files are nobody's and sends them again. Sending a line twice is
harmless: the drain knows click ids. Blocking, but short: everything here is page cache.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

SEGMENT_BYTES_MAX = 64 * 1024 * 1024
CHUNK_BYTES = 256 * 1024
SUFFIX = ".clicks"

StreamId = tuple[int, int]


class Segment:
    """One file. `last_id` is the highest stream entry that holds lines of it."""

    def __init__(self, path: Path, descriptor: int, size: int) -> None:
        self.path = path
        self.descriptor = descriptor
        self.size = size
        self.last_id: StreamId | None = None
        self.writes_in_flight = 0
        self.is_unsent = False  # some line may be missing in Redis

    def sent_up_to(self, stream_id: StreamId) -> None:
        self.last_id = max(self.last_id or stream_id, stream_id)

    def is_drained(self, drained: StreamId) -> bool:
        """Whether all its lines are in PostgreSQL, given that the stream is up to `drained`."""
        is_at_rest = not self.is_unsent and self.writes_in_flight == 0
        return is_at_rest and (self.last_id is None or self.last_id <= drained)


class Journal:
    """The segments of one process. Raises OSError where the disk refuses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.segments: list[Segment] = []  # oldest first; the last is written to
        self._is_open = False

    def append(self, data: bytes) -> Segment:
        """Write whole lines to the open segment and return it."""
        segment = self._writable()
        try:
            _write_all(segment.descriptor, data)
        except OSError:
            # Half a line must not grow into the next batch: close this file behind its last one.
            self._is_open = False
            with contextlib.suppress(OSError):
                os.ftruncate(segment.descriptor, segment.size)
            raise
        segment.size += len(data)
        return segment

    def rotate(self) -> None:
        """The next batch goes to a new file, so that this one can be dropped one day."""
        self._is_open = False

    @property
    def closed(self) -> list[Segment]:
        return self.segments[:-1] if self._is_open else list(self.segments)

    def drop(self, segment: Segment) -> None:
        self.segments.remove(segment)
        segment.path.unlink(missing_ok=True)
        os.close(segment.descriptor)

    def adopt(self) -> int:
        """Take over the segments whose process is gone; they are unsent. How many there were."""
        self.folder.mkdir(parents=True, exist_ok=True)
        own = {segment.path for segment in self.segments}
        found = [path for path in sorted(self.folder.glob(f"*{SUFFIX}")) if path not in own]
        orphans = [segment for path in found if (segment := _take(path))]
        for segment in orphans:
            segment.is_unsent = True
        self.segments[:0] = orphans
        return len(orphans)

    def close(self) -> None:
        """Give the locks back; what is left on disk is adopted by the next process."""
        self._is_open = False
        while self.segments:
            os.close(self.segments.pop().descriptor)

    def _writable(self) -> Segment:
        if self._is_open and self.segments[-1].size < SEGMENT_BYTES_MAX:
            return self.segments[-1]
        self.folder.mkdir(parents=True, exist_ok=True)
        segment = _create(self.folder / f"{uuid4().hex}{SUFFIX}")
        self.segments.append(segment)
        self._is_open = True
        return segment


def synchronise(segment: Segment) -> None:
    """Wait until what was written, and the file's name, are on the disk itself."""
    os.fdatasync(segment.descriptor)
    folder = os.open(segment.path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def chunks_of(segment: Segment) -> Iterator[bytes]:
    """The segment's whole lines, in pieces of about CHUNK_BYTES. A torn last line was never
    answered, and is left out."""
    rest = b""
    with segment.path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            lines, newline, rest = (rest + piece).rpartition(b"\n")
            if newline:
                yield lines + newline


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _create(path: Path) -> Segment:
    unlocked = path.with_suffix(".new")  # named when locked, or another process might adopt it
    descriptor = os.open(unlocked, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    unlocked.rename(path)
    return Segment(path, descriptor, 0)


def _take(path: Path) -> Segment | None:
    """The segment, or None when its process lives or has just dropped it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return Segment(path, descriptor, os.fstat(descriptor).st_size)
