"""An export of the cabinet: choosing it, and what it says before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from attribution.models import Connection, Order, OrderUpload
from attribution.selectors.uploads import uploads_latest
from exchange.web.brand.desk import Desk
from exchange.web.brand.guides import GUIDES
from exchange.web.formatting import number_text
from exchange.web.pages import brand as pages
from exchange.web.pages.common import Fact
from exchange.web.words import Word

UPLOAD_NOTE = gettext_lazy(
    "Nothing proves who made a file. Its orders are credited, but no reward is approved by itself"
    " until the source or you confirm the order."
)
FAULTS: Mapping[str, Word] = {
    "missing": gettext_lazy("is empty"),
    "not_a_date": gettext_lazy("is no date"),
    "not_an_amount": gettext_lazy("is no amount"),
    "not_a_quantity": gettext_lazy("is no whole number of pieces"),
    "not_an_order": gettext_lazy("is no number of an order"),
    "in_future": gettext_lazy("is in the future"),
}


def upload_form(desk: Desk, found: Connection) -> pages.Upload:
    return pages.Upload(
        source=found.source,
        action_url=desk.url("connection_upload", found.public_id),
        back_url=desk.url("connection", found.public_id),
        steps=[str(step) for step in GUIDES[found.source].upload],
        note=str(UPLOAD_NOTE),
        past=[_upload_row(desk, found, each) for each in uploads_latest(found)],
    )


def _upload_row(desk: Desk, found: Connection, upload: OrderUpload) -> pages.UploadRow:
    if upload.state == OrderUpload.State.STORED:
        said = _orders_text(upload.stored_count)
    else:
        said = _("not stored")
    url = desk.url("connection_upload_check", found.public_id, upload.public_id)
    return pages.UploadRow(upload.created_at, upload.name, said, url)


def _orders_text(count: int) -> str:
    said = ngettext("%(count)s order", "%(count)s orders", count)
    return said % {"count": number_text(count)}


def upload_check(desk: Desk, found: Connection, upload: OrderUpload) -> pages.UploadCheck:
    """What a file says, in counts, and where it is wrong."""
    is_waiting = upload.state == OrderUpload.State.READ
    new = upload.orders_count - upload.known_count
    url = desk.url("connection_upload_check", found.public_id, upload.public_id)
    return pages.UploadCheck(
        name=upload.name,
        back_url=desk.url("connection", found.public_id),
        again_url=desk.url("connection_upload", found.public_id),
        facts=_upload_facts(upload, new if is_waiting else upload.stored_count),
        errors=[
            pages.UploadFault(row, column, str(FAULTS[code]))
            for row, column, code, _text in upload.errors
        ],
        errors_more=upload.errors_count - len(upload.errors),
        note=str(UPLOAD_NOTE),
        store_url=url if is_waiting and new else "",
        store_text=_("Store %(orders)s") % {"orders": _orders_text(new)},
    )


def _upload_facts(upload: OrderUpload, new: int) -> list[Fact]:
    labels = dict(Order.Status.choices)
    statuses = [
        Fact(str(labels[status]).capitalize(), number_text(upload.counts[status]))
        for status in labels
        if upload.counts.get(status)
    ]
    return [
        Fact(_("Orders in the file"), number_text(upload.orders_count)),
        *statuses,
        Fact(_("Known from an earlier file"), number_text(upload.known_count)),
        Fact(_("New"), number_text(new)),
        Fact(_("Faults"), number_text(upload.errors_count)),
    ]
