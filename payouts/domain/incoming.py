"""Whose is a transfer that has arrived? By the payer's BIN and by the reference in the purpose.

Money goes to a brand by itself only where nothing speaks against it: the payer is the company
itself, or says nothing about itself and gives a whole reference. Everything else is a guess for
two people to confirm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

_NAME_NOISE = re.compile(r"[\W_]+")
_FORMS = frozenset({"тоо", "жшс", "llp", "ип", "жк", "ао", "ақ", "jsc"})


class Ground(StrEnum):
    """Why a transfer is a brand's, or why it is only a guess."""

    BIN = "bin"
    BIN_AND_REFERENCE = "bin_and_reference"
    REFERENCE = "reference"
    REFERENCE_OF_ANOTHER = "reference_of_another"  # the payer is one company, the reference another
    SEVERAL_REFERENCES = "several_references"
    PAID_BY_ANOTHER = "paid_by_another"  # a good reference, and a payer that is not the brand
    NAME = "name"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Payer:
    """What a transfer says of who sent it: `named` are the brands of the references in it."""

    tax_id: str
    name: str
    named: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Company:
    brand_id: int
    bin: str
    legal_name: str


@dataclass(frozen=True, slots=True)
class Claim:
    """`brand_id` where it is certain, else `suggested_id`, or neither."""

    ground: Ground
    brand_id: int | None = None
    suggested_id: int | None = None


class Companies:
    """The brands, found by BIN, id and name."""

    def __init__(self, companies: Sequence[Company]) -> None:
        self.by_bin = {each.bin: each.brand_id for each in companies}
        self.ids = {each.brand_id for each in companies}
        self._by_name = _once((_name_key(each.legal_name), each.brand_id) for each in companies)

    def called(self, name: str) -> int | None:
        return self._by_name.get(_name_key(name))


def claim_of(payer: Payer, companies: Companies) -> Claim:
    """Whose the money is. A reference of no brand of ours counts as none."""
    own = companies.by_bin.get(payer.tax_id)
    named = tuple(each for each in payer.named if each in companies.ids)
    if len(named) > 1:
        return Claim(Ground.SEVERAL_REFERENCES, suggested_id=own)
    if own is not None:
        return _paid_by_brand(own, named)
    if named:
        return _paid_by_stranger(payer, named[0])
    called = companies.called(payer.name)
    if called is not None:
        return Claim(Ground.NAME, suggested_id=called)
    return Claim(Ground.NOTHING)


def _paid_by_brand(own: int, named: tuple[int, ...]) -> Claim:
    if not named:
        return Claim(Ground.BIN, brand_id=own)
    if named == (own,):
        return Claim(Ground.BIN_AND_REFERENCE, brand_id=own)
    return Claim(Ground.REFERENCE_OF_ANOTHER, suggested_id=named[0])


def _paid_by_stranger(payer: Payer, named: int) -> Claim:
    """A bank that says no BIN leaves the reference as the only word; a BIN of somebody else is a
    word against it."""
    if payer.tax_id:
        return Claim(Ground.PAID_BY_ANOTHER, suggested_id=named)
    return Claim(Ground.REFERENCE, brand_id=named)


def _once(pairs: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    """{name: brand} of the names that only one brand has."""
    found: dict[str, int | None] = {}
    for name, brand_id in pairs:
        found[name] = None if name in found else brand_id
    return {name: brand_id for name, brand_id in found.items() if name and brand_id is not None}


def _name_key(name: str) -> str:
    """A company's name to compare: quotes, case and the legal form do not count."""
    words = _NAME_NOISE.sub(" ", name.casefold().replace("ё", "е")).split()
    return " ".join(word for word in words if word not in _FORMS)
