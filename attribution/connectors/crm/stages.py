"""What the stages of a CRM's pipelines mean to us: the brand's own word, else the CRM's.

The map lives in the connection's settings as JSON:
{"pipelines": {pipeline: {"name": …, "stages": {stage: {"name": …, "word": …}}}}}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, get_args

from attribution.connectors.base import HttpClient, PollConnection

StageWord = Literal["created", "paid", "fulfilled", "cancelled", "returned", "ignored"]
STAGE_WORDS: tuple[StageWord, ...] = get_args(StageWord)
PIPELINES_MAX, STAGES_MAX, FIELDS_MAX = 100, 300, 2_000
NAME_CHARS_MAX = 80


@dataclass(frozen=True, slots=True)
class Stage:
    """`word` is what the CRM itself says of it; `is_fixed`: it says so in every pipeline."""

    id: str
    name: str
    word: StageWord
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Pipeline:
    id: str
    name: str
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class DealField:
    """A field of a deal that the brand added, in which a click, a code or a number may stand."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Account:
    """What a CRM says of itself when it is connected. `facts` go into the settings."""

    pipelines: tuple[Pipeline, ...]
    fields: tuple[DealField, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)


class CrmConnector(Protocol):
    """A source with pipelines whose stages the brand may map."""

    source: str

    def account(self, client: HttpClient, connection: PollConnection, *, now: datetime) -> Account:
        """Who they are, and what their deals are made of.

        Raises:
            SourceRefused, UnknownPayload, Limited; core.http.OutgoingError.
        """


def stages_settings(
    pipelines: tuple[Pipeline, ...], chosen: Mapping[tuple[str, str], StageWord]
) -> dict[str, Any]:
    """The map to keep: what was chosen, and for the rest what the CRM says."""
    return {
        pipeline.id: {
            "name": pipeline.name,
            "stages": {
                stage.id: {
                    "name": stage.name,
                    "word": stage.word
                    if stage.is_fixed
                    else chosen.get((pipeline.id, stage.id), stage.word),
                }
                for stage in pipeline.stages
            },
        }
        for pipeline in pipelines
    }


def stages_chosen(settings: Mapping[str, Any]) -> dict[tuple[str, str], StageWord]:
    """What is kept, by (pipeline, stage); whatever is no word of ours is left out."""
    return {
        (pipeline, stage): row["word"]
        for pipeline, kept in settings.get("pipelines", {}).items()
        for stage, row in kept["stages"].items()
        if row["word"] in STAGE_WORDS
    }


def stage_known(settings: Mapping[str, Any], pipeline: str, stage: str) -> tuple[str, str] | None:
    """(the word, the name) of a stage; None when nobody has mapped it."""
    kept = settings.get("pipelines", {}).get(pipeline, {}).get("stages", {}).get(stage)
    return (kept["word"], kept["name"]) if kept else None
