"""What a brand reads and types to connect a source: one `Guide` per source, a file of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django import forms

from attribution.models import Connection, InboundEvent
from exchange.web.words import Word


@dataclass(frozen=True, slots=True)
class Copy:
    """Something to paste elsewhere."""

    label: Word
    value: str


@dataclass(frozen=True, slots=True)
class Door:
    """What a connection with a door of its own needs said of it: `copies` and `steps` are for the
    caller's side, `kind` says in two words how it calls, `names` whose parameters it reads."""

    copies: Sequence[Copy]
    steps: Sequence[Word]
    trust: InboundEvent.Trust
    kind: Word
    names: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """`text` says how its orders come; `note` what the source cannot do, before anybody counts on
    it. `form` is what connects it; `token_form` what replaces that later (None: nothing to
    replace), `first_token_text` what the way there says while there is none.

    `before` are the steps to connect it, `after` those that are left to do at the source,
    `upload` those of an export. `causes` are refusals in words, by the code with which a
    connector's error begins; `silence` is why there may be no answer at all. `endpoints` name its
    lists in the log. `query` follows the address that it calls. `waiting` is said until its first
    event comes, `silent` is where to look when none comes for too long. `token_text` is on the
    button that replaces what connects it, where that is no token. `door` is for a source with an
    address of its own; `refusals` are the reasons why it takes no call, by their code.
    """

    text: Word
    form: type[forms.Form]
    token_form: type[forms.Form] | None = None
    first_token_text: Word = ""
    note: Word = ""
    before: Sequence[Word] = ()
    after: Sequence[Word] = ()
    upload: Sequence[Word] = ()
    causes: Mapping[str, Word] = field(default_factory=dict)
    silence: Word = ""
    token_text: Word = ""
    endpoints: Mapping[str, Word] = field(default_factory=dict)
    query: str = ""
    waiting: Word = ""
    silent: Word = ""
    door: Callable[[Connection], Door] | None = None
    refusals: Mapping[str, Word] = field(default_factory=dict)
