"""Small drawings as SVG attributes: the strict CSP allows no inline style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from exchange.web.words import Tone

SPARK_WIDTH, SPARK_HEIGHT, SPARK_PAD = 96, 24, 3
BARS_WIDTH, BARS_HEIGHT = 480, 28
CLOCK_WARNS = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Spark:
    line: str
    area: str


def spark(values: Sequence[int]) -> Spark | None:
    """A line through the values, lowest at the bottom; None when there is nothing to see."""
    if len(values) < 2 or not any(values):
        return None
    low, high = min(values), max(values)
    room = SPARK_HEIGHT - 2 * SPARK_PAD
    step = SPARK_WIDTH / (len(values) - 1)
    points = [
        f"{index * step:.1f},{SPARK_HEIGHT - SPARK_PAD - _share(value, low, high) * room:.1f}"
        for index, value in enumerate(values)
    ]
    line = " ".join(points)
    return Spark(line, f"0,{SPARK_HEIGHT} {line} {SPARK_WIDTH},{SPARK_HEIGHT}")


def _share(value: int, low: int, high: int) -> float:
    """0..1; a flat line runs in the middle."""
    return (value - low) / (high - low) if high > low else 0.5


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    tone: Tone


def bars(values: Sequence[tuple[int, Tone]]) -> list[Bar]:
    """Columns of equal width. An empty hour still shows a stub, a failed one stands full height."""
    if not values:
        return []
    top = max(max(count for count, _ in values), 1)
    step = BARS_WIDTH / len(values)
    return [_bar(index, step, count / top, tone) for index, (count, tone) in enumerate(values)]


def _bar(index: int, step: float, share: float, tone: Tone) -> Bar:
    height = BARS_HEIGHT if tone == "bad" else round(3 + share * (BARS_HEIGHT - 3), 1)
    return Bar(
        x=round(index * step + 1.5, 1),
        y=round(BARS_HEIGHT - height, 1),
        width=round(step - 3, 1),
        height=height,
        tone=tone,
    )


@dataclass(frozen=True, slots=True)
class Clock:
    """How much of a term has gone (0..100), and how urgent the rest is."""

    gone: int
    tone: Tone


def clock_face(starts_at: datetime, due_at: datetime, now: datetime) -> Clock:
    """Grey with more than 48 hours left, amber with less, red once the term has passed."""
    if now >= due_at:
        return Clock(100, "bad")
    whole = (due_at - starts_at).total_seconds()
    gone = (now - starts_at).total_seconds() / whole if whole > 0 else 1
    return Clock(
        gone=max(0, min(99, int(gone * 100))), tone="hold" if due_at - now < CLOCK_WARNS else "wait"
    )
