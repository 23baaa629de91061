"""What the parameters of a postback are called, platform by platform.

The names are those under which a merchant reports a sale to that platform, so that a template
made for it needs a new address and nothing else. Source: facts/merchants.md section 3. Where the
platform has no name for something, ours of the native preset is taken; the README says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from attribution.connectors.base import OrderStatus, Trust

PresetName = Literal["native", "keitaro", "affise", "admitad", "tune", "everflow"]

# No preset reads `payout` as the value of an order: it is what a network pays, and what we pay an
# influencer follows from the terms of the campaign.
WORDS: Mapping[str, OrderStatus] = {
    "approved": "fulfilled",
    "confirmed": "fulfilled",
    "sale": "fulfilled",
    "paid": "fulfilled",
    "pending": "created",
    "hold": "created",
    "lead": "created",
    "new": "created",
    "declined": "cancelled",
    "rejected": "cancelled",
    "trash": "cancelled",
    "cancelled": "cancelled",
}
NATIVE_WORDS: Mapping[str, OrderStatus] = {
    "pending": "created",
    "paid": "paid",
    "approved": "fulfilled",
    "declined": "cancelled",
    "returned": "returned",
}
AFFISE_WORDS: Mapping[str, OrderStatus] = {
    "1": "fulfilled",
    "2": "created",
    "3": "cancelled",
    "5": "created",
}
PENDING = "pending"  # the word of a call that names no status


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """`secrets` are parameters in which that platform's senders put a password: never kept.

    `maps_words`: a call may say itself which of its words mean sale, lead and rejected.
    `position` and `position_count`: an order comes as one call per position.
    """

    name: PresetName
    title: str
    click: str
    order: str
    amounts: tuple[str, ...]
    currency: str = "currency"
    status: str = "status"
    promo: str = "promo_code"
    words: Mapping[str, OrderStatus]
    secrets: frozenset[str] = frozenset()
    time: str = ""
    signature: str = ""
    position: str = ""
    position_count: str = ""
    maps_words: bool = False

    @property
    def trust(self) -> Trust:
        return "signed" if self.signature else "hint"

    def read(self) -> tuple[str, ...]:
        """The names of all that is read, and so may not be a macro."""
        names = (
            self.click,
            self.order,
            *self.amounts,
            self.currency,
            self.status,
            self.promo,
            self.time,
            self.position,
            self.position_count,
        )
        return tuple(name for name in names if name)

    def query(self) -> str:
        """What to paste behind our address; what stands in braces the sender replaces."""
        values = {
            self.click: "{cpa_click}",
            self.order: "{order}",
            self.status: "{status}",
            self.amounts[0]: "{amount}",
            self.currency: "KZT",
            self.promo: "{promo_code}",
            self.position: "{position}",
            self.position_count: "{positions}",
            self.time: "{unix_time}",
            self.signature: "{signature}",
        }
        return "&".join(f"{name}={value}" for name, value in values.items() if name)


NATIVE = Preset(
    name="native",
    title="Birge (HMAC)",
    click="clickid",
    order="order_id",
    amounts=("sum",),
    words=NATIVE_WORDS,
    time="ts",
    signature="sig",
)
KEITARO = Preset(
    name="keitaro",
    title="Keitaro",
    click="subid",
    order="tid",
    amounts=("sum", "revenue"),
    words=WORDS,
    secrets=frozenset({"postback_key"}),
    maps_words=True,
)
AFFISE = Preset(
    name="affise",
    title="Affise",
    click="clickid",
    order="action_id",
    amounts=("sum",),
    words={**WORDS, **AFFISE_WORDS},
    secrets=frozenset({"secure"}),
)
ADMITAD = Preset(
    name="admitad",
    title="Admitad",
    click="uid",
    order="order_id",
    amounts=("price",),
    currency="currency_code",
    promo="promocode",
    words=WORDS,
    secrets=frozenset({"postback_key"}),
    position="position_id",
    position_count="position_count",
)
TUNE = Preset(
    name="tune",
    title="TUNE",
    click="transaction_id",
    order="adv_sub",
    amounts=("amount",),
    words=WORDS,
    secrets=frozenset({"security_token"}),
)
EVERFLOW = Preset(
    name="everflow",
    title="Everflow",
    click="transaction_id",
    order="order_id",
    amounts=("amount",),
    promo="coupon_code",
    words=WORDS,
    secrets=frozenset({"verification_token"}),
)
PRESETS: Mapping[str, Preset] = {
    preset.name: preset for preset in (NATIVE, KEITARO, AFFISE, ADMITAD, TUNE, EVERFLOW)
}
# Of every preset: whoever pasted one platform's template into another's connection keeps no
# password with us either.
SECRETS = frozenset().union(*(preset.secrets for preset in PRESETS.values())) | {"sig"}
