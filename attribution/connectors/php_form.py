"""Forms as PHP writes them: `a[b][0][c]=1` as an object. Tilda, amoCRM and Bitrix24 send such.

Stricter than PHP, which makes something of everything: what could be read in two ways is refused,
so that nobody says one thing to us and another to whoever reads the same body with PHP. Every
bound is checked before anything is built, and nothing recurses deeper than `DEPTH_MAX`.
Facts: facts/merchants.md 1.3, 2.1, 2.2 and its design implication 6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from attribution.connectors.base import UnknownPayload
from attribution.connectors.payload import is_storable

BYTES_MAX = 1_048_576  # of a body; the door's own bound
KEYS_MAX = 5_000
DEPTH_MAX = 8  # of names: a[b][c] is three
KEY_BYTES_MAX = 1_024  # as sent, percent signs included
VALUE_CHARS_MAX = 65_536
INDEX_DIGITS_MAX = 9
APPEND = ""  # the name in `a[]`: the next number that is free

Value = str | dict[str, Any] | list[Any]


def form_read(raw: bytes) -> dict[str, Any]:
    """The form in `raw` as an object of texts, objects and lists.

    An object whose names are exactly 0, 1, … n-1 is a list, in the order of its numbers; with a
    gap it stays an object, as nobody can say what is missing.

    Raises:
        UnknownPayload: too large, too many or too deep; not UTF-8, or with NUL; brackets that do
            not close; a name that comes twice, or as text and as object.
    """
    root = _Node()
    for name, value in _pairs(raw):
        root.put(_path(name), value)
    return {name: _plain(child) for name, child in root.children.items()}


def items_of(value: object) -> list[Any]:
    """What stands in a list, or in an object with numbers for names (`leads[status][1]` alone).

    Anything else is one value by itself, and nothing ("" or absent) is none: some senders write
    `values[0]=x` where others write `values=x`.
    """
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, Mapping) and all(is_index(str(name)) for name in value):
        return [value[name] for name in sorted(value, key=int)]
    return [value]


def is_index(name: str) -> bool:
    """Whether PHP takes this name for a number: no sign, no leading zero."""
    is_plain = name.isascii() and name.isdecimal() and len(name) <= INDEX_DIGITS_MAX
    return is_plain and (name == "0" or name[0] != "0")


def _pairs(raw: bytes) -> Iterator[tuple[str, str]]:
    """Decoded names and values, in the order of their coming."""
    if len(raw) > BYTES_MAX:
        raise _wrong("too large")
    if raw.count(b"&") >= 2 * KEYS_MAX:  # before anything is split; an empty part is no key
        raise _wrong(f"more than {KEYS_MAX} keys")
    parts = [part for part in raw.split(b"&") if part]
    if len(parts) > KEYS_MAX:
        raise _wrong(f"more than {KEYS_MAX} keys")
    for part in parts:
        name, _, value = part.partition(b"=")
        if len(name) > KEY_BYTES_MAX:
            raise _wrong("a key is too long")
        text = _decoded(value)
        if len(text) > VALUE_CHARS_MAX:
            raise _wrong("a value is too long")
        yield _decoded(name), text


def _decoded(part: bytes) -> str:
    try:
        text = unquote_to_bytes(part.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:  # halves of surrogate pairs are no UTF-8 either
        raise _wrong("not UTF-8") from None
    if not is_storable(text):
        raise _wrong("NUL")
    return text


def _path(name: str) -> list[str]:
    """`a[b][]` as ["a", "b", APPEND]."""
    if name.count("[") >= DEPTH_MAX:
        raise _wrong(f"deeper than {DEPTH_MAX} names")
    first, bracket, rest = name.partition("[")
    if not first or "]" in first:
        raise _wrong("a key without a name")
    if not bracket:
        return [first]
    if not rest.endswith("]"):
        raise _wrong("brackets do not close")
    inner = rest[:-1].split("][")
    if any("[" in each or "]" in each for each in inner):
        raise _wrong("brackets do not close")
    return [first, *inner]


class _Node:
    """An object that is being filled. `next_index` is what `[]` would take."""

    __slots__ = ("children", "next_index")

    def __init__(self) -> None:
        self.children: dict[str, _Node | str] = {}
        self.next_index = 0

    def put(self, path: list[str], value: str) -> None:
        node = self
        for name in path[:-1]:
            node = node._below(name)
        last = node._named(path[-1])
        if isinstance(node.children.get(last), _Node):
            raise _wrong("a key is both text and object")
        if last in node.children:
            raise _wrong("a key comes twice")
        node.children[last] = value

    def _below(self, name: str) -> _Node:
        child = self.children.setdefault(self._named(name), _Node())
        if isinstance(child, str):
            raise _wrong("a key is both text and object")
        return child

    def _named(self, name: str) -> str:
        """The name, or the number that `[]` takes here."""
        if name == APPEND:
            name = str(self.next_index)
        if is_index(name):
            self.next_index = max(self.next_index, int(name) + 1)
        return name


def _plain(child: _Node | str) -> Value:
    """Text, list or object; as deep as `_path` allowed."""
    if isinstance(child, str):
        return child
    parts = {name: _plain(each) for name, each in child.children.items()}
    numbers = [str(number) for number in range(len(parts))]
    if all(number in parts for number in numbers):
        return [parts[number] for number in numbers]
    return parts


def _wrong(why: str) -> UnknownPayload:
    return UnknownPayload(f"form: {why}")
