"""An action of Admitad as an order of ours: what both the postback and the statistics agree on.

Pure words and amounts; which of the two spoke is the caller's matter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from attribution.connectors import base
from attribution.connectors.base import OrderLineSnapshot, OrderStatus
from attribution.connectors.payload import Fields

# The numbers are those of the API, the words those of the statistics. Stalled is approved and not
# paid for by the shop: it counts as on its way, so that nothing is approved meanwhile.
STATUS: Mapping[str, OrderStatus] = {
    "5": "created",
    "new": "created",
    "8": "created",
    "pending": "created",
    "approved_but_stalled": "created",
    "6": "fulfilled",
    "approved": "fulfilled",
    "7": "cancelled",
    "declined": "cancelled",
}
SUBID_MAX = 50
_CLICK_ID = re.compile(rf"[0-9A-Za-z_-]{{1,{SUBID_MAX}}}", re.ASCII)


def status_of(raw_status: str) -> OrderStatus:
    return STATUS.get(raw_status.lower(), "unmapped")


def click_of(action: Fields) -> str | None:
    """Our click id, which the link carried as `subid`; None for whatever else stands there."""
    value = action.raw("subid")
    return value if isinstance(value, str) and _CLICK_ID.fullmatch(value) else None


def line_of(
    action: Fields,
    *,
    action_id: str,
    currency: str,
    value: str,
    reward: str,
    name: str,
    is_return: bool = False,
) -> OrderLineSnapshot:
    """The one line of an action. `value`, `reward` and `name` are the names of its fields.

    The amount is the value of the order where the network names one, and otherwise the reward that
    the network pays: the order was worth that much at the very least, and nobody is promised a
    share of money that nobody has named.
    """
    amount_minor = _amount(action, value, currency) or _amount(action, reward, currency)
    return OrderLineSnapshot(
        line_id=action_id,
        sku="",
        name=action.text_cut(name, length_max=base.NAME_MAX),
        quantity=1,
        amount_minor=amount_minor,
        returned_quantity=1 if is_return else 0,
        returned_minor=amount_minor if is_return else 0,
    )


def _amount(action: Fields, name: str, currency: str) -> int:
    """0 when it is absent, null or empty."""
    amount_minor = action.money_minor(name, currency, default="0")
    if amount_minor < 0:
        raise action.wrong(name, "negative")
    return amount_minor
