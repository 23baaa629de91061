"""What a shop's thank-you page tells: which order a click became. Source: facts/merchants.md 3.1.

Anybody can forge it, so it is read strictly, makes no order and no amount, and speaks for a click
only until something signed does. What is wrong in it is left out, or the whole of it: a page gets
no answer that it could read.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from uuid import UUID

from attribution.domain.codes import click_id_of_page

PAGE = "page"  # the endpoint of events that a shop's page sent
PAGE_CLICK = "page_click"  # the kind of evidence that they are
PAGE_CLICKS_MAX = 5  # of one order: whoever forges cannot bury the true one under thousands

BODY_BYTES_MAX = 2_048
ORDER_CHARS_MAX = 100
COUPON_CHARS_MAX = 64
VALUE_CHARS_MAX = 20
VALUE_MAX = Decimal(10) ** 10

_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class PageEvent:
    """An order as its thank-you page named it. `value`, `currency` and `coupon` are for people who
    look at the log: nothing is computed from them. `click` is 32 hex digits or ""."""

    order: str
    click: str = ""
    value: str = ""
    currency: str = ""
    coupon: str = ""

    @property
    def key(self) -> str:
        """Equal for the same order and click: a page that is loaded again says nothing new."""
        return f"{PAGE}:{self.click or '-'}:{self.order}"

    @property
    def click_id(self) -> UUID | None:
        return UUID(self.click) if self.click else None

    def body(self) -> bytes:
        """What is stored: only what was understood."""
        said = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(said, ensure_ascii=False).encode()


def page_event_read(body: bytes) -> PageEvent | None:
    """The event in a JSON object, or None when there is none."""
    if len(body) > BODY_BYTES_MAX:
        return None
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):  # not JSON, not UTF-8, or 2 kB of brackets
        return None
    return page_event_of(said) if isinstance(said, dict) else None


def page_event_of(said: Mapping[str, object]) -> PageEvent | None:
    """The event in the fields `order`, `click`, `value`, `currency` and `coupon`; without an order
    it says nothing."""
    order = _clean(said.get("order"), ORDER_CHARS_MAX)
    if not order:
        return None
    currency = _clean(said.get("currency"), 3)
    return PageEvent(
        order=order,
        click=click_id_of_page(_clean(said.get("click"), 64)),
        value=_amount(_clean(said.get("value"), VALUE_CHARS_MAX)),
        currency=currency if _CURRENCY.fullmatch(currency) else "",
        coupon=_clean(said.get("coupon"), COUPON_CHARS_MAX),
    )


def order_of_key(event_key: str) -> str:
    """The order that the event with this key named."""
    return event_key.split(":", 2)[2]


def _clean(value: object, chars_max: int) -> str:
    """A short text or whole number as text; "" for whatever no column can hold or no eye can see.
    What is too long is left out and never cut: cut ids would collide."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value).strip()
    if len(text) > chars_max or any(_is_unseen(char) for char in text):
        return ""
    return unicodedata.normalize("NFC", text)


def _is_unseen(char: str) -> bool:
    """A control, a lone surrogate, or what broken bytes became."""
    return char == "\ufffd" or unicodedata.category(char)[0] == "C"


def _amount(text: str) -> str:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return ""
    if not amount.is_finite() or not 0 <= amount <= VALUE_MAX:
        return ""
    return format(amount.quantize(Decimal("0.01")), "f")
