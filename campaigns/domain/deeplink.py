"""The visitor's way from our link into the shop: the stored URL and our click id, nothing else."""

from __future__ import annotations

CLICK_PARAMETER = "cpa_click"


def append_click(url: str, click_id: str) -> str:
    """`url` with `cpa_click=<click_id>` as the last part of its query.

    Every character of the URL stays as it is: shops sign or compare theirs. The fragment stays
    behind the query, where browsers look for it.
    """
    head, mark, fragment = url.partition("#")
    _, question, query = head.partition("?")
    joint = "?" if not question else "&" if query and not query.endswith("&") else ""
    return f"{head}{joint}{CLICK_PARAMETER}={click_id}{mark}{fragment}"
