"""Stand-in of shops on Shopify: signed calls with their repeats, and the REST Admin API."""

from sandbox.service import Service
from sandbox.shopify.api import NAME, ROUTES
from sandbox.shopify.stage import CONTROL, PAGES, shop_blank

SERVICE = Service(
    name=NAME,
    prefix="shopify",
    title="Shopify",
    about=(
        "A shop that tells its webhooks, signed, about every change of an order, repeats what "
        "failed for four hours, and then deletes the webhook."
    ),
    routes=[*PAGES, *ROUTES],
    control=CONTROL,
    blank={"shops": {"alma": shop_blank("alma")}},
)
