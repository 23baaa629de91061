"""Parts that several pages of the portal have."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from exchange.web.pages.common import (
    Pager,
)


def pager(shown: int, after: str, next_after: str, kept: Mapping[str, str]) -> Pager | None:
    """Only where there is more than one page. Back is the browser's own."""
    if not after and not next_after:
        return None
    first_url = "?" + urlencode(kept) if after else ""
    next_url = "?" + urlencode({**kept, "after": next_after}) if next_after else ""
    return Pager(_("Shown: %(count)s") % {"count": shown}, first_url, next_url)
