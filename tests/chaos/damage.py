from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Damage:
    """What a comparison found, in the figures of build/chaos.json."""

    load: int = 0
    lost: int = 0
    doubled: int = 0
    mismatched: int = 0
