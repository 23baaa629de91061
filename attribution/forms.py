from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from attribution.connectors.brandfile.connector import LIMITS
from attribution.connectors.postback.presets import PRESETS
from attribution.connectors.shopify.client import TOKEN_LENGTH_MAX as SHOPIFY_TOKEN_MAX
from attribution.connectors.wildberries.token import TOKEN_LENGTH_MAX
from attribution.connectors.woocommerce.client import KEY_LENGTH_MAX
from attribution.domain.receipts import SIGN_DIGITS_MAX, TEXT_CHARS_MAX
from attribution.domain.shop_address import ADDRESS_CHARS_MAX
from attribution.services.bitrix24 import APPLICATION_TOKEN_CHARS_MAX
from attribution.services.bitrix24 import URL_CHARS_MAX as BITRIX24_URL_CHARS_MAX
from attribution.services.ozon import CLIENT_ID_DIGITS_MAX, KEY_CHARS_MAX
from attribution.services.tilda import AFTER_PAYMENT
from attribution.services.tilda import KEY_CHARS_MAX as TILDA_KEY_CHARS_MAX
from core.admin import DayField
from core.forms import TengeField, UploadField
from core.money import MINOR_DIGITS
from core.xlsx import FILE_BYTES_MAX

TABLE_BYTES_MAX = LIMITS.file_bytes


class WooCommerceKeyForm(forms.Form):
    """The key to a shop's REST API. Its address is known, once it was given."""

    address = forms.CharField(
        label=_("Address of the shop"),
        max_length=ADDRESS_CHARS_MAX,
        required=False,
        help_text=_("With the key it lets us find orders that its webhooks lost."),
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )
    consumer_key = forms.CharField(
        label=_("Consumer key"), max_length=KEY_LENGTH_MAX, required=False
    )
    consumer_secret = forms.CharField(
        label=_("Consumer secret"), max_length=KEY_LENGTH_MAX, required=False
    )


class WooCommerceForm(WooCommerceKeyForm):
    """A shop on WooCommerce: a name is enough; with a key we find what its calls lose."""

    field_order = ["name", "address", "consumer_key", "consumer_secret"]
    name = forms.CharField(label=_("Name of the shop"), max_length=80)


class PostbackForm(forms.Form):
    """A tracker, CRM or server that tells sales by postback."""

    name = forms.CharField(label=_("Name"), max_length=80, initial="Postback")
    preset = forms.ChoiceField(
        label=_("Names of the parameters"),
        choices=[(preset.name, preset.title) for preset in PRESETS.values()],
    )
    currency = forms.ChoiceField(
        label=_("Currency"),
        help_text=_("Of calls that name none."),
        choices=[(code, code) for code in MINOR_DIGITS],
    )


class RestForm(forms.Form):
    """A server that sends orders by the API."""

    name = forms.CharField(label=_("Name"), max_length=80, initial="REST API")


class ShopForm(forms.Form):
    """A source that only needs a name to be recognised by."""

    name = forms.CharField(label=_("Name of the shop"), max_length=80)


class ShopifyKeyForm(forms.Form):
    """The secret that Shopify signs with, and the token of the application, if there is one."""

    secret = forms.CharField(
        label=_("Secret of the webhooks"),
        max_length=SHOPIFY_TOKEN_MAX,
        required=False,
        help_text=_("What you leave empty stays as it is."),
    )
    token = forms.CharField(
        label=_("Admin API access token"), max_length=SHOPIFY_TOKEN_MAX, required=False
    )


class ShopifyForm(ShopifyKeyForm):
    """A shop on Shopify."""

    field_order = ["name", "shop", "secret", "token"]
    name = forms.CharField(label=_("Name of the shop"), max_length=80)
    shop = forms.CharField(
        label=_("Address of the shop"),
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": "shop.myshopify.com"}),
    )
    secret = forms.CharField(label=_("Secret of the webhooks"), max_length=SHOPIFY_TOKEN_MAX)
    token = forms.CharField(
        label=_("Admin API access token"),
        max_length=SHOPIFY_TOKEN_MAX,
        required=False,
        help_text=_("With it we make the webhooks ourselves and find lost orders. May come later."),
    )


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


class KaspiForm(MarketplaceForm):
    """With the token of the shop, or without one: then its exports are uploaded."""

    name = forms.CharField(label=_("Name"), max_length=80, initial="Kaspi")
    token = forms.CharField(
        label=_("Token"),
        max_length=TOKEN_LENGTH_MAX,
        required=False,
        help_text=_("Leave it empty if you will upload the export of orders instead."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AdmitadForm(MarketplaceForm):
    """With the access token of a publisher's account."""

    name = forms.CharField(label=_("Name"), max_length=80, initial="Admitad")


class FileSourceForm(forms.Form):
    """A source whose files are uploaded: it only needs a name to be recognised by."""

    name = forms.CharField(label=_("Name"), max_length=80, initial=_("Our sales"))


class AcquirerForm(forms.Form):
    """As above, of payments at terminals."""

    name = forms.CharField(label=_("Name"), max_length=80, initial=_("Our terminals"))


class CurrencyField(forms.ChoiceField):
    """The currency of the prices of a source that names none. The tenge, as a rule."""

    def __init__(self) -> None:
        choices = [(code, code) for code in MINOR_DIGITS]
        super().__init__(label=_("Currency of the prices"), choices=choices, initial="KZT")


class TildaKeyForm(forms.Form):
    """The key that the merchant made in Tilda, if there is one."""

    api_key = forms.CharField(
        label=_("API key"),
        max_length=TILDA_KEY_CHARS_MAX,
        required=False,
        help_text=_("Only if you made one in Tilda; call it Api-Key there."),
    )


class TildaForm(TildaKeyForm):
    """A site on Tilda, and what its forms do not say."""

    field_order = ["name", "currency", "sent", "api_key"]
    name = forms.CharField(label=_("Name of the shop"), max_length=80)
    currency = CurrencyField()
    sent = forms.ChoiceField(
        label=_("When Tilda sends the form"),
        choices=[
            ("at_once", _("at once, paid or not")),
            (AFTER_PAYMENT, _("after payment only")),
        ],
    )


class AmoCrmForm(MarketplaceForm):
    """An account of amoCRM with a long-lived token of its own integration."""

    field_order = ["name", "address", "token", "currency"]
    name = forms.CharField(label=_("Name"), max_length=80, initial="amoCRM")
    address = forms.CharField(
        label=_("Address of the account"), max_length=120, help_text="brand.amocrm.ru"
    )
    currency = CurrencyField()


class Bitrix24Form(MarketplaceForm):
    """A portal of Bitrix24, by the address of an inbound webhook."""

    name = forms.CharField(label=_("Name"), max_length=80, initial="Bitrix24")
    token = forms.CharField(
        label=_("Address of the inbound webhook"),
        max_length=BITRIX24_URL_CHARS_MAX,
        help_text="https://brand.bitrix24.kz/rest/1/…/",
    )


class Bitrix24KeyForm(forms.Form):
    """The token of the outgoing webhook, or another inbound one of the same portal."""

    application_token = forms.CharField(
        label=_("Application token of the outgoing webhook"),
        max_length=APPLICATION_TOKEN_CHARS_MAX,
        required=False,
    )
    token = forms.CharField(
        label=_("Another address of the inbound webhook"),
        max_length=BITRIX24_URL_CHARS_MAX,
        required=False,
        help_text=_("Leave it empty to keep the one that works."),
    )


class OrderFileForm(forms.Form):
    """An export of orders from the cabinet of a marketplace."""

    file = UploadField(
        label=_("Export of orders"),
        help_text=_("Excel (.xlsx), 5 MB and 20,000 rows at most."),
        accept=".xlsx",
        bytes_max=FILE_BYTES_MAX,
        too_large=_("The file is too large. Export fewer days at once."),
    )


class TableFileForm(forms.Form):
    """Any table of orders."""

    file = UploadField(
        label=_("File of orders"),
        help_text=_("Excel (.xlsx) or CSV, 20 MB and 100,000 rows at most."),
        accept=".xlsx,.csv,.txt,.tsv",
        bytes_max=TABLE_BYTES_MAX,
        too_large=_("The file is too large. Export fewer days at once."),
    )


class ReplayForm(forms.Form):
    """Which days' dead events are read again; both days count."""

    first_on = DayField(label=_("First day"))
    last_on = DayField(label=_("Last day"))


class CompareForm(ReplayForm):
    """Which days a shop's orders are held against ours; both days count."""

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        first_on, last_on = found.get("first_on"), found.get("last_on")
        if first_on and last_on and first_on > last_on:
            self.add_error("first_on", _("The first day is after the last one."))
        return found


class InSalesKeyForm(forms.Form):
    """The application that may read a shop's orders."""

    app_id = forms.CharField(label=_("Id of the application"), max_length=200)
    password = forms.CharField(label=_("Password of the application"), max_length=200)


class InSalesForm(InSalesKeyForm):
    """A shop of InSales and its application."""

    field_order = ["name", "shop", "app_id", "password"]
    name = forms.CharField(label=_("Name"), max_length=80, initial="InSales")
    shop = forms.CharField(label=_("Address of the shop"), max_length=300)


class TaplinkKeyForm(forms.Form):
    """What Taplink signs with."""

    secret = forms.CharField(label=_("Secret phrase"), max_length=200)


class TaplinkForm(TaplinkKeyForm):
    """A page of Taplink."""

    field_order = ["name", "secret", "code_field"]
    name = forms.CharField(label=_("Name"), max_length=80, initial="Taplink")
    code_field = forms.CharField(
        label=_("Field with the promo code"),
        max_length=80,
        required=False,
        help_text=_("Its title in the order form, as buyers see it."),
    )


class ReceiptForm(forms.Form):
    """A receipt that a follower claims: the text of its QR code, or the numbers of its paper."""

    qr = forms.CharField(
        label=_("Link from the QR code"),
        max_length=TEXT_CHARS_MAX,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    register = forms.CharField(label=_("РНМ (КТН), 12 digits"), max_length=20, required=False)
    sign = forms.CharField(
        label=_("ФП (ФБ), fiscal sign"), max_length=SIGN_DIGITS_MAX + 8, required=False
    )
    total = forms.CharField(label=_("Sum of the receipt"), max_length=20, required=False)
    local_time = forms.CharField(
        label=_("Date and time on the receipt"),
        max_length=30,
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    consent = forms.BooleanField(
        label=_("I agree that Birge keeps the receipt's number, sum and time to count my purchase"),
        required=False,
    )


class RegistersForm(forms.Form):
    """Cash registers, one in a line."""

    registers = forms.CharField(
        label=_("Registers"),
        max_length=200_000,
        help_text=_("One in a line: the number (РНМ, 12 digits), then the shop's name."),
        widget=forms.Textarea(attrs={"rows": 5, "placeholder": "010101234567 Абай 10"}),
    )


class ReceiptLimitsForm(forms.Form):
    """Which receipts a brand takes."""

    total_min = TengeField(label=_("Smallest sum"))
    total_max = TengeField(label=_("Largest sum"))
    person_max = forms.IntegerField(label=_("Receipts of one buyer in 24 hours"))
    influencer_max = forms.IntegerField(label=_("Receipts of one influencer in 24 hours"))
    confirm_days = forms.IntegerField(label=_("Days to confirm"))
    order_days = forms.IntegerField(label=_("Days from an order to its receipt"))


class ReceiptFileForm(forms.Form):
    """The shop's own list of receipts."""

    file = forms.FileField(
        label=_("List of receipts"),
        help_text=_("Excel (.xlsx) or CSV, 5 MB and 50,000 rows at most."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={"required": _("Choose a file.")},
    )


class ReceiptRefusalForm(forms.Form):
    note = forms.CharField(label=_("Reason"), max_length=200)
