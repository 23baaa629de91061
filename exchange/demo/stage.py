"""The outside world of the demo, set up through the sandbox's own strings (/_control/)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.conf import settings

from attribution.domain.snippet import page_snippet, purchase_snippet
from core.http import outgoing
from exchange.demo.people import AIGERIM, AIGERIM_IIN, SAMAL, SAMAL_IIN

SHOP = "toqyma"
SHOPIFY_SHOP = "nurskin"
DRAFT = "checkout-draft"
PRODUCTS = [
    {"slug": "blanket", "name": "Жүн көрпе", "sku": "TU-BLANKET", "price": "25500.00"},
    {"slug": "linen", "name": "Төсек жиыны, 2 орынды", "sku": "TU-LINEN", "price": "24990.00"},
    {"slug": "towels", "name": "Сүлгілер, 4 дана", "sku": "TU-TOWELS", "price": "8990.00"},
    {"slug": "pyjamas", "name": "Балалар пижамасы", "sku": "TU-PYJAMAS", "price": "10700.00"},
]

SHOPIFY_ORDERS = (
    ("Түнгі крем", "8900.00", False),
    ("Сарысу 30 мл", "12400.00", False),
    ("Маска", "4990.00", True),
)
# (article, pieces, status, days ago)
KASPI_ORDERS = (
    ("TU-BLANKET", 1, "COMPLETED", 9),
    ("TU-TOWELS", 2, "RETURNED", 8),
    ("TU-LINEN", 1, "CANCELLED", 5),
    ("TU-PYJAMAS", 1, "ACCEPTED_BY_MERCHANT", 2),
    ("TU-BLANKET", 1, "APPROVED_BY_BANK", 0.1),
)


def control(method: str, path: str, body: Any = None) -> Any:
    """One call of the sandbox's control. Raises: OutgoingError"""
    answer = outgoing().request(
        method, f"{settings.SANDBOX_URL}/_control/{path}", json=body, is_idempotent=True
    )
    return json.loads(answer.body) if answer.body else None


def clock_set(offset: timedelta) -> None:
    control("POST", "clock", {"offset_seconds": int(offset.total_seconds())})


def shop_open(webhook_url: str, secret: str, connection_id: str) -> None:
    """The brand's own shop, which calls our door and has our snippet on its pages. Repeatable: a
    restart may change our port."""
    control(
        "POST",
        "shop/shops",
        {
            "slug": SHOP,
            "title": "Тоқыма Үйі",
            "products": PRODUCTS,
            "webhook_url": webhook_url,
            "secret": secret,
            "head": page_snippet(settings.BASE_URL, connection_id),
            "thanks": purchase_snippet(settings.BASE_URL, connection_id),
        },
    )


def shop_key() -> dict[str, str]:
    """The key to the REST API of the brand's own shop, as its form asks for it."""
    control("POST", "shop/shops", {"slug": SHOP, "products": PRODUCTS})
    key: dict[str, str] = control("POST", f"shop/{SHOP}/key")
    return key


def shop_sell_unheard() -> None:
    """Orders of today that the shop did not tell us, and one that a buyer never finished: what
    the difference report is for."""
    for slug, status in (("blanket", "completed"), ("towels", "processing"), ("linen", DRAFT)):
        control("POST", f"shop/{SHOP}/orders", {"items": [[slug, 1]], "status": status})


def shopify_open() -> tuple[str, str]:
    """(secret, token) of a shop on Shopify with a few orders of today, one of them a test."""
    control("POST", "shopify/shops", {"slug": SHOPIFY_SHOP})
    given = control("POST", f"shopify/{SHOPIFY_SHOP}/token")
    for title, price, is_test in SHOPIFY_ORDERS:
        order = {"items": [[title, price, 1]], "is_test": is_test}
        control("POST", f"shopify/{SHOPIFY_SHOP}/orders", order)
    return given["secret"], given["token"]


def product_url(slug: str) -> str:
    return f"{settings.SANDBOX_URL}/shop/{SHOP}/product/{slug}"


def register_fill() -> None:
    """The state register knows these two as individual entrepreneurs."""
    for iin, person in ((AIGERIM_IIN, AIGERIM), (SAMAL_IIN, SAMAL)):
        control("POST", "kgd/taxpayers", {"code": iin, "full_name": person.name.upper()})


def wildberries_token() -> str:
    token: str = control("POST", "wildberries/token", {"kind": "service"})["token"]
    return token


def ozon_account() -> tuple[str, str]:
    """(Client-Id, Api-Key) of the brand's account at Ozon, whose key has no end: a demo may be
    moved by months."""
    account = control("POST", "ozon/account", {"days": 0})
    return account["client_id"], account["key"]


def ozon_push_to(url: str) -> None:
    """Where Ozon rings. Repeatable: a restart may change our port."""
    control("POST", "ozon/push", {"url": url})


def ozon_order(sku: int, pieces: int, price: str, voucher: str = "") -> None:
    """A posting of today; what our poller has not read it will read by itself."""
    actions = [voucher] if voucher else []
    items = [[sku, pieces, price]]
    control("POST", "ozon/postings", {"items": items, "actions": actions, "push": 0})


def ozon_traffic_account() -> tuple[str, str, str]:
    """(Client ID, secret, tag) of the brand's cabinet of external traffic at Ozon."""
    account = control("POST", "ozon/performance/account", {})
    return account["client_id"], account["secret"], account["tag"]


def ozon_traffic_rows(rows: list[dict[str, object]]) -> None:
    """What its report shows from now on."""
    control("POST", "ozon/performance/rows", {"rows": rows})


def admitad_token() -> str:
    """The token of the brand's account as a publisher; its end is far beyond any demo."""
    token: str = control("POST", "admitad/token", {"days": 3_650})["token"]
    return token


def admitad_action(click_id: str, cart: str, payment: str, status: str, days_ago: float) -> None:
    """An order at a shop of the network, and what the shop said of it."""
    sold = {
        "subid": click_id,
        "cart": cart or None,
        "payment": payment,
        "age_days": days_ago,
        "times": 0,
    }
    made = control("POST", "admitad/actions", sold)
    if status != "pending":
        control("POST", f"admitad/actions/{made['id']}", {"status": status, "times": 0})


def kaspi_token() -> str:
    """The token of the brand's shop on Kaspi."""
    token: str = control("POST", "kaspi/token", {"shop": SHOP})["token"]
    return token


def kaspi_sell() -> None:
    """A few orders of these days, each at another place of its life; the first poll reads them."""
    for sku, quantity, status, age_days in KASPI_ORDERS:
        product = next(each for each in PRODUCTS if each["sku"] == sku)
        item = [sku, product["name"], float(product["price"]), quantity]
        order = {"shop": SHOP, "items": [item], "status": status, "age_days": age_days}
        control("POST", "kaspi/orders", order)


def kaspi_order(
    sku: str, name: str, price: int, status: str, age_days: float, *, phone: str = "7013334455"
) -> None:
    """One order of so many days ago, for the next poll; `price` in tenge."""
    item = [sku, name, float(price), 1]
    order = {"shop": SHOP, "items": [item], "status": status, "age_days": age_days, "phone": phone}
    control("POST", "kaspi/orders", order)


def insales_open() -> tuple[str, str]:
    """(id, password) of the application that reads a shop with a few orders of these days."""
    app = control("POST", "insales/app")
    for age_days, price, status in ((4, "18900.0", "delivered"), (1, "7400.0", "new")):
        order = {"age_days": age_days, "price": price, "fulfillment_status": status}
        control("POST", "insales/orders", order)
    return app["app_id"], app["password"]


def insales_ring_at(url: str) -> None:
    """Where InSales rings. Repeatable: a restart may change our port."""
    control("POST", "insales/webhook", {"url": url})


def taplink_tell(url: str, secret: str) -> None:
    """Where payments of the page are told, signed. Repeatable."""
    control("POST", "taplink/webhook", {"url": url, "secret": secret})


# What the stand-in's leads go through, and where they keep what
LEAD_NEW, LEAD_PAID, LEAD_WON = 7_039_101, 7_039_102, 142
PAID_STAGE = ("9217056", str(LEAD_PAID))
AMOCRM_FIELDS = {"click_field": "66337", "code_field": "66339", "number_field": "66341"}


def amocrm_open() -> str:
    """The long-lived token of the brand's account."""
    token: str = control("POST", "amocrm/token")["token"]
    return token


def amocrm_sell(number: str, price: int, phone: str, status: int, age_days: float) -> None:
    """A lead that the site made of a cart."""
    lead = {"number": number, "price": price, "phone": phone}
    control("POST", "amocrm/leads", {**lead, "status_id": status, "age_days": age_days})


def amocrm_ring_at(url: str) -> None:
    """Where amoCRM rings. Repeatable: a restart may change our port."""
    control("POST", "amocrm/webhook", {"url": url})


def tilda_post_to(url: str) -> None:
    """Where Tilda posts its carts. Repeatable."""
    control("POST", "tilda/hook", {"url": url})


def market_open(stalls: dict[str, Any]) -> None:
    """Buyers come by themselves; the first within two minutes, for who looks at a new demo."""
    control("POST", "market/", {"stalls": stalls, "is_on": True, "welcome": True})


def tracker_tell(url: str, secret: str) -> None:
    """Where the brand's CRM tells its sales, and what it signs with. Repeatable."""
    control("POST", "tracker/postback", {"url": url, "secret": secret})


def bank_execute(payment_file: bytes) -> bytes:
    """Hand a payment file to the bank and take its statement: everything executed."""
    client = outgoing()
    base = f"{settings.SANDBOX_URL}/_control/bank/files"
    taken = json.loads(client.request("POST", base, content=payment_file).body)
    return client.request("GET", f"{base}/{taken['id']}/statement").body
