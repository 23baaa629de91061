"""Files of orders, for the gallery."""

from __future__ import annotations

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.web.pages import uploads
from exchange.web.pages.common import Fact
from exchange.web.samples import common

NOTE = gettext_lazy(
    "Nothing proves who made a file. Its orders are credited, but no reward is approved by itself"
    " until the source or you confirm the order."
)


def upload() -> uploads.Upload:
    return uploads.Upload(
        "kaspi", "#", "#",
        [
            _("Export your orders to Excel in the shop's cabinet."),
            _("Choose the file here as it is: change neither columns nor rows."),
        ],
        str(NOTE),
        [uploads.UploadRow(common.ago(hours=30), "orders-2026-10.xlsx", "412", "#")],
    )  # fmt: skip


class Columns(forms.Form):
    order = forms.ChoiceField(label=gettext_lazy("Order number"), choices=[("0", "A: Заказ")])
    amount = forms.ChoiceField(label=gettext_lazy("Sum"), choices=[("2", "C: Сумма")])
    word_0 = forms.ChoiceField(
        label="«Отгружен»", choices=[("paid", gettext_lazy("paid by the buyer"))]
    )
    header_row = forms.ChoiceField(
        label=gettext_lazy("Titles stand in row"), choices=[("3", "3: Заказ, Дата, Сумма")]
    )

    def column_fields(self) -> list[BoundField]:
        return [self["order"], self["amount"]]

    def word_fields(self) -> list[BoundField]:
        return [self["word_0"]]


def upload_columns() -> uploads.UploadColumns:
    cell = uploads.SampleCell
    return uploads.UploadColumns(
        "orders-2026-11.csv", "#", "#",
        [_("Order number"), _("Sum")],
        [
            uploads.SampleRow(4, [cell("A-1001"), cell("18490.50")]),
            uploads.SampleRow(5, [cell("A-1002"), cell(_("is no amount"), is_wrong=True)]),
        ],
        [],
        is_remembered=False,
    )  # fmt: skip


def upload_check() -> uploads.UploadCheck:
    return uploads.UploadCheck(
        "orders-2026-11.xlsx", "#", "#", "#",
        [
            Fact(_("Orders in the file"), "418"),
            Fact(_("Known from an earlier file"), "12"),
            Fact(_("New"), "406"),
            Fact(_("Faults"), "2"),
        ],
        [
            uploads.UploadFault(17, "Сумма", _("is no amount"), "много"),
            uploads.UploadFault(230, "Дата изменения статуса", _("is empty")),
        ],
        0,
        str(NOTE),
        title=_("What we read"), errors_url="#", store_url="#", store_text="406", columns_url="#",
        orders=[
            uploads.UploadOrder("A-1001", "20.11", _("paid by the buyer"), "18 490,50 ₸", "ARU10")
        ],
    )  # fmt: skip


def upload_working() -> uploads.UploadCheck:
    return uploads.UploadCheck(
        "orders-2026.csv", "#", "#", "#", [], [], 0, str(NOTE),
        work_text=_("We read the file"), percent=42,
    )  # fmt: skip


def upload_undone() -> uploads.UploadCheck:
    return uploads.UploadCheck(
        "orders-2026-11.xlsx", "#", "#", "#",
        [Fact(_("Taken back"), "405"), Fact(_("Left as they are"), "1")],
        [], 0, str(NOTE),
        title=_("Undone"), kept_url="#",
        kept=[uploads.KeptOrder("A-1001", _("its reward is approved or paid"))],
    )  # fmt: skip
