"""Postings: the lists that tell the life of an order, and what one posting means to us.

POST /v4/posting/fbs/list and /v3/posting/fbo/list, facts/marketplaces.md 2.3, 2.9 and 7.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from attribution.connectors import base
from attribution.connectors.base import (
    EvidenceSnapshot,
    LineMoveSnapshot,
    OrderLineSnapshot,
    OrderSnapshot,
    OrderStatus,
    PollPage,
    PollRecord,
    Snapshot,
)
from attribution.connectors.ozon.client import (
    Ask,
    answered,
    digest,
    moment_text,
    refusal,
)
from attribution.connectors.ozon.money import price_minor
from attribution.connectors.payload import Fields, json_bytes
from core.money import MINOR_MAX

PAGE_ROWS = 100  # the most that Ozon gives
RESTARTS_MAX = 3  # of a round whose page cursor Ozon no longer knows
FIRST_DAYS = 60  # what a new connection reads, and what an FBO list reads again once a day
CHANGED_OVERLAP = timedelta(days=1)
FBS_DAYS = 180  # how old a posting may be whose change we still want; Ozon allows a year
FBO_DAYS = 7
SKU_MAX = 2**63 - 1
ACTIONS_MAX = 50
VOUCHER = "ozon_voucher"

STATUS: Mapping[str, OrderStatus] = {
    "awaiting_registration": "created",
    "acceptance_in_progress": "created",
    "awaiting_approve": "created",
    "awaiting_verification": "created",
    "awaiting_packaging": "created",
    "awaiting_deliver": "created",
    "sent_by_seller": "created",
    "driver_pickup": "created",
    "delivering": "created",
    "arbitration": "created",
    "client_arbitration": "created",
    "delivered": "fulfilled",
    "cancelled": "cancelled",
    "not_accepted": "cancelled",
}
# The goods go on in other postings, which name this one as their parent and speak for themselves.
SPLIT_STATUS = "cancelled_from_split_pending"

# --- Reading the lists -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PostingList:
    """One of the two lists. `filter_of` takes the cursor of the round before and the time."""

    scheme: str
    path: str
    filter_of: Callable[[Mapping[str, Any], datetime], dict[str, Any]]


def _fbs_filter(cursor: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What has changed since the round before, and a day more."""
    until = cursor.get("until")
    if until is None:
        return _ordered_within(FIRST_DAYS, now)
    changed = datetime.fromisoformat(until) - CHANGED_OVERLAP
    between = {"from": moment_text(changed), "to": moment_text(now)}
    return {**_ordered_within(FBS_DAYS, now), "last_changed_status_date": between}


def _fbo_filter(cursor: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """There is no filter by change: the last days, and once a day the last two months."""
    is_full = cursor.get("full_on") != _day(now)
    return _ordered_within(FIRST_DAYS if is_full else FBO_DAYS, now)


def _ordered_within(days: int, now: datetime) -> dict[str, Any]:
    return {"since": moment_text(now - timedelta(days=days)), "to": moment_text(now)}


def _day(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()


FBS = PostingList("fbs", "/v4/posting/fbs/list", _fbs_filter)
FBO = PostingList("fbo", "/v3/posting/fbo/list", _fbo_filter)


def page_read(which: PostingList, ask: Ask, cursor: Mapping[str, Any]) -> PollPage:
    """One page. A page's cursor is good within one query only, so the round keeps its filter; when
    Ozon no longer knows the cursor, the round begins again."""
    round_ = cursor if "filter" in cursor else _round_start(which, cursor, ask.now)
    request = {
        "filter": round_["filter"],
        "limit": ask.page_rows(PAGE_ROWS),
        "cursor": round_["page"],
        "sort_dir": "ASC",
        "with": {"analytics_data": False, "financial_data": True},
    }
    response = ask.post(which.path, request)
    if response.status == 429:
        return ask.limited(response, cursor)
    if response.status == 400 and round_["page"]:
        return _round_again(which, ask, round_, refusal(response))
    answer = answered(response)
    postings = answer.items("postings", most=PAGE_ROWS)
    is_last = not answer.flag("has_next")
    return PollPage(
        records=tuple(_record(which, posting, ask.now) for posting in postings),
        next_cursor=_round_end(round_) if is_last else _page_next(round_, answer),
        next_delay_seconds=ask.delay_seconds(is_last),
        is_last=is_last,
    )


def _round_start(which: PostingList, before: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "filter": which.filter_of(before, now),
        "page": "",
        "restarts": 0,
        "began": now.isoformat(),
        "before": {name: before[name] for name in ("until", "full_on") if name in before},
    }


def _round_again(
    which: PostingList, ask: Ask, round_: Mapping[str, Any], error: Exception
) -> PollPage:
    if round_["restarts"] >= RESTARTS_MAX:
        raise error
    again = _round_start(which, round_["before"], ask.now) | {"restarts": round_["restarts"] + 1}
    return PollPage((), again, ask.delay_seconds(False), is_last=False)


def _round_end(round_: Mapping[str, Any]) -> dict[str, Any]:
    began = datetime.fromisoformat(round_["began"])
    return {"until": round_["began"], "full_on": _day(began)}


def _page_next(round_: Mapping[str, Any], answer: Fields) -> dict[str, Any]:
    page = answer.text("cursor", length_max=4_096)
    if page == round_["page"]:
        raise answer.wrong("cursor", "did not move: the same page would come for ever")
    return {**round_, "page": page}


def _record(which: PostingList, posting: Fields, now: datetime) -> PollRecord:
    """The posting, and when we read it: it names no time of its last change itself."""
    number = posting.raw("posting_number")
    is_plain = isinstance(number, str) and 0 < len(number) <= 64 and number.isprintable()
    news = digest(_news(posting.plain()) if is_plain else posting.plain())
    key = f"ozon:{which.scheme}:{number if is_plain else 'odd'}:{news}"
    record = {"read_at": now.isoformat(), "scheme": which.scheme, "posting": posting.plain()}
    return PollRecord(key, json_bytes(record))


def _news(posting: Mapping[str, Any]) -> Any:
    """The parts that we translate: a change of any other part is no news."""
    financial = posting.get("financial_data")
    return [
        _part(posting, "status", "in_process_at", "parent_posting_number", "products"),
        _part(financial, "products"),
    ]


_USED_OF_PRODUCT = (
    "sku",
    "product_id",
    "name",
    "offer_id",
    "quantity",
    "price",
    "customer_price",
    "currency_code",
    "actions",
)


def _part(value: Any, *names: str) -> Any:
    """Only these fields of an object, and of each product in it only what is used."""
    if not isinstance(value, Mapping):
        return value
    part = {name: value.get(name) for name in names}
    products = part.get("products")
    if isinstance(products, list):
        part["products"] = [_part(product, *_USED_OF_PRODUCT) for product in products]
    return part


# --- What one posting means -------------------------------------------------------------------


def posting_parse(record: Fields) -> list[Snapshot]:
    """The snapshots of a posting: its evidence, its order, and what it took over from its parent.

    One posting is one order of ours; a checkout that Ozon ships in parts is several.
    """
    posting = record.child("posting")
    number = posting.text("posting_number", length_max=base.NUMBER_MAX)
    raw_status = posting.text("status", length_max=base.RAW_STATUS_MAX)
    read_at = record.moment("read_at", zone=UTC)
    status = STATUS.get(raw_status, "unmapped")
    placed_at = posting.moment_or_none("in_process_at", zone=UTC)
    if raw_status == SPLIT_STATUS:
        return []
    if placed_at is None and status != "fulfilled":
        return []  # nobody has paid yet
    lines, currency = _lines(posting)
    order = OrderSnapshot(
        external_id=number,
        number=number,
        status=status,
        raw_status=raw_status,
        currency=currency,
        placed_at=placed_at or read_at,
        source_updated_at=read_at,
        fulfilled_at=read_at if status == "fulfilled" else None,
        lines=lines,
        may_lag=True,
    )
    return [*_vouchers(posting, order), order, *_taken_over(posting, order)]


@dataclass(slots=True)
class _Line:
    """Products of one sku, summed: the sku is what tells the lines of a posting apart."""

    name: str
    quantity: int = 0
    amount_minor: int = 0
    market_minor: int = 0


def _lines(posting: Fields) -> tuple[tuple[OrderLineSnapshot, ...], str]:
    products = posting.items("products", most=base.LINES_MAX)
    if not products:
        raise posting.wrong("products", "empty")
    earned = _financial_products(posting)
    lines: dict[str, _Line] = {}
    currencies: set[str] = set()
    for product in products:
        sku = str(product.integer("sku", least=1, most=SKU_MAX))
        quantity = product.integer("quantity", most=base.QUANTITY_MAX)
        unit_minor, currency = _unit_price(product, earned.get(sku))
        currencies.add(currency)
        line = lines.setdefault(sku, _Line(product.text_cut("name", length_max=base.NAME_MAX)))
        line.quantity += quantity
        line.amount_minor += unit_minor * quantity
        line.market_minor += _ozon_pays(earned.get(sku), unit_minor, currency) * quantity
        if line.amount_minor > MINOR_MAX or line.quantity > base.QUANTITY_MAX:
            raise product.wrong("quantity", "more than any order holds")
    if len(currencies) != 1:
        raise posting.wrong("products", "in several currencies")
    snapshots = tuple(
        OrderLineSnapshot(
            line_id=sku,
            sku=sku,
            name=line.name,
            quantity=line.quantity,
            amount_minor=line.amount_minor,
            market_minor=line.market_minor,
        )
        for sku, line in lines.items()
    )
    return snapshots, currencies.pop()


def _financial_products(posting: Fields) -> dict[str, Fields]:
    """What the seller earns with each sku; `product_id` there is the sku."""
    financial = posting.child_or_empty("financial_data")
    rows = financial.items_or_empty("products", most=base.LINES_MAX)
    return {str(row.integer("product_id", least=1, most=SKU_MAX)): row for row in rows}


def _ozon_pays(earned: Fields | None, unit_minor: int, currency: str) -> int:
    """What of the seller's price of one piece Ozon pays in the buyer's place; 0 where it does not
    say, or tells the buyer's price in another currency."""
    paid = price_minor(earned, "customer_price", currency) if earned is not None else None
    return max(0, unit_minor - paid[0]) if paid is not None and paid[1] == currency else 0


def _unit_price(product: Fields, earned: Fields | None) -> tuple[int, str]:
    """The seller's price of one piece after the seller's promotions: not less what Ozon pays.

    financial_data has it; before it is there, the product's own price.
    """
    own = price_minor(product, "price")
    if earned is not None:
        found = price_minor(earned, "price", own[1] if own else None)
        if found is not None:
            return found
    if own is None:
        raise product.wrong("price", "missing or empty")
    return own


def _vouchers(posting: Fields, order: OrderSnapshot) -> Sequence[EvidenceSnapshot]:
    """The names of the promotions of each line: a voucher of one influencer is one of them."""
    known = {line.line_id for line in order.lines}
    return [
        EvidenceSnapshot(
            external_id=order.external_id,
            line_id=sku,
            kind=VOUCHER,
            value=action,
            occurred_at=order.placed_at,
            currency=order.currency,
        )
        for sku, row in _financial_products(posting).items()
        if sku in known
        for action in _actions(row)
    ]


def _actions(row: Fields) -> list[str]:
    """Titles of promotions; one that is longer than ours may be is nobody's."""
    actions = row.raw("actions")
    if actions is None:
        return []
    if not isinstance(actions, list) or len(actions) > ACTIONS_MAX:
        raise row.wrong("actions", "not a short list")
    texts = [Fields({"title": title}, row.path("actions")) for title in actions]
    found = [text.text_or_none("title") for text in texts]
    return [title for title in found if title and len(title) <= base.EVIDENCE_VALUE_MAX]


def _taken_over(posting: Fields, order: OrderSnapshot) -> Sequence[LineMoveSnapshot]:
    parent = posting.text_or_none("parent_posting_number")
    if parent is None or parent == order.external_id:
        return []
    parent = posting.text("parent_posting_number", length_max=base.NUMBER_MAX)
    return [
        LineMoveSnapshot(
            external_id=parent,
            line_id=line.line_id,
            move_id=f"split:{order.external_id}",
            kind="split",
            quantity=line.quantity,
            source_updated_at=order.source_updated_at,
        )
        for line in order.lines
    ]
