"""What ops fill in about payouts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from brands.models import Brand
from core.forms import TengeField, UploadField
from payouts.models import Outlay
from payouts.rails.bank_file.table_statement import columns_missing

STATEMENT_BYTES_MAX = 1_048_576
REASON_CHARS_MAX = 300
COLUMN_LABELS = {
    "day": _("Day"),
    "number": _("Document number"),
    "amount": _("Sum with its sign"),
    "credit": _("Received"),
    "debit": _("Spent"),
    "party": _("Name of the other side"),
    "tax_id": _("Their BIN or IIN"),
    "iban": _("Their account"),
    "purpose": _("Purpose"),
    "currency": _("Currency"),
    "knp": _("Purpose code (KNP)"),
}


class StatementForm(forms.Form):
    """A statement as the bank's client program exports it."""

    file = UploadField(
        label=_("File of the statement"),
        help_text=_("The form of 1C (1CClientBankExchange), or a table: CSV, XLSX. 1 MB at most."),
        accept=".txt,.csv,.xlsx,text/plain",
        bytes_max=STATEMENT_BYTES_MAX,
        too_large=_("The file is larger than 1 MB. Export fewer days at once."),
    )


class RefusedByBankForm(forms.Form):
    """Why the bank did not take a document."""

    reason = forms.CharField(
        label=_("What the bank says"),
        help_text=_("The payee reads this."),
        max_length=REASON_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class StatementColumnsForm(forms.Form):
    """Which column of a bank's table is which; an empty answer is "not in this file"."""

    def __init__(self, titles: Sequence[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("not in this file")), *((title, title) for title in titles)]
        for name, label in COLUMN_LABELS.items():
            self.fields[name] = forms.ChoiceField(label=label, choices=choices, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        named = [title for title in data.values() if title]
        if len(named) != len(set(named)):
            raise forms.ValidationError(_("One column cannot be two things."), code="repeated")
        if columns_missing([name for name, title in data.items() if title]):
            raise forms.ValidationError(
                _("A statement needs its day, and a sum: one with a sign, or received and spent."),
                code="missing",
            )
        return data


class TransferForm(forms.Form):
    """Whose a transfer is, and how somebody knows."""

    brand = forms.ModelChoiceField(Brand.objects.none(), label=_("Brand"))
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("For the person who confirms: a call, a letter, an agreement."),
        max_length=REASON_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["brand"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Brand.objects.order_by("name")


class OutlayForm(forms.Form):
    """What an outgoing row was, or a part of it."""

    kind = forms.ChoiceField(label=_("What it was"), choices=Outlay.Kind.choices)
    amount = TengeField(
        label=_("Sum, ₸"),
        help_text=_("Less than the row where a part of it is not of these books."),
    )
    reason = forms.CharField(
        label=_("How you know"),
        help_text=_("For the person who books it: the payment order, the declaration."),
        max_length=REASON_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RefundReasonForm(forms.Form):
    """Why money does not go back."""

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("The brand reads this."),
        max_length=REASON_CHARS_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SendBackForm(forms.Form):
    """Why a transfer goes back to who sent it."""

    reason = forms.CharField(
        label=_("Why"), max_length=REASON_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 3})
    )
