"""What a brand answers about a receipt."""

from __future__ import annotations

from django import forms


class ReceiptAnswerForm(forms.Form):
    """Which order a receipt is of; empty: none of those asked about."""

    order = forms.UUIDField(required=False)
