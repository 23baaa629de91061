"""How each source is connected, in words for the brand. A new source is one line here."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.brand.guides import (
    acquirer,
    admitad,
    amocrm,
    api,
    bitrix24,
    file,
    insales,
    kaspi,
    ozon,
    ozon_traffic,
    postback,
    receipt,
    shopify,
    taplink,
    tilda,
    wildberries,
    woocommerce,
)
from exchange.web.brand.guides.base import Guide

GUIDES: Mapping[str, Guide] = {
    "woocommerce": woocommerce.GUIDE,
    "shopify": shopify.GUIDE,
    "wildberries": wildberries.GUIDE,
    "ozon": ozon.GUIDE,
    "ozon_traffic": ozon_traffic.GUIDE,
    "kaspi": kaspi.GUIDE,
    "insales": insales.GUIDE,
    "taplink": taplink.GUIDE,
    "tilda": tilda.GUIDE,
    "amocrm": amocrm.GUIDE,
    "bitrix24": bitrix24.GUIDE,
    "admitad": admitad.GUIDE,
    "file": file.GUIDE,
    "acquirer": acquirer.GUIDE,
    "postback": postback.GUIDE,
    "api": api.GUIDE,
    "receipt": receipt.GUIDE,
}

__all__ = ["GUIDES", "Guide"]
