"""A brand's file of decisions: checked as a whole, and nothing of it done before the brand has seen
what it would do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.domain.verdict_table import RowSaid, verdict_table_read
from attribution.domain.verdicts import Refusal
from attribution.models import Conversion
from attribution.services.verdicts import Said, Speaker, verdicts_judge
from core import clock
from core.cells import TableError
from core.file_refusals import file_wrong, table_wrong
from core.tables import ColumnsMissing, RowFault
from core.tenancy.context import acting_as

SALES_MAX = 5_000  # of one file
TOO_LARGE = gettext_lazy("The file is too large: at most 5,000 rows and 5 MB.")
REFUSALS = {"too_large": TOO_LARGE, "too_many_rows": TOO_LARGE}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file says. Only one without a fault may be applied."""

    said: tuple[Said, ...]
    faults: tuple[RowFault, ...]


def verdict_file_check(*, speaker: Speaker, raw: bytes) -> Checked:
    """Read a file and judge each row as if it were applied now.

    Raises:
        Invalid: a file of which nothing can be read, or with no decision in it.
    """
    try:
        table = verdict_table_read(raw, now=clock.now())
    except ColumnsMissing:
        raise file_wrong(
            _("The file needs a column of decisions, and one of conversion ids or of orders.")
        ) from None
    except TableError as error:
        raise table_wrong(error, REFUSALS) from None
    if not table.rows and not table.faults:
        raise file_wrong(_("No row of the file has a decision."))
    named = _named(speaker.brand_id, table.rows)
    faults = list(table.faults)
    row_of: dict[Said, RowSaid] = {}
    for row, ids in named:
        if not ids:
            faults.append(_fault(row, Refusal.NOT_THERE))
        for each in ids:
            row_of[Said(each, row.verdict, row.reason_code, row.note)] = row
    if len(row_of) > SALES_MAX:
        raise file_wrong(TOO_LARGE)
    outcomes = verdicts_judge(speaker=speaker, verdicts=list(row_of))
    faults += [
        _fault(row_of[each.said], each.refusal) for each in outcomes if each.refusal is not None
    ]
    return Checked(tuple(row_of), tuple(sorted(set(faults))))


def _named(brand_id: int, rows: Sequence[RowSaid]) -> list[tuple[RowSaid, list[UUID]]]:
    """Each row with the sales that it means. Of an order, those that are not rejected, if there are
    such. One query."""
    orders = {row.order for row in rows if row.conversion is None}
    ids = {row.conversion for row in rows if row.conversion is not None}
    with acting_as(system="look at verdicts on sales"):
        found = Conversion.objects.filter(
            Q(public_id__in=ids) | Q(order__external_id__in=orders) | Q(order__number__in=orders),
            brand_id=brand_id,
        ).order_by("pk")
        known = list(
            found.values_list(
                "public_id", "order__external_id", "order__number", "line__line_id", "status"
            )
        )
    by_id = {each[0] for each in known}
    by_order: dict[str, dict[UUID, tuple[str, str]]] = defaultdict(dict)
    for id, external_id, number, line, status in known:
        for name in {external_id, number}:
            by_order[name][id] = (line, status)
    return [(row, _ids_of(row, by_id, by_order)) for row in rows]


def _ids_of(
    row: RowSaid, by_id: set[UUID], by_order: dict[str, dict[UUID, tuple[str, str]]]
) -> list[UUID]:
    if row.conversion is not None:
        return [row.conversion] if row.conversion in by_id else []
    of_order = by_order.get(row.order, {})
    mine = {id: status for id, (line, status) in of_order.items() if row.line in ("", line)}
    living = [id for id, status in mine.items() if status != Conversion.Status.REJECTED]
    return living or list(mine)


def _fault(row: RowSaid, refusal: Refusal) -> RowFault:
    name = str(row.conversion) if row.conversion else row.order
    return RowFault(row.row, "", str(refusal), name)
