"""Addresses of a list: its other pages, and the same page asked otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from exchange.web.pages.common import Pager


def pager(shown: int, after: str, next_after: str, kept: Mapping[str, str]) -> Pager | None:
    """Only where there is more than one page. Back is to the first one: keyset has no other."""
    if not after and not next_after:
        return None
    first_url = query_url(kept) if after else ""
    next_url = query_url({**kept, "after": next_after}) if next_after else ""
    return Pager(_("Shown: %(count)s") % {"count": shown}, first_url, next_url)


def query_url(asked: Mapping[str, str]) -> str:
    """The same page, asked otherwise; empty words are left out."""
    return "?" + urlencode({name: value for name, value in asked.items() if value})
