"""The flags as plain numbers: an IntFlag takes half a microsecond for every `|`, and a click has
several of them."""

from __future__ import annotations

from attribution.domain import click_flags
from attribution.domain.click_flags import ClickFlag

BOT = int(ClickFlag.BOT)
PREFETCH = int(ClickFlag.PREFETCH)
HEAD = int(ClickFlag.HEAD)
INACTIVE = int(ClickFlag.INACTIVE)
NEW_VISITOR = int(ClickFlag.NEW_VISITOR)
FAST_ADDRESS = int(ClickFlag.FAST_ADDRESS)
FAST_LINK = int(ClickFlag.FAST_LINK)
MACHINE = int(click_flags.MACHINE)
