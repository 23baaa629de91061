from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from attribution.connectors.wildberries.token import TOKEN_LENGTH_MAX
from attribution.services.ozon import CLIENT_ID_DIGITS_MAX, KEY_CHARS_MAX


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


class KeyForm(TokenForm):
    """A new key for an account that is known."""

    token = forms.CharField(
        label=_("Api-Key"), max_length=KEY_CHARS_MAX, widget=forms.Textarea(attrs={"rows": 2})
    )


class OzonForm(KeyForm):
    """An account of Ozon: its number and a key to it."""

    field_order = ["name", "client_id", "token"]
    name = forms.CharField(label=_("Name"), max_length=80, initial="Ozon")
    client_id = forms.CharField(
        label=_("Client-Id"),
        max_length=CLIENT_ID_DIGITS_MAX,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
