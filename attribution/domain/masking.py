"""A stored event as people may read it: what we read of an order, and nothing of its buyer.

A list of what is shown, and not of what is hidden: a source adds fields whenever it likes, and
the name of tomorrow's field with a phone in it is not known today.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl

HIDDEN = "••••"
TEXT_CHARS_MAX = 200
BODY_CHARS_MAX = 20_000
PATH_MAX = 8  # names of a form's parameter

# Objects and lists whose fields are looked at one by one; below any other key all is hidden.
OPEN = frozenset(
    {
        "line_items",
        "coupon_lines",
        "refunds",
        "meta_data",
        "order",
        "entries",
        "offer",
        # Ozon: a posting and a row of the returns
        "posting",
        "products",
        "action",
        "financial_data",
        "price",
        "row",
        "product",
        "visual",
        "status",
        # Postbacks, and orders of the REST API
        "said",
        "lines",
        # Forms of Tilda, amoCRM and Bitrix24
        "payment",  # Tilda's cart; of Admitad it is a number
        "leads",
        "add",
        "update",
        "delete",
        "restore",
        "account",
        "data",
        "FIELDS",
    }
)
# What the connectors read (README.md of each), and amounts and times beside it.
SHOWN = frozenset(
    {
        # WooCommerce
        "id",
        "number",
        "status",
        "currency",
        "date_created_gmt",
        "date_modified_gmt",
        "date_paid_gmt",
        "date_completed_gmt",
        "total",
        "total_tax",
        "subtotal",
        "subtotal_tax",
        "shipping_total",
        "shipping_tax",
        "discount_total",
        "discount",
        "quantity",
        "product_id",
        "variation_id",
        "sku",
        "price",
        "code",
        "key",
        # Wildberries: the order feed and the finance report
        "srid",
        "createdAt",
        "updatedAt",
        "cancelType",
        "sellerPrice",
        "nmId",
        "rrdId",
        "reportId",
        "saleDt",
        "docTypeName",
        "articleSubstitution",
        "uuidPromocode",
        "retailPrice",
        "retailAmount",
        "retailPriceWithDisc",
        "forPay",
        # Kaspi: orders of the API and of an uploaded file
        "read_at",
        "state",
        "creationDate",
        "totalPrice",
        "basePrice",
        "cancellationReason",
        "placed_on",
        "changed_on",
        "amount",
        # Ozon: postings, returns and pushes
        "scheme",
        "posting_number",
        "parent_posting_number",
        "order_number",
        "in_process_at",
        "offer_id",
        "currency_code",
        "actions",
        "sys_name",
        "change_moment",
        "message_type",
        "new_state",
        "old_state",
        "changed_state_date",
        "creation_date",
        "uuid",
        "seller_id",
        # Admitad: actions of the statistics, and postbacks
        "admitad_id",
        "payment_status",
        "reward_ready",
        "order_sum",
        "payment_sum",
        "offer_name",
        "action_id",
        "action_type",
        "action_date",
        "order_id",
        "cart",
        "payment",
        "subid",
        "advcampaign_id",
        "advcampaign_name",
        "processed",
        "paid",
        "is_return",
        # Orders of the REST API
        "external_id",
        "occurred_at",
        "updated_at",
        "fulfilled_at",
        "click_id",
        "promo_codes",
        "line_id",
        "returned_quantity",
        "amount_minor",
        # Tilda's carts, and deals of amoCRM and Bitrix24
        "orderid",
        "sys",
        "systranid",
        "promocode",
        "tranid",
        "formid",
        "deal",
        "raw_status",
        "placed_at",
        "closed_at",
        "click",
        "codes",
        "removed",
        "status_id",
        "old_status_id",
        "pipeline_id",
        "last_modified",
        "account_id",
        "subdomain",
        "event",
        "ts",
        "ID",
    }
)
CLICK_META_KEY = "_cpa_click_id"
# What Admitad and PHP send: several parameters. JSON never looks so: its names stand in quotes.
_FORM = re.compile(rb"[\w.%\[\]+-]+=[^&\s\"{}]*(?:&[\w.%\[\]+-]+=[^&\s\"{}]*)+")
_BRACKETS = re.compile(r"[\[\]]+")
_MACRO = re.compile(r"\{[\w.-]{1,64}\}|\[\[\[\w{1,64}\]\]\]", re.ASCII)  # that nobody replaced
_CLICK_ID = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)
# The second net, for what a shop types into a field that is shown
_PERSONAL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+|\+\d[\d\s()-]{8,}\d")


# (the object, its field): the same word hides a buyer's elsewhere.
SHOWN_INSIDE = frozenset(
    {
        ("line_items", "name"),
        ("products", "name"),
        ("product", "name"),
        ("row", "type"),
        ("offer", "name"),
        # An event of a shop's page (attribution.domain.page_events), all of it
        *(("", name) for name in ("order", "click", "value", "coupon")),
        ("lines", "name"),
        # A postback of any preset: what is read, and what is known to be nobody's
        *(("", name) for name in ("preset", "at", "refused")),
        *(
            ("said", name)
            for name in (
                "clickid",
                "subid",
                "uid",
                "transaction_id",
                "tid",
                "action_id",
                "order_id",
                "adv_sub",
                "sum",
                "revenue",
                "amount",
                "payout",
                "currency",
                "currency_code",
                "promo_code",
                "promocode",
                "coupon_code",
                "ts",
                "goal",
                "position_id",
                "position_count",
                "sale_status",
                "lead_status",
                "rejected_status",
            )
        ),
        # A postback of Admitad
        *(("", name) for name in ("time", "type")),
    }
)


def body_masked(raw: bytes) -> str | None:
    """The JSON of an event, indented, with its personal data hidden; a form as JSON too. None when
    it is neither."""
    try:
        is_form = _FORM.fullmatch(raw)
        value = _form_read(raw) if is_form else json.loads(raw.decode(), parse_float=str)
        text = json.dumps(_masked(value, "", is_open=True), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return None
    return text if len(text) <= BODY_CHARS_MAX else f"{text[:BODY_CHARS_MAX]}…"


def _form_read(raw: bytes) -> dict[str, Any]:
    """The parameters of a form; `a[0][b]` as an object of names without its numbers, so that each
    is judged by the names that it stands under."""
    form: dict[str, Any] = {}
    for name, value in parse_qsl(raw.decode(), keep_blank_values=True, errors="strict"):
        path = [part for part in _BRACKETS.split(name) if part and not part.isdecimal()]
        place = form
        for part in path[:PATH_MAX][:-1]:
            below = place.setdefault(part, {})
            place = below if isinstance(below, dict) else {}
        place[path[-1] if path else name] = value
    return form


def _masked(value: Any, key: str, *, is_open: bool, inside: str = "") -> Any:
    """`key` is the field that holds the value, `inside` the field that holds its object; below a
    closed field nothing opens again."""
    if isinstance(value, list):
        return [_masked(each, key, is_open=is_open, inside=inside) for each in value]
    if isinstance(value, dict):
        opens = is_open and (not key or key in OPEN)
        own = {
            str(name): _masked(each, str(name), is_open=opens, inside=key)
            for name, each in value.items()
        }
        return own | _click_of(value) if opens else own
    if value is None or value == "" or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "[") and not _MACRO.fullmatch(value):
        return HIDDEN  # an object within a text hides what no name of ours tells
    is_named = (inside, key) in SHOWN_INSIDE
    return _plain(value) if is_open and (key in SHOWN or is_named) else HIDDEN


def _click_of(entry: dict[str, Any]) -> dict[str, Any]:
    """Of an entry of meta data: our own click id, the one value that is nobody's."""
    value = entry.get("value")
    is_ours = entry.get("key") == CLICK_META_KEY and isinstance(value, str)
    return {"value": value} if is_ours and _CLICK_ID.fullmatch(str(value)) else {}


def _plain(value: Any) -> Any:
    """Text without what looks like an address or a number of somebody."""
    if not isinstance(value, str):
        return value
    text = _PERSONAL.sub(HIDDEN, value)
    return text if len(text) <= TEXT_CHARS_MAX else f"{text[:TEXT_CHARS_MAX]}…"
