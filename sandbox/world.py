"""The state of the stand-in world: its clock, what each service remembers, planned faults.

Everything is plain JSON, so that a folder given with --state brings it back after a restart.
"""

from __future__ import annotations

import asyncio
import copy
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

STATE_FILE = "sandbox.json"
OFFSET_SECONDS_MAX = 10 * 366 * 86_400
State = dict[str, Any]


@dataclass
class World:
    """`blanks` is what each service remembers when nothing has happened yet."""

    blanks: Mapping[str, State]
    folder: Path | None = None
    offset_seconds: int = 0
    faults: list[State] = field(default_factory=list)
    playing: asyncio.Lock = field(default_factory=asyncio.Lock)  # the market, one move at a time
    _states: dict[str, State] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.folder and (self.folder / STATE_FILE).exists():
            kept = json.loads((self.folder / STATE_FILE).read_text())
            self.offset_seconds = kept["offset_seconds"]
            self._states = kept["states"]

    def now(self) -> datetime:
        """This moment in the sandbox, aware, in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.offset_seconds)

    def state(self, service: str) -> State:
        """What the service remembers. Change it in place; it is saved after the request."""
        if service not in self._states:
            self._states[service] = copy.deepcopy(self.blanks[service])
        return self._states[service]

    def save(self) -> None:
        """Whole or not at all: a killed sandbox leaves the last good file."""
        if not self.folder:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = {"offset_seconds": self.offset_seconds, "states": self._states}
        half = self.folder / f"{STATE_FILE}.new"
        half.write_text(json.dumps(kept, ensure_ascii=False))
        os.replace(half, self.folder / STATE_FILE)

    def forget(self, service: str | None = None) -> None:
        """Begin anew: one service, or all of them with the clock and the planned faults."""
        if service:
            self._states.pop(service, None)
            return
        self._states.clear()
        self.faults.clear()
        self.offset_seconds = 0

    def fault_plan(self, service: str, fault: str, times: int, path: str = "") -> None:
        self.faults.append({"service": service, "fault": fault, "times": times, "path": path})

    def fault_take(self, service: str, path: str) -> str | None:
        """The next planned fault for a call to `path` of a service, used up by taking it."""
        for planned in self.faults:
            if planned["service"] == service and planned["path"] in path:
                planned["times"] -= 1
                if planned["times"] <= 0:
                    self.faults.remove(planned)
                return str(planned["fault"])
        return None
