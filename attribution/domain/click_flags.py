"""What we noticed about a click: bits of one small number, stored with it for ever."""

from __future__ import annotations

from enum import IntFlag


class ClickFlag(IntFlag):
    """Numbers are stored: never renumber, only add."""

    BOT = 1  # names itself a robot, or fetches a preview of the link for a messenger
    PREFETCH = 2  # a browser that loads ahead of a tap which may never come
    HEAD = 4  # asked for the headers only
    INACTIVE = 8  # the link, its campaign or its end date did not let it reach the product
    NEW_VISITOR = 16  # came without our cookie


MACHINE = ClickFlag.BOT | ClickFlag.PREFETCH | ClickFlag.HEAD


def is_person(flags: int) -> bool:
    """Whether a click counts as a visit of a person."""
    return not flags & MACHINE
