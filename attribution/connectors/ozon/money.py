"""The three shapes in which Ozon writes an amount. facts/marketplaces.md 2.3.

{"amount": "4099", "currency": "RUB"}     /v4/posting/fbs/list, /v3/posting/fbo/list
"4099.00" beside "currency_code": "RUB"   /v3/posting/fbs/get
4099.0                                    financial_data: in the currency of the product
"""

from __future__ import annotations

from attribution.connectors.payload import Fields


def price_minor(holder: Fields, key: str, currency: str | None = None) -> tuple[int, str] | None:
    """(minor units, currency) of a price; None when there is none.

    `currency` is for a bare number whose object names none.

    Raises:
        UnknownPayload: not an amount, negative, or of no known currency.
    """
    if holder.raw(key) in (None, ""):
        return None
    if isinstance(holder.raw(key), dict):
        money = holder.child(key)
        if money.raw("amount") in (None, ""):
            return None
        return _amount(money, "amount", money.currency("currency")), money.currency("currency")
    if holder.raw("currency_code") is not None:
        currency = holder.currency("currency_code")
    if currency is None:
        raise holder.wrong(key, "no currency")
    return _amount(holder, key, currency), currency


def _amount(holder: Fields, key: str, currency: str) -> int:
    amount = holder.money_minor(key, currency)
    if amount < 0:
        raise holder.wrong(key, "negative")
    return amount
