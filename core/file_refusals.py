"""A file that is refused as a whole, at the field it came in."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.cells import TableError
from core.errors import Invalid


def file_wrong(message: str | Promise) -> Invalid:
    return Invalid.of("file", str(message))


def table_wrong(error: TableError, words: Mapping[str, Promise]) -> Invalid:
    """In the caller's words for its code, where there are any."""
    return file_wrong(words.get(error.code) or _("This is no table that we can read."))
