"""One click as one line of COPY text, which nothing that a visitor sends can break."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import NamedTuple

COLUMNS = (
    "click_id",
    "at",
    "link_id",
    "visitor",
    "ip_network",
    "user_agent",
    "referer",
    "sub1",
    "sub2",
    "sub3",
    "sub4",
    "sub5",
    "flags",
)
HEADER_CHARS_MAX = 512
SUB_CHARS_MAX = 64
SUBS = 5
LINK_ID_FIELD = COLUMNS.index("link_id")

NULL = "\\N"
# Tab and newline end a field and a line, NUL cannot be stored, the rest has no place in a header.
_SAFE = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0)), " ") | {ord("\\"): "\\\\"}


class Click(NamedTuple):
    """What is recorded of one request. Texts are as they came; `line_of` makes them safe."""

    click_id: str  # 32 hex digits of a UUIDv7
    milliseconds: int  # since 1970, the same moment as in click_id
    link_id: int
    visitor: str  # 32 hex digits
    ip_network: str | None
    user_agent: str
    referer: str
    subs: tuple[str, ...]  # sub1..sub5, "" where absent
    flags: int


def line_of(click: Click) -> bytes:
    """The click as COPY text: thirteen fields and a newline, valid UTF-8, no other control byte."""
    subs = [field_of(sub, SUB_CHARS_MAX) for sub in click.subs]
    assert len(subs) == SUBS, subs
    fields = (
        click.click_id,
        moment_of(click.milliseconds),
        str(click.link_id),
        click.visitor,
        click.ip_network or NULL,
        field_of(click.user_agent, HEADER_CHARS_MAX),
        field_of(click.referer, HEADER_CHARS_MAX),
        *subs,
        str(click.flags),
    )
    # "replace": a lone surrogate has no UTF-8 form
    return ("\t".join(fields) + "\n").encode("utf-8", "replace")


def field_of(text: str, chars_max: int) -> str:
    """Text a stranger sent, cut to `chars_max`, as a COPY field."""
    if not text:
        return ""
    text = text[:chars_max]
    if text.isprintable() and "\\" not in text:
        return text
    return text.translate(_SAFE)


def moment_of(milliseconds: int) -> str:
    """A timestamptz in PostgreSQL's own notation, to the millisecond."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_second_of(seconds)}.{rest:03d}+00"


@lru_cache(maxsize=4)
def _second_of(seconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds))
