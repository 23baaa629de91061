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
    FAST_ADDRESS = 32  # its address has clicked more often in this minute than people do
    FAST_LINK = 64  # its link was clicked more often in this minute than links are
    DATACENTRE = 128  # its address belongs to a data centre: a robot, or a person behind a VPN


MACHINE = ClickFlag.BOT | ClickFlag.PREFETCH | ClickFlag.HEAD
# People still, and counted as such; shown apart, because fraud looks like this and VPNs do too.
UNUSUAL = ClickFlag.FAST_ADDRESS | ClickFlag.FAST_LINK | ClickFlag.DATACENTRE


def is_person(flags: int) -> bool:
    """Whether a click counts as a visit of a person."""
    return not flags & MACHINE
