"""How each source is connected, in words for the brand. A new source is one line here."""

from __future__ import annotations

from collections.abc import Mapping

from exchange.web.brand.guides import (
    admitad,
    insales,
    kaspi,
    ozon,
    receipt,
    taplink,
    wildberries,
    woocommerce,
)
from exchange.web.brand.guides.base import Guide

GUIDES: Mapping[str, Guide] = {
    "woocommerce": woocommerce.GUIDE,
    "wildberries": wildberries.GUIDE,
    "ozon": ozon.GUIDE,
    "kaspi": kaspi.GUIDE,
    "insales": insales.GUIDE,
    "taplink": taplink.GUIDE,
    "admitad": admitad.GUIDE,
    "receipt": receipt.GUIDE,
}

__all__ = ["GUIDES", "Guide"]
