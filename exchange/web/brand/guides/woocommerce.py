from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.forms import WooCommerceForm, WooCommerceKeyForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_("Signed webhooks: each order within seconds. You add two webhooks in the shop."),
    form=WooCommerceForm,
    token_form=WooCommerceKeyForm,
    first_token_text=_("Let us read the shop"),
    before=(
        _("Name the shop, so that you recognise it."),
        _("We give you an address and a secret."),
        _("In WooCommerce you add two webhooks with them; the steps come next."),
        _(
            "WooCommerce sends an order once and never again. With a key to its REST API we find"
            " what got lost every 15 minutes, and switch a webhook on again that it has switched"
            " off. You may give the key later."
        ),
        _(
            "The key: WooCommerce, Settings, Advanced, REST API, Add key, permissions Read/Write."
            " We read orders and change nothing but our own webhooks."
        ),
    ),
    after=(
        _("In WooCommerce open Settings, Advanced, Webhooks."),
        _("Add two webhooks, “Order created” and “Order updated”, with this address."),
        _("Paste the secret into both, choose the API version v3, save."),
        _("Place a test order: it appears in the log within seconds."),
    ),
    causes={
        "credentials_refused": _(
            "The shop refuses our key (401). Its webhooks work on; what they lose is not found"
            " until you give a new key."
        ),
        "access_denied": _(
            "The shop says that our key may not read orders (403). Its webhooks work on; what they"
            " lose is not found until you give another key."
        ),
    },
    silence=_(
        "The shop does not answer our questions. Its webhooks work on; what they lose is found once"
        " it answers."
    ),
    endpoints={"orders": _("Order")},
    silent=_("Place a test order. If it does not come, look whether both webhooks are on."),
    waiting=_("Connected. The first event has not come: add the webhooks in the shop."),
)
