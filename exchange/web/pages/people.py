"""Pages about who takes part in a campaign (templates/brand/people.html, campaign_rules.html)."""

from __future__ import annotations

from dataclasses import dataclass, field

from exchange.web.pages.brand import ParticipantRow
from exchange.web.pages.common import Choice, Pager
from exchange.web.pages.decisions import DecisionForm
from exchange.web.pages.groups import Groups, Move


@dataclass(frozen=True, slots=True)
class People:
    """Who takes part, applies or did. `kept` is what a search leaves as it is, (name, value).
    `decide` is posted with the ids of applications that are ticked, as action=approve or reject;
    `move` with those of who takes part. None where the reader may not, or there is nothing to do.
    `group_choices` filter by group, where there is one."""

    title: str
    rows: list[ParticipantRow]
    choices: list[Choice]
    back_url: str
    here_url: str
    csv_url: str
    places: str = ""
    decide: DecisionForm | None = None
    groups: Groups | None = None
    group_choices: list[Choice] = field(default_factory=list)
    move: Move | None = None
    kept: list[tuple[str, str]] = field(default_factory=list)
    query: str = ""
    is_filtered: bool = False
    pager: Pager | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may join a campaign; `form` in the context. `people` take part already."""

    title: str
    action_url: str
    back_url: str
    people: int = 0
    is_by_application: bool = False
