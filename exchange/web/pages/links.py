"""An influencer's links: the list, one to share, a new one for a pasted address."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from exchange.web.pages.codes import OwnCode
from exchange.web.pages.common import (
    Coming,
)


@dataclass(frozen=True, slots=True)
class LinkCard:
    """A tracking link as its owner sees it: `url` to share, `url_text` the same without https.
    `status` from words.LINK; `destination_text` is the page it leads to, without https.

    `orders` and `earned_minor` are the participation's, codes included; where it has several links
    (`is_of_several`) the card says so. `coming_text` is the rate that was announced, and its day.
    """

    title: str
    brand_name: str
    rate_text: str
    url: str
    url_text: str
    detail_url: str
    clicks: int
    orders: int
    earned_minor: int
    code: str = ""
    status: str = "on"
    destination_text: str = ""
    is_of_several: bool = False
    coming_text: str = ""


@dataclass(frozen=True, slots=True)
class Caption:
    """A ready text with the ad label in front; `label` and `text` are in that language."""

    language: Literal["kk", "ru"]
    short: str
    label: str
    text: str

    @property
    def whole(self) -> str:
        return f"{self.label}. {self.text}"


@dataclass(frozen=True, slots=True)
class Tagged:
    """The link with the names of a post in it. `names` are sub1 to sub5 as they were given, `url`
    is "" until there is one."""

    names: list[str]
    url: str = ""
    url_text: str = ""


@dataclass(frozen=True, slots=True)
class PhonesCard:
    """Numbers that followers left, and the orders whose buyers have them."""

    left: int
    orders: int
    credited: int
    waiting: int


@dataclass(frozen=True, slots=True)
class ReceiptsCard:
    """The page where followers claim receipts and leave numbers; `counts` are (key of
    words.RECEIPT, how many)."""

    url: str
    url_text: str
    counts: list[tuple[str, int]]
    takes_receipts: bool = True
    phones: PhonesCard | None = None


@dataclass(frozen=True, slots=True)
class LinkPage:
    """A link to share: at joining (`is_new`) and later from the list.

    `off_url` or `on_url` is posted to, whichever is possible. `stats_url` leads to its clicks.
    """

    card: LinkCard
    home_url: str
    campaign_url: str
    telegram_url: str
    whatsapp_url: str
    captions: list[Caption]
    destination_url: str
    qr_svg_url: str
    qr_png_url: str
    qr_mm: int
    tagged: Tagged
    per_sale_minor: int | None = None
    code_note: str = ""
    off_url: str = ""
    on_url: str = ""
    stats_url: str = ""
    receipts: ReceiptsCard | None = None
    own_code: OwnCode | None = None
    is_new: bool = False
    coming: Coming | None = None

    @property
    def has_more_names(self) -> bool:
        return any(self.tagged.names[1:])


@dataclass(frozen=True, slots=True)
class Cover:
    """A campaign that covers a pasted address; `value` names it in the form, `url` is its page."""

    value: str
    title: str
    brand_name: str
    rate_text: str
    per_sale_minor: int
    url: str
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class LinkForm:
    """A pasted address and its answer: covered (`mine`, then the form in the context makes the
    link), coverable (`open_to_join`), or nobody's yet (`host` to ask the brand about). `url` is ""
    until an address is pasted that can be a link; else it is what the link would store.

    `ask_text` is a ready message to the brand; `telegram_url` shares it.
    """

    typed: str
    action_url: str
    back_url: str
    link_start: str
    url: str = ""
    url_text: str = ""
    host: str = ""
    error: str = ""
    mine: list[Cover] = field(default_factory=list)
    open_to_join: list[Cover] = field(default_factory=list)
    campaigns_url: str = ""
    ask_text: str = ""
    telegram_url: str = ""


@dataclass(frozen=True, slots=True)
class Links:
    cards: list[LinkCard]
    campaigns_url: str
    create_url: str
