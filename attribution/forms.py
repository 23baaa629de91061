from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from attribution.connectors.wildberries.token import TOKEN_LENGTH_MAX


class ShopForm(forms.Form):
    """A source that calls us: it only needs a name to be recognised by."""

    name = forms.CharField(label=_("Name of the shop"), max_length=80)


class TokenForm(forms.Form):
    """A new token for a source that we ask."""

    token = forms.CharField(
        label=_("Token"), max_length=TOKEN_LENGTH_MAX, widget=forms.Textarea(attrs={"rows": 4})
    )


class MarketplaceForm(TokenForm):
    """A source that we ask, with the token of its cabinet."""

    field_order = ["name", "token"]
    name = forms.CharField(label=_("Name"), max_length=80, initial="Wildberries")
