"""How long a source is left alone after it failed, and what counts as slow. Pure."""

from __future__ import annotations

import zlib
from datetime import timedelta

BACKOFF_SECONDS, BACKOFF_SECONDS_MAX = 30, 3_600
DOUBLINGS_MAX = 7  # 30 s · 2⁷ is past the hour already
NAMED_SECONDS_MAX = 86_400  # a source that asks for more than a day has miscounted
SLOW = timedelta(seconds=3)  # an answer that takes longer is waited for apart from the others
MUTE_AFTER = timedelta(
    minutes=2
)  # a platform that answered none of its sellers for so long is down


def spread_of(cursor_id: int, failures: int) -> float:
    """From 0 up to 1, another one for each cursor and each try, the same when asked again.

    Sources that broke at one moment are asked again at many; no dice, so that a test can tell.
    """
    return zlib.crc32(f"{cursor_id}:{failures}".encode()) / 2**32


def backoff(failures: int, spread: float) -> timedelta:
    """The pause after so many failures in a row: it doubles up to an hour, and the upper half of
    it is spread."""
    whole = BACKOFF_SECONDS * 2 ** min(max(failures - 1, 0), DOUBLINGS_MAX)
    return timedelta(seconds=min(whole, BACKOFF_SECONDS_MAX) * (1 + spread) / 2)


def named_pause(seconds: float) -> timedelta:
    """A pause that a source asked for, within reason."""
    return timedelta(seconds=min(max(seconds, 1), NAMED_SECONDS_MAX))
