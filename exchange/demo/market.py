"""The demo's buyers: where they buy, and which of them come because of an influencer."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from attribution.models import Connection
from campaigns.models import ExternalCode, PromoCode, TrackingLink
from core.tenancy.context import acting_as
from exchange.demo import stage

Goods = list[list[Any]]
SHOP_GOODS: Goods = [[product["slug"]] for product in stage.PRODUCTS]
KASPI_GOODS: Goods = [
    [product["sku"], product["name"], float(product["price"])] for product in stage.PRODUCTS
]
WILDBERRIES_GOODS: Goods = [[211450017, "24990"], [211450018, "10700"], [211450019, "8990"]]
OZON_GOODS: Goods = [[1602044871, "25500"], [1602044899, "8990"]]
# Source -> (stand-in, orders a day, goods): some three an hour in the evening, all together.
STALLS: dict[str, tuple[str, int, Goods]] = {
    "woocommerce": ("shop", 12, SHOP_GOODS),
    "wildberries": ("wildberries", 14, WILDBERRIES_GOODS),
    "ozon": ("ozon", 8, OZON_GOODS),
    "kaspi": ("kaspi", 10, KASPI_GOODS),
}
MARKS = {"wildberries": "wb_substitute_article", "ozon": "ozon_voucher"}


def market_open(brand_id: int) -> None:
    """Let people buy where the brand sells, from now on; repeatable."""
    with acting_as(system="demo"):
        connections = Connection.objects.filter(brand=brand_id, source__in=STALLS).order_by("pk")
        stalls = {each.name: _stall(each) for each in connections}
    stage.market_open(stalls)


def _stall(connection: Connection) -> dict[str, Any]:
    place, per_day, goods = STALLS[connection.source]
    return {
        "place": place,
        "account": connection.settings.get("seller_id", stage.SHOP),
        "per_day": per_day,
        "goods": goods,
        "marks": _marks(connection),
        "people": _people(connection) if place == "shop" else [],
    }


def _marks(connection: Connection) -> list[str]:
    kind = MARKS.get(connection.source)
    codes = ExternalCode.objects.filter(brand=connection.brand_id, kind=kind).order_by("pk")
    return list(codes.values_list("value", flat=True))


def _people(connection: Connection) -> list[dict[str, str]]:
    """The influencers' links and promo codes."""
    codes = PromoCode.objects.filter(
        brand=connection.brand_id, state=PromoCode.State.ACTIVE, pool__isnull=True
    )
    code_of = dict(codes.values_list("participation_id", "code"))
    links = TrackingLink.objects.filter(brand=connection.brand_id).order_by("pk")
    return [
        {
            "link": f"{settings.CLICK_BASE_URL}/c/{link.token}",
            "code": code_of.get(link.participation_id, ""),
        }
        for link in links
    ]
