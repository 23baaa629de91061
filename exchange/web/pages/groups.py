"""Groups with terms of their own, on a brand's pages (templates/brand/_groups.html)."""

from __future__ import annotations

from dataclasses import dataclass, field

from exchange.web.pages.files import CheckedFile


@dataclass(frozen=True, slots=True)
class GroupRow:
    """`cost_minor` is what one sale costs the brand. `coming` says for how many other terms begin
    later. The `*_url`s are "" where the reader may not."""

    name: str
    rate_text: str
    people: int
    cost_minor: int
    people_url: str
    coming: str = ""
    change_url: str = ""
    end_url: str = ""


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of a campaign. `new_url` is "" where the reader may not make one, `file_url` also
    where there is none."""

    rows: list[GroupRow]
    basket_minor: int
    new_url: str = ""
    file_url: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """Who is ticked is put into one of `choices`, (value, name); "" is nobody's group."""

    url: str
    choices: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFile(CheckedFile):
    """A file of groups: `moves` is how many go where, `names` the groups that a row may name."""

    title: str
    names: list[str]
    moves: list[tuple[str, int]] = field(default_factory=list)

    @property
    def counts(self) -> list[tuple[str, int]]:
        return self.moves
