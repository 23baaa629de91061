"""The shop's file of receipts, answered at once: what it confirms, and which rows say nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.connectors.receipt.shop_file import ColumnsMissing, RowFault, shop_file_read
from attribution.services.receipt_confirm import Confirmed, receipts_confirm
from core import clock
from core.cells import TableError
from core.errors import Invalid

FAULTS_SHOWN = 100
COLUMNS: Mapping[str, Promise] = {
    "register": gettext_lazy("register number (РНМ)"),
    "sign": gettext_lazy("fiscal sign (ФП)"),
    "total": gettext_lazy("sum"),
}
REFUSALS: Mapping[str, Promise] = {
    "too_large": gettext_lazy("The file is too large. Export fewer days at once."),
    "too_many_rows": gettext_lazy("The file has more than 50,000 rows. Export fewer days at once."),
    "old_excel": gettext_lazy("This is the old Excel format (.xls). Save it as .xlsx or .csv."),
}


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """`receipts` is how many the file has; of `faults` the first ones are kept."""

    confirmed: Confirmed
    receipts: int
    faults: tuple[RowFault, ...]
    faults_count: int


def receipt_file_confirm(*, connection_id: int, raw: bytes) -> FileAnswer:
    """Compare a file with what was claimed. Repeatable; the file is not kept.

    Raises:
        NotFound: no such connection.
        Invalid: a file of which nothing can be read.
    """
    try:
        read = shop_file_read(raw, now=clock.now())
    except TableError as error:
        text = REFUSALS.get(error.code)
        raise _wrong(str(text) if text else _("This is no table that we can read.")) from None
    except ColumnsMissing as error:
        columns = ", ".join(str(COLUMNS[name]) for name in error.names)
        raise _wrong(_("These columns are missing: %(columns)s.") % {"columns": columns}) from None
    confirmed = receipts_confirm(connection_id=connection_id, receipts=read.rows)
    return FileAnswer(confirmed, len(read.rows), read.faults[:FAULTS_SHOWN], len(read.faults))


def _wrong(message: str) -> Invalid:
    return Invalid.of("file", message)
