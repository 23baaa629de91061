"""How a source is connected: what a brand types in becomes what we ask it with and its settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from attribution.connectors.asking import AskT
from attribution.connectors.base import (
    AccessDenied,
    ConnectorError,
    CredentialsRefused,
    HttpClient,
    PollConnection,
)
from attribution.models import Connection
from core import clock
from core.errors import Invalid
from core.http import OutgoingError, outgoing

WAIT_SECONDS = 8.0  # somebody looks at the button meanwhile
Typed = Mapping[str, str]  # the fields of the source's form, by name


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed in, once it is known to be right.

    `token` is what the source is asked with ("": it never is), `secret` what the source signs its
    calls with where it is the source that makes it. `is_unsigned`: chosen to sign nothing, where
    a source leaves the choice.
    """

    token: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    is_unsigned: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)


def same_token(known: Connection, given: Given) -> bool:
    """All that can be told of an account whose token says nothing."""
    return bool(given.token) and given.token == known.token


def same_seller(known: Connection, given: Given) -> bool:
    """By what a token says of its owner."""
    return bool(known.settings.get("seller_id") == given.settings["seller_id"])


def nobody_can_tell(known: Connection, given: Given) -> bool:
    return True


def nothing_else(connection: Connection) -> None:
    """Orders are read, and that is all."""


@dataclass(frozen=True, slots=True)
class Setup:
    """One per source.

    `read` checks what was typed, where it must by asking the source: outside of any transaction;
    the connection is the one whose token is replaced, None for a new one. It raises Invalid with
    every reason, by field. `is_same` tells an account that is connected already, `may_follow`
    whether a new token is of the account of the old one. `connected` is what else a connection that
    works means to the brand; runs as the system. `makes_secret`: we make what it signs with, and
    show it once; `key_make` (brand, name) makes a key instead, of which we keep a digest
    only. `has_token`: there is something to replace later. `is_single`: a brand has one at most.
    """

    read: Callable[[Typed, Connection | None], Given]
    is_same: Callable[[Connection, Given], bool] = same_token
    may_follow: Callable[[Connection, Given], bool] = nobody_can_tell
    connected: Callable[[Connection], None] = nothing_else
    makes_secret: bool = False
    key_make: Callable[[int, str], str] | None = None
    has_token: bool = True
    is_single: bool = False


def trial_client() -> HttpClient:
    """For one question to a source, while somebody waits for its answer."""
    return outgoing(timeout_seconds=WAIT_SECONDS, attempts_max=1)


def trial(ask: type[AskT], asked: PollConnection) -> AskT:
    """To try what was typed before we keep it. Calls out: outside of any transaction."""
    return ask(trial_client(), asked, clock.now(), lambda _is_last: 1)


@contextmanager
def trial_told(
    field: str, *, wrong: str, denied: str, silent: str, silent_field: str = ""
) -> Iterator[None]:
    """What the brand reads of a trial that fails: the key is wrong, it may not read what we need,
    or nobody we know answers. Raises: Invalid."""
    try:
        yield
    except CredentialsRefused:
        raise Invalid.of(field, wrong) from None
    except AccessDenied:
        raise Invalid.of(field, denied) from None
    except (ConnectorError, OutgoingError):
        raise Invalid.of(silent_field or field, silent) from None


def is_whole(text: str, *, most: int, least: int = 1, without: str = " ") -> bool:
    """Whether this can be a key as it was issued: so many printable characters of ASCII."""
    is_plain = text.isascii() and text.isprintable() and not set(without) & set(text)
    return is_plain and least <= len(text) <= most


def _nothing_asked(typed: Typed, known: Connection | None) -> Given:
    return Given()


# A source that is told by people, here (its files are uploaded): nothing is asked, nothing calls.
NAME_ONLY = Setup(_nothing_asked, has_token=False)
