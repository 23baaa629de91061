"""What a buyer does at each stand-in, by its own functions: the market has no other way in.

A life (plain JSON) is one buyer's order: {"place", "stall", "goods", "mark", "key", "last",
"steps"}. `key` is the order's id at the stand-in, `last` the status it was given last.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from sandbox.kaspi import orders as kaspi
from sandbox.ozon import postings as ozon
from sandbox.shop import orders as shop
from sandbox.wildberries import orders as wildberries
from sandbox.world import State


class Place(Protocol):
    """A stand-in that is asked for its orders."""

    name: str

    def order(self, state: State, stall: State, life: State, at: datetime) -> str:
        """Make it; its status. `life["key"]` is set."""

    def move(self, state: State, life: State, word: str, at: datetime) -> str:
        """The next step; the status after it."""

    def status(self, state: State, key: str) -> str | None:
        """None when it is not there any more."""

    def forget(self, state: State, key: str) -> None: ...


class Wildberries:
    name = "wildberries"

    def order(self, state: State, stall: State, life: State, at: datetime) -> str:
        nm_id, price = life["goods"]
        life["key"] = f"eb.m{life['number']:012x}.0.0"
        new = wildberries.NewOrder(
            seller_id=stall["account"],
            nm_id=nm_id,
            price=price,
            article_substitution=life["mark"],
            srid=life["key"],
        )
        wildberries.order_create(state, new, at)
        return "created"

    def move(self, state: State, life: State, word: str, at: datetime) -> str:
        wildberries.status_set(state, life["key"], word, at)
        return word

    def status(self, state: State, key: str) -> str | None:
        order = state["orders"].get(key)
        return order["versions"][-1]["status"] if order else None

    def forget(self, state: State, key: str) -> None:
        state["orders"].pop(key, None)
        state["rows"][:] = [row for row in state["rows"] if row["srid"] != key]


class Ozon:
    name = "ozon"

    def order(self, state: State, stall: State, life: State, at: datetime) -> str:
        sku, price = life["goods"]
        life["key"] = f"{10_000_000 + life['number'] % 89_000_000}-{life['number'] % 9_000:04}-1"
        new = ozon.NewPosting(
            client_id=stall["account"],
            scheme="fbs",
            items=[(sku, life["pieces"], price)],
            currency="KZT",
            actions=[life["mark"]] if life["mark"] else [],
            number=life["key"],
        )
        return str(ozon.posting_create(state, new, at)["status"])

    def move(self, state: State, life: State, word: str, at: datetime) -> str:
        if word == "return":
            sku, _price = life["goods"]
            pieces = life["pieces"]
            ozon.return_create(state, life["key"], sku, pieces, "FullReturn", "ReturnedToOzon", at)
            return str(life["last"])
        return str(ozon.status_set(state, life["key"], word, at)["status"])

    def status(self, state: State, key: str) -> str | None:
        posting = state["postings"].get(key)
        return posting["status"] if posting else None

    def forget(self, state: State, key: str) -> None:
        state["postings"].pop(key, None)
        state["returns"][:] = [row for row in state["returns"] if row["number"] != key]


class Kaspi:
    name = "kaspi"

    def order(self, state: State, stall: State, life: State, at: datetime) -> str:
        sku, name, price = life["goods"]
        items = [kaspi.Item(sku, name, float(price), life["pieces"])]
        phone = f"70{life['number'] % 10**8:08}"
        made = kaspi.order_create(state, stall["account"], None, items, phone, at)
        life["key"] = made["code"]
        return str(made["status"])

    def move(self, state: State, life: State, word: str, at: datetime) -> str:
        reason = "BUYER_CANCELLATION_BY_MERCHANT" if word == "CANCELLED" else None
        kaspi.status_set(state["orders"][life["key"]], word, None, reason)
        return word

    def status(self, state: State, key: str) -> str | None:
        order = state["orders"].get(key)
        return order["status"] if order else None

    def forget(self, state: State, key: str) -> None:
        state["orders"].pop(key, None)


class Shop:
    """Its webhook is sent by the caller: that takes time."""

    name = "shop"

    def order(self, state: State, stall: State, life: State, at: datetime) -> str:
        (slug,) = life["goods"]
        cart = shop.Cart(
            items=((slug, life["pieces"]),),
            promo_code=life["mark"],
            click_id=life["click"],
            phone=f"+770{life['number'] % 10**8:08}",
            email=f"buyer{life['number'] % 10**6}@example.kz",
        )
        made = shop.order_create(self._shop(state, stall["account"]), cart, at)
        life["key"] = f"{stall['account']} {made['id']}"
        return str(made["status"])

    def move(self, state: State, life: State, word: str, at: datetime) -> str:
        order = self.found(state, life["key"])
        if word == "refund":
            account = life["key"].partition(" ")[0]
            shop.refund_add(self._shop(state, account), order, order["total"], at)
        else:
            shop.status_set(order, word, at)
        return str(order["status"])

    def status(self, state: State, key: str) -> str | None:
        account, _, number = key.partition(" ")
        order = state["shops"].get(account, {"orders": {}})["orders"].get(number)
        return order["status"] if order else None

    def forget(self, state: State, key: str) -> None:
        account, _, number = key.partition(" ")
        if account in state["shops"]:
            state["shops"][account]["orders"].pop(number, None)

    def found(self, state: State, key: str) -> dict[str, Any]:
        account, _, number = key.partition(" ")
        return shop.order_of(self._shop(state, account), int(number))

    def _shop(self, state: State, slug: str) -> State:
        return shop.shop_of(state, slug)


SHOP = Shop()
MARKETPLACES: Mapping[str, Place] = {
    place.name: place for place in (Wildberries(), Ozon(), Kaspi())
}
PLACES: Mapping[str, Place] = {**MARKETPLACES, SHOP.name: SHOP}
