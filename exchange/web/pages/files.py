"""Files that a brand brings: what is wrong in one, and what one would do before it does it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FileFault:
    """`column` in the words of the file, `found` what stands there or what is meant."""

    row: int
    column: str
    found: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile(ABC):
    """The form of a file (layouts/checked_file.html), and what the file before would do; `payload`
    carries that to the buttons. Of the faults the first ones are shown."""

    action_url: str
    apply_url: str
    faults_url: str
    back_url: str
    list_url: str
    faults: list[FileFault] = field(default_factory=list)
    faults_count: int = 0
    payload: str = ""

    @property
    @abstractmethod
    def counts(self) -> list[tuple[str, int]]:
        """What it would do, and to how many."""

    @property
    def is_ready(self) -> bool:
        has_work = any(count for _name, count in self.counts)
        return bool(self.payload) and has_work and not self.faults_count
