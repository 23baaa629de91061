"""What the click process, the drain and Django say to each other in Redis, in one place."""

from __future__ import annotations

STREAM = "birge:clicks"  # entries {"d": COPY lines}; one entry is one batch
FIELD = "d"
EPOCH = "birge:clicks:epoch"  # random, as old as the stream: gone when Redis was wiped
DRAINED = "birge:drain:offset"  # "<epoch> <stream id>": everything up to it is in PostgreSQL
BEAT = "birge:drain:beat"  # epoch seconds of Redis: everything older is in PostgreSQL
CLOCK_OFFSET = "birge:clock_offset_seconds"  # the demo world's clock (core.demo_clock)
