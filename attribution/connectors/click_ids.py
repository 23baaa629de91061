"""Our click id inside what a shop keeps of a visit. Shared by every shop that keeps it as text."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from attribution.connectors import base

CLICK_PARAMETER = "cpa_click"
QUERY_FIELDS_MAX = 100
_CLICK_ID = re.compile(rf"[0-9A-Za-z_-]{{1,{base.CLICK_ID_MAX}}}", re.ASCII)


def click_or_none(value: Any) -> str | None:
    """The id, unless it is something else, e.g. a macro that nobody expanded ("{click_id}")."""
    return value if isinstance(value, str) and _CLICK_ID.fullmatch(value) else None


def click_of_url(value: Any) -> str | None:
    """The id in the query of a page's address; the first, when there are several."""
    if not isinstance(value, str):
        return None
    try:
        query = parse_qs(urlsplit(value).query, max_num_fields=QUERY_FIELDS_MAX)
    except ValueError:
        return None
    return click_or_none(query.get(CLICK_PARAMETER, [None])[0])
