"""Stand-in of brands' own shops, built on WooCommerce."""

from sandbox.service import Service
from sandbox.shop.rest import ROUTES
from sandbox.shop.stage import CONTROL, NAME, shop_blank
from sandbox.shop.storefront import PAGES

SERVICE = Service(
    name=NAME,
    prefix="shop",
    title="A web shop (WooCommerce)",
    about=(
        "A brand's own shop: it remembers the link you came by, takes a promo code at the till, "
        "and tells its webhook, signed, about every change of an order."
    ),
    routes=[*PAGES, *ROUTES],
    control=CONTROL,
    blank={"shops": {"alma": shop_blank("ALMA LAB")}},
)
