"""The three shapes in which Tilda posts a cart."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from sandbox.php_form import FORM_TYPE, form_bytes

JSON_TYPE = "application/json"
SHAPES = ("brackets", "text", "json")


def posted(order: dict[str, Any], shape: str) -> tuple[bytes, str]:
    """(the body, its content type)."""
    payment = {
        "sys": order["sys"],
        "systranid": order["systranid"],
        "orderid": order["orderid"],
        "products": [_product(shape, *line) for line in order["items"]],
        "amount": order["amount"],
    }
    if order["promocode"]:
        payment |= {"promocode": order["promocode"], "discount": order["discount"]}
    form = {
        "Name": "Айгерім",
        "Phone": order["phone"],
        "Email": "buyer@example.org",
        "tranid": f"467251:{order['orderid']}",
        "formid": "form42581206",
        "formname": "Cart",
        "COOKIES": _cookies(order["click"]),
    }
    if shape == "json":
        return json.dumps({**form, "payment": payment}, ensure_ascii=False).encode(), JSON_TYPE
    if shape == "text":
        return form_bytes({**form, "payment": json.dumps(payment, ensure_ascii=False)}), FORM_TYPE
    return form_bytes({**form, "payment": payment}), FORM_TYPE


def _product(shape: str, name: str, quantity: int, price: int) -> Any:
    if shape == "text":
        return f"{name} x {quantity} ≡ {price * quantity}"
    return {
        "name": name,
        "sku": "",
        "quantity": str(quantity),
        "price": str(price),
        "amount": str(price * quantity),
    }


def _cookies(click: str) -> str:
    utm = quote("utm_source=instagram|||utm_medium=social")
    own = f"; cpa_click={click}" if click else ""
    return f"_ym_uid=1757; TILDAUTM={utm}{own}"
