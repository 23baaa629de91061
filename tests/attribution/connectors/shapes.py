"""Spoiling JSON on purpose: every value of a good payload removed or replaced, one at a time."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from attribution.connectors import base
from attribution.connectors.base import (
    Doorbell,
    EvidenceSnapshot,
    LineMoveSnapshot,
    OrderRemoval,
    OrderSnapshot,
    SourceNotice,
    TrafficSnapshot,
    UnknownPayload,
)
from core.money import MINOR_MAX

GONE = object()
HUGE, TINY = "1e999999999999", "1e-999999999999"  # as numbers, see raw_json
STRANGE = (
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    " ",
    "x",
    "NaN",
    "1e9",
    "1_000",
    "١٢",
    "a\0b",
    "\ud800",
    "9" * 5000,
    HUGE,
    TINY,
    [],
    {},
    [[]],
    [None],
    {"": None},
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59+00:00",
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def fixtures(folder: Path, topic: str = "") -> list[Path]:
    """The recorded payloads beside a test, `<topic>__<detail>.json`."""
    return sorted((folder / "fixtures").glob(f"{topic}*.json"))


def raw_json(value: Any) -> bytes:
    """JSON in which HUGE and TINY are numbers, as no float could be printed."""
    text = json.dumps(value)
    for number in (HUGE, TINY):
        text = text.replace(f'"{number}"', number)
    return text.encode()


def paths(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value below `value`."""
    pairs: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    for key, child in pairs:
        yield (*before, key)
        yield from paths(child, (*before, key))


def spoiled(value: Any, path: tuple[Any, ...], instead: Any) -> Any:
    """A copy with the value at `path` replaced, or taken out when `instead` is GONE."""
    changed = copy.deepcopy(value)
    place = changed
    for key in path[:-1]:
        place = place[key]
    if instead is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = instead
    return changed


def is_translated_or_refused(parse: Callable[[Any], list[Any]], value: Any) -> None:
    """The promise of every `parse`: UnknownPayload, or snapshots that a database can hold."""
    try:
        snapshots = parse(value)
    except UnknownPayload as error:
        assert error.reason.isprintable(), error.reason  # noqa: PT017 both ways are right
    else:
        for snapshot in snapshots:
            assert_storable(snapshot)


def assert_storable(snapshot: Any) -> None:
    if isinstance(snapshot, Doorbell | SourceNotice):
        return
    if not isinstance(snapshot, TrafficSnapshot):
        known = OrderSnapshot | OrderRemoval | EvidenceSnapshot | LineMoveSnapshot
        assert isinstance(snapshot, known)
        assert 1 <= len(snapshot.external_id) <= base.EXTERNAL_ID_MAX
    for part in _leaves(dataclasses.asdict(snapshot)):
        if isinstance(part, str):
            part.encode()  # no half of a surrogate pair
            assert "\0" not in part
        if isinstance(part, int):
            assert abs(part) <= MINOR_MAX
    if isinstance(snapshot, OrderSnapshot):
        assert snapshot.status in base.ORDER_STATUSES
        for line in snapshot.lines:
            assert 0 <= line.returned_minor <= line.amount_minor
            assert 0 <= line.returned_quantity <= line.quantity


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _leaves(part)
    else:
        yield value
