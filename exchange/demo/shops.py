"""Where the demo's brands sell: their shops and marketplaces, and what is whose there."""

from __future__ import annotations

import secrets

from attribution.models import Connection
from attribution.services.connections import connection_create, connection_token_change
from brands.models import Brand
from campaigns.models import Campaign, Participation
from campaigns.services.external_codes import external_code_add
from core.tenancy.context import acting_as
from exchange.demo import stage
from influencers.models import Influencer

WB_ARTICLE = "310200999"  # Aigerim's substitute article on Wildberries
OZON_VOUCHER = "Birge a7xk3m9q"  # her voucher on Ozon: the title of its promotion there
OZON_BLANKET, OZON_TOWELS = 1602044871, 1602044899


def article_give(campaign: Campaign, influencer: Influencer) -> None:
    with acting_as(system="demo"):
        participation = Participation.objects.get(campaign=campaign, influencer=influencer)
    external_code_add(
        participation_id=participation.pk, kind="wb_substitute_article", value=WB_ARTICLE
    )


def ozon_connect(brand: Brand, campaign: Campaign, influencer: Influencer) -> None:
    """The brand's account at Ozon, the influencer's voucher there, and three orders of today."""
    client_id, key = stage.ozon_account()
    connection_create(brand=brand, source="ozon", name="Ozon", client_id=client_id, token=key)
    with acting_as(system="demo"):
        participation = Participation.objects.get(campaign=campaign, influencer=influencer)
    external_code_add(participation_id=participation.pk, kind="ozon_voucher", value=OZON_VOUCHER)
    stage.ozon_order(OZON_BLANKET, 1, "25500", OZON_VOUCHER)
    stage.ozon_order(OZON_TOWELS, 2, "8990", OZON_VOUCHER)
    stage.ozon_order(OZON_TOWELS, 1, "8990")


def shop_connect(brand: Brand) -> Connection:
    """The brand's own shop, by its webhooks alone."""
    shop, _secret = connection_create(brand=brand, source="woocommerce", name="toqyma.example")
    return shop


def shop_read(shop: Connection) -> None:
    """From now on it is read besides: it has orders that it never told us. Only now, because what
    came back of an order is then asked of the shop, which knows nothing of the demo's past."""
    connection_token_change(connection_id=shop.pk, **stage.shop_key())
    stage.shop_sell_unheard()


def own_shops_connect(brand: Brand) -> None:
    """A shop on InSales and one on Shopify with orders of these days, and a Taplink page where
    anybody can pay."""
    secret, token = stage.shopify_open()
    connection_create(
        brand=brand,
        source="shopify",
        name="Nur Skin Shopify",
        shop=stage.SHOPIFY_SHOP,
        secret=secret,
        token=token,
    )
    app_id, password = stage.insales_open()
    connection_create(
        brand=brand,
        source="insales",
        name="nurskin.example",
        shop="nurskin.example",
        app_id=app_id,
        password=password,
    )
    connection_create(
        brand=brand,
        source="taplink",
        name="Taplink",
        secret=secrets.token_urlsafe(16),
        code_field="Промокод",
    )
