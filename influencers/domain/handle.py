"""The name of a page on a social network, out of whatever a person pastes."""

from __future__ import annotations

import re

HANDLE_CHARS_MAX = 80
_URL_START = re.compile(r"^(?:https?://)?(?:www\.|m\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+/", re.IGNORECASE)
_HANDLE = re.compile(r"[\w.\-]+")


class HandleError(ValueError):
    """Not the name or the address of a page."""


def handle_parse(text: str) -> str:
    """`aliya.beauty` of "@aliya.beauty" or "https://instagram.com/aliya.beauty?igsh=1".

    Raises:
        HandleError: nothing that can be a page's name is left.
    """
    path = _URL_START.sub("", text.strip())
    name = re.split(r"[/?#]", path.lstrip("@"))[0].strip()
    if not _HANDLE.fullmatch(name) or len(name) > HANDLE_CHARS_MAX:
        raise HandleError(f"{len(text)} characters")
    return name.lower()
