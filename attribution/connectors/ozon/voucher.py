"""Vouchers: a promotion of one influencer, whose title comes back in the rows of its orders.

POST /v1/seller-actions/create/voucher and …/voucher/get, facts/marketplaces.md 2.7. The goods are
added to the promotion in the cabinet: what …/products/add wants is not documented to us.
Some accounts may not use these methods ("not available for sellers from CIS").
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from attribution.connectors.base import UnknownPayload
from attribution.connectors.ozon.client import Ask, answered, moment_text

CREATE_PATH = "/v1/seller-actions/create/voucher"
CODES_PATH = "/v1/seller-actions/voucher/get"
TITLE_MAX = 64
CODES_MAX = 10_000

DiscountType = Literal["PERCENT", "CURRENCY"]
VoucherType = Literal["ONE", "MULTIPLE", "UNIQUE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVoucher:
    """`title` names the influencer's participation and comes back in orders. `discount_value` is
    percent or whole units of the account's currency; `budget` is in that currency, too."""

    title: str
    starts_at: datetime
    ends_at: datetime
    discount_type: DiscountType
    discount_value: int
    budget: int
    voucher_type: VoucherType
    codes: int = 1


def voucher_create(ask: Ask, new: NewVoucher) -> int:
    """Make the promotion; its id at Ozon. Never asked twice by itself: two would be two.

    Raises:
        SourceRefused: Ozon said no.
        UnknownPayload: an answer without an id.
    """
    body: dict[str, Any] = {
        "title": new.title,
        "date_start": moment_text(new.starts_at),
        "date_end": moment_text(new.ends_at),
        "discount_type": new.discount_type,
        "discount_value": new.discount_value,
        "budget": new.budget,
        "user_ids": [],
        "voucher_parameters": {
            "type": new.voucher_type,
            "count_codes": new.codes,
            "is_private": True,
        },
    }
    answer = answered(ask.post(CREATE_PATH, body, is_idempotent=False))
    return answer.integer("action_id", least=1, most=2**63 - 1)


def voucher_codes(ask: Ask, action_id: int) -> Sequence[str]:
    """The first column of the codes file. What other columns it has is not documented.

    Raises:
        SourceRefused: Ozon said no.
        UnknownPayload: not a text of lines.
    """
    response = ask.post(CODES_PATH, {"action_id": action_id})
    if response.status != 200:
        answered(response)
    try:
        rows = list(csv.reader(io.StringIO(response.body.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnknownPayload(f"body: not CSV ({type(error).__name__})") from None
    if len(rows) > CODES_MAX:
        raise UnknownPayload("body: more codes than any voucher has")
    return [row[0].strip() for row in rows if row and row[0].strip()]
