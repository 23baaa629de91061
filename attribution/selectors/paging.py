"""Where a page of a list ends: the sort moment and the key of its last row, as the next asks."""

from __future__ import annotations

from datetime import datetime


def edge_text(moment: datetime, pk: int) -> str:
    return f"{moment.isoformat()}_{pk}"


def edge_parse(after: str) -> tuple[datetime, int] | None:
    """None for what `edge_text` did not write: then the list begins anew."""
    moment, _sep, pk = after.rpartition("_")
    try:
        parsed, number = datetime.fromisoformat(moment), int(pk)
    except ValueError:
        return None
    return (parsed, number) if parsed.tzinfo and 0 < number < 2**63 else None
