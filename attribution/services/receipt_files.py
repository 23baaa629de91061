"""The shop's file of receipts, answered at once: what it confirms, and which rows say nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.connectors.receipt.shop_file import shop_file_read
from attribution.services.receipt_confirm import Confirmed, receipts_confirm
from core import clock
from core.cells import TableError
from core.file_refusals import file_wrong, table_wrong
from core.tables import ColumnsMissing, RowFault

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
        raise table_wrong(error, REFUSALS) from None
    except ColumnsMissing as error:
        columns = ", ".join(str(COLUMNS[name]) for name in error.names)
        raise file_wrong(
            _("These columns are missing: %(columns)s.") % {"columns": columns}
        ) from None
    confirmed = receipts_confirm(connection_id=connection_id, receipts=read.rows)
    return FileAnswer(confirmed, len(read.rows), read.faults[:FAULTS_SHOWN], len(read.faults))
