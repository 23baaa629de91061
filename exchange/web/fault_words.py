"""What is wrong in a row of a table that somebody brought, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from core.tables import RowFault
from exchange.web.pages.files import FileFault
from exchange.web.words import Word

FAULTS: Mapping[str, Word] = {
    "missing": _("is empty"),
    "not_a_register": _("is no register number of 12 digits"),
    "not_a_sign": _("is no fiscal sign"),
    "not_an_amount": _("is no sum"),
    "exponent": _("Excel has broken this number: format the column as text"),
    "long_number": _("Excel has broken this number: format the column as text"),
    "unknown_operation": _("is neither a sale nor a return"),
    "said_twice": _("the same receipt has two sums"),
}
FAULT_OTHER = _("cannot be read")


def faults_told(
    faults: Sequence[RowFault], words: Mapping[str, Word] | None = None
) -> list[FileFault]:
    """In the caller's `words`, or else in everybody's."""
    known = {**FAULTS, **(words or {})}
    return [
        FileFault(each.row, each.column, each.text, str(known.get(each.code, FAULT_OTHER)))
        for each in faults
    ]
