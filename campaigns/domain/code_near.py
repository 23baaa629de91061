"""Which codes a mistyped one may mean: one letter more, less, other, or two in the wrong order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

NEAR_CHARS_MIN = 4  # of shorter ones everything is near everything


def codes_near(typed: Collection[str], known: Iterable[str]) -> dict[str, list[str]]:
    """{what was typed: the known ones that are one slip away}, all as skeletons. Nothing for what
    is known itself, and for what is near nobody.

    Every slip leaves a common text when one letter of each is dropped: that is looked up, so that
    the work grows with the texts and not with their pairs.
    """
    by_rest: dict[str, set[str]] = defaultdict(set)
    codes = {code for code in known if len(code) >= NEAR_CHARS_MIN}
    for code in codes:
        for rest in _rests(code):
            by_rest[rest].add(code)
    found = {}
    for text in typed:
        if len(text) < NEAR_CHARS_MIN or text in codes:
            continue
        maybe = {code for rest in _rests(text) for code in by_rest.get(rest, ())}
        near = sorted(code for code in maybe if is_one_slip(text, code))
        if near:
            found[text] = near
    return found


def _rests(text: str) -> set[str]:
    return {text, *(text[:place] + text[place + 1 :] for place in range(len(text)))}


def is_one_slip(one: str, other: str) -> bool:
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, other_rest = one[start:], other[start:]
    if len(one) != len(other):
        longer, shorter = sorted((rest, other_rest), key=len, reverse=True)
        return longer[1:] == shorter
    is_changed = rest[1:] == other_rest[1:]
    is_swapped = rest[:2] == other_rest[:2][::-1] and rest[2:] == other_rest[2:]
    return is_changed or is_swapped
