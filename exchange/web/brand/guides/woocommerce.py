from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.forms import ShopForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_("Signed webhooks: each order within seconds. You add two webhooks in the shop."),
    form=ShopForm,
    before=(
        _("Name the shop, so that you recognise it."),
        _("We give you an address and a secret."),
        _("In WooCommerce you add two webhooks with them; the steps come next."),
    ),
    after=(
        _("In WooCommerce open Settings, Advanced, Webhooks."),
        _("Add two webhooks, “Order created” and “Order updated”, with this address."),
        _("Paste the secret into both, choose the API version v3, save."),
        _("Place a test order: it appears in the log within seconds."),
    ),
    silent=_("Place a test order. If it does not come, look whether both webhooks are on."),
    waiting=_("Connected. The first event has not come: add the webhooks in the shop."),
)
