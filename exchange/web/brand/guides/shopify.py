from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.forms import ShopifyForm, ShopifyKeyForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_("Signed webhooks: each order within seconds. With a token we make them ourselves."),
    form=ShopifyForm,
    token_form=ShopifyKeyForm,
    token_text=_("Change the token or the secret"),
    note=_(
        "Shopify shows an application the phone of a buyer only if it allowed that. Test orders"
        " earn nothing. An order counts as received once all of it is shipped and paid."
    ),
    before=(
        _("The address of the shop ends with .myshopify.com: Settings, Domains."),
        _(
            "Without an application: Settings, Notifications, Webhooks. The secret stands below the"
            " list there. You add the webhooks by hand; the steps come next."
        ),
        _(
            "With an application of your own: its client secret, and its Admin API access token"
            " with the scope read_orders. We make the webhooks, find lost orders every 15 minutes,"
            " and make a webhook again that Shopify has deleted."
        ),
        _("Never mix the two: webhooks made by hand have another secret than an application's."),
    ),
    after=(
        _("With a token there is nothing left to do: we make the webhooks within minutes."),
        _(
            "Without one: in Settings, Notifications, Webhooks add webhooks for order creation,"
            " payment, update, cancellation and refund, format JSON, with this address."
        ),
        _("Place a test order: it appears in the log within seconds."),
        _(
            "So that a click is not lost, let the theme keep cpa_click in the cart's attributes;"
            " otherwise we read it from the first page of the visit."
        ),
    ),
    causes={
        "credentials_refused": _(
            "The shop refuses our token (401). Its webhooks work on; what they lose is not found"
            " until you give a new token."
        ),
        "access_denied": _(
            "Shopify says that our token may not read orders (403). Give the application the scope"
            " read_orders."
        ),
        "uninstalled": _(
            "The application was taken out of the shop: Shopify sends nothing any more. Install it"
            " again and give its new token."
        ),
    },
    silence=_(
        "The shop does not answer our questions. Its webhooks work on; what they lose is found once"
        " it answers."
    ),
    endpoints={"orders": _("Order")},
    silent=_(
        "Place a test order. If it does not come, look in the shop whether its webhooks are there:"
        " Shopify deletes one that failed for four hours."
    ),
    waiting=_("Connected. The first event has not come: place a test order."),
)
