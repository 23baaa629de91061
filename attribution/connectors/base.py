"""The words every connector speaks: what an order is to us, whatever shop it came from.

A connector translates and decides nothing. It knows no Django, no database and no queue; HTTP is
handed to it (`HttpClient`, the shape of `core.http.OutgoingClient`), and so is the time. How to
add one: docs/howto/add-a-connector.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Literal, NamedTuple, Protocol

IPAddress = IPv4Address | IPv6Address
OrderStatus = Literal["created", "paid", "fulfilled", "cancelled", "returned", "unmapped"]
ORDER_STATUSES: tuple[OrderStatus, ...] = (
    "created",
    "paid",
    "fulfilled",
    "cancelled",
    "returned",
    "unmapped",
)
Trust = Literal["signed", "hint"]
MoveKind = Literal["return", "cancellation", "split", "receipt", "withdrawal"]
NoticeKind = Literal["uninstalled", "buyer_asked", "buyer_erased", "shop_erased"]
CallsState = Literal["on", "healed", "off", "missing", "unknown"]
ShownNote = Literal["", "draft", "older"]

# What a connector promises about lengths, so that a column can be as wide and no wider. Ids are
# refused above it (cut ids would collide); words for people are cut.
EXTERNAL_ID_MAX = 128
NUMBER_MAX = 64
RAW_STATUS_MAX = 64
SKU_MAX = 128
NAME_MAX = 255
PROMO_CODE_MAX = 64
CLICK_ID_MAX = 64
EVIDENCE_VALUE_MAX = 128
PHONE_MAX = 32
EMAIL_MAX = 254
LINES_MAX = 500
PROMO_CODES_MAX = 20
QUANTITY_MAX = 1_000_000
TAG_MAX = 200


class ConnectorError(Exception):
    """Something about a source that its connector could not translate."""


class BadSignature(ConnectorError):
    """No active secret of the connection signed these bytes."""


class CallRefused(ConnectorError):
    """Not a call that this source would make: the wrong sender, account or shape of the whole.

    `status` is what it is answered with, `code` the source's own word where it has one.
    """

    def __init__(self, status: int, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.status, self.reason, self.code = status, reason, code


class UnknownPayload(ConnectorError):
    """The shape is not the documented one. `reason` names the field: "line_items[0].total: ..."."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SourceRefused(ConnectorError):
    """A polled source answered, and its answer was no. Asking again will not heal it.

    `detail` is the source's own text, cut, for ops; it never holds our credentials.
    """

    code = "request_refused"

    def __init__(self, status: int, detail: str = "") -> None:
        super().__init__(f"{self.code} ({status}): {detail}")
        self.status = status
        self.detail = detail


class CredentialsRefused(SourceRefused):
    """401: the token is wrong, revoked or expired. The brand must give a new one."""

    code = "credentials_refused"


class PaymentRequired(SourceRefused):
    """402: the source wants money from its seller before it answers."""

    code = "payment_required"


class AccessDenied(SourceRefused):
    """403: the token is right, and may not do this (a category is missing)."""

    code = "access_denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLineSnapshot:
    """One line of an order as the source shows it now.

    `amount_minor` is what the buyer paid for the goods of the line, after every discount and
    without delivery, VAT included; `tax_minor` is the VAT inside it (0 when the source names
    none). `returned_minor` is the part of `amount_minor` given back so far and may go down again.
    `market_minor` is the part of `amount_minor` that a marketplace pays in the buyer's place (0
    when the source does not say). `external_codes` are (kind, value) pairs the source ties to the
    line itself.
    """

    line_id: str
    sku: str
    name: str
    quantity: int
    amount_minor: int
    returned_quantity: int = 0
    returned_minor: int = 0
    tax_minor: int = 0
    market_minor: int = 0
    external_codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSnapshot:
    """The whole order as the source shows it now: a state to upsert, not an event to apply.

    `source_updated_at` is the source's own version time: an older snapshot is kept and ignored.
    `status` is "unmapped" for a word we do not know; `raw_status` keeps that word.
    `fulfilled_at` is None as long as (or when) the source does not say it. A return names what
    came back in the lines; status "returned" means all of it.
    `discounted_codes` are those of `promo_codes` that took something off, where the source tells.
    `customer_phone` is E.164 or None when what the source holds cannot be a number. `buyer_told` is
    "new" or "returning" where the shop says so itself. `may_lag`: the
    version time is when we read it, and the source's lists may show yesterday: what is received,
    cancelled or returned stays so, whatever a later page says.
    """

    external_id: str
    number: str
    status: OrderStatus
    raw_status: str
    currency: str
    placed_at: datetime
    source_updated_at: datetime
    lines: tuple[OrderLineSnapshot, ...]
    fulfilled_at: datetime | None = None
    click_id: str | None = None
    promo_codes: tuple[str, ...] = ()
    discounted_codes: tuple[str, ...] = ()
    customer_phone: str | None = None
    customer_email: str | None = None
    buyer_told: str = ""
    is_test: bool = False
    may_lag: bool = False


def discounted(codes: Sequence[str], took_off: Sequence[bool]) -> tuple[str, ...]:
    """The codes that took something off, where there is a choice: of a single one nobody asks."""
    if len(codes) < 2:
        return ()
    return tuple(code for code, has in zip(codes, took_off, strict=True) if has)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRemoval:
    """The source says that the order is gone, and says nothing more about it.

    Treat it as a cancellation of an order we know; of one we do not know it is no news.
    """

    external_id: str
    raw_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSnapshot:
    """Late evidence: a row of the source that ties a code to an order we (may) already have.

    `kind` is "wb_substitute_article", "wb_promo_uuid" or "ozon_voucher"; `value` is the platform's
    id as it came.
    `is_return` says that the row books goods coming back (the code is the same one). `amounts`
    are (name in the source, minor units) for the trace, not a base of commission.
    """

    external_id: str
    line_id: str
    kind: str
    value: str
    occurred_at: datetime
    currency: str
    is_return: bool = False
    amounts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMoveSnapshot:
    """What became of the goods of a line, told by the source outside the order itself.

    `kind` "return": the buyer had them and gave them back. "cancellation" and "split": they never
    reached the buyer, or went on in another order; these two count only for what the order itself
    does not leave out already. "receipt" and "withdrawal" are of the order as a whole, and say no
    amount: the buyer has it, or it was cancelled before. One `move_id` is one row of the source,
    the latest `source_updated_at` of it counts (for a receipt it is the moment of that), and
    `quantity` 0 takes it back.
    """

    external_id: str
    line_id: str
    move_id: str
    kind: MoveKind
    quantity: int
    source_updated_at: datetime


@dataclass(frozen=True, slots=True)
class Doorbell:
    """An unsigned call says that there is news. It is believed nothing: the lists are read now.

    `caller` is what its caller is to be known by from now on, as settings of the connection: the
    first call that passed every other check says it, and no later one changes it.
    """

    endpoints: tuple[str, ...]
    caller: tuple[tuple[str, str], ...] = ()


class TagCount(NamedTuple):
    """A day of one tag as the platform counts it; None is what it does not name. `ordered` are
    pieces, `day_on` is a day of the platform's own."""

    day_on: date
    tag: str
    visits: int | None
    ordered: int | None
    amount_minor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficSnapshot:
    """The platform's own totals per tag and day: a state to upsert. Says nothing of any order."""

    source_updated_at: datetime
    currency: str
    counts: tuple[TagCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNotice:
    """Not about an order's state: our application was taken out of the shop ("uninstalled"), or the
    shop speaks for a buyer (or, leaving, for all) whose data we hold. `order_ids` are the orders
    of that buyer, as far as the shop names them; `phone` is E.164."""

    kind: NoticeKind
    order_ids: tuple[str, ...] = ()
    phone: str | None = None


Snapshot = (
    OrderSnapshot
    | OrderRemoval
    | EvidenceSnapshot
    | LineMoveSnapshot
    | Doorbell
    | TrafficSnapshot
    | SourceNotice
)


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What the source wants to hear once its call is stored: its own words."""

    status: int = 200
    content_type: str = "text/plain; charset=utf-8"
    body: bytes = b"ok"


class Translator(Protocol):
    """A source whose calls have a door of their own; what that stores is translated here."""

    source: str

    def parse(self, body: bytes, settings: Mapping[str, Any]) -> list[Snapshot]:
        """As of WebhookConnector."""


class WebhookConnector(Protocol):
    """A source that calls us. `headers` always have lower-case names."""

    source: str
    trust: Trust

    def caller_check(
        self, address: IPAddress | None, body: bytes, settings: Mapping[str, Any]
    ) -> None:
        """What a source without a signature has to be judged by. Asked before everything else.

        `address` is the true peer, behind our own proxies; None when it cannot be told.

        Raises:
            CallRefused: this source would not call so.
        """

    def is_ping(self, headers: Mapping[str, str], body: bytes) -> bool:
        """A call that must be answered and creates nothing. Asked before `verify`."""

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> None:
        """Check the signature on the raw bytes against every active secret, in constant time.

        Raises:
            BadSignature: none of `secrets` made it (also when there are none).
        """

    def event_key(self, headers: Mapping[str, str], body: bytes) -> str:
        """Equal for equal news, so that a repeated delivery is one row. Never raises."""

    def answer(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> WebhookAnswer:
        """The 2xx of this source: for a stored event, a duplicate and a ping alike. `now` is when
        we began to work on the call."""

    def refusal(self, status: int, reason: str, code: str = "") -> WebhookAnswer:
        """A no in the words of this source."""

    def parse(self, body: bytes, settings: Mapping[str, Any]) -> list[Snapshot]:
        """Translate. An empty list: understood, and nothing to say about an order.

        Raises:
            UnknownPayload: not the documented shape; the only exception there is.
        """


class HttpResponse(Protocol):
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]:
        """Lower-case names."""

    @property
    def body(self) -> bytes: ...


class HttpClient(Protocol):
    """What a connector may do to the outside world; `core.http.OutgoingClient` is one."""

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
        is_idempotent: bool = False,
        accept: Container[int] = (),
        hidden: str = "",
    ) -> HttpResponse:
        """One call. A status outside `accept` raises, as does a call without an answer. `hidden`
        is what of the path may stand in no log."""


class KnownOrders(Protocol):
    """What we have of a connection's orders, for a source that cannot be asked what changed.

    Such a source is read whole again and again: `last_keys` tells news from what is known, and
    `open_after` names the orders that its lists no longer show. One that calls us besides shows in
    its lists what it has told already: `versions` says so.
    """

    def versions(self, external_ids: Sequence[str]) -> Mapping[str, datetime]:
        """{order: the source's own time of the state that we have}, without those we lack and
        those we have by hearsay only."""

    def last_keys(self, external_ids: Sequence[str]) -> Mapping[str, str]:
        """{order: the key of the event that its state comes from}, without those we lack."""

    def open_after(self, external_id: str, *, placed_before: datetime, most: int) -> Sequence[str]:
        """The next orders that may still change, in a fixed order that begins after `external_id`.

        Fewer than `most` means that the end is reached; asked again with "" they begin anew, so
        that the one that was read longest ago is always the next.
        """


class NoOrders:
    """Nothing is known yet."""

    def versions(self, external_ids: Sequence[str]) -> Mapping[str, datetime]:
        return {}

    def last_keys(self, external_ids: Sequence[str]) -> Mapping[str, str]:
        return {}

    def open_after(self, external_id: str, *, placed_before: datetime, most: int) -> Sequence[str]:
        return ()


@dataclass(frozen=True, slots=True)
class PollConnection:
    """What a poll needs to know of a brand's connection: its token, its settings, its orders.

    `call_url` is where the source's own calls go ("" for one that never calls), `connected_at`
    since when its orders are ours to count (None: all of them are).
    """

    secret: str = field(repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)
    orders: KnownOrders = field(default_factory=NoOrders)
    call_url: str = field(default="", repr=False)
    connected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One list of a source that we read again and again, and how often it may be asked.

    `interval_seconds` is the least pause between two requests, by kind of token;
    `round_seconds` the least pause after the last page, before all is read from the start.
    """

    name: str
    interval_seconds: Mapping[str, int]
    round_seconds: int

    def delay_seconds(self, token_kind: str, *, is_last: bool) -> int:
        interval = self.interval_seconds[token_kind]
        return max(interval, self.round_seconds) if is_last else interval

    def delays(self, token_kind: str) -> Callable[[bool], int]:
        """`delay_seconds` of this kind of token, asked by whether a page was the last."""
        return lambda is_last: self.delay_seconds(token_kind, is_last=is_last)


class PollRecord(NamedTuple):
    event_key: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownOrder:
    """An order that a list of the source showed, to be held against ours in the difference report.

    `event_key` is that of the record it came with ("" when it brought none: we have it, or `note`
    says why it is no order of ours).
    """

    external_id: str
    number: str
    placed_at: datetime
    event_key: str = ""
    note: ShownNote = ""


@dataclass(frozen=True, slots=True)
class CallsReport:
    """Whether the source still calls us, as it says itself.

    "healed": it had stopped, and we made it call again just now. "off", "missing": it has stopped,
    or never began, and we may not change that. "unknown": we may not look. `detail` are its words.
    """

    state: CallsState
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PollPage:
    """One answer of a source.

    Store `records` and `next_cursor` in one transaction, then ask again no earlier than
    `next_delay_seconds` from now. `is_last` ends a round; the next one starts from `next_cursor`
    all the same. `is_limited`: the source said "too often", nothing was read. A source that calls
    us besides says in `shown` every order that the page held, and in `calls` whether it still
    calls.
    """

    records: tuple[PollRecord, ...]
    next_cursor: Mapping[str, Any]
    next_delay_seconds: int
    is_last: bool
    is_limited: bool = False
    shown: tuple[ShownOrder, ...] = ()
    calls: CallsReport | None = None


class PollConnector(Protocol):
    """A source that we ask."""

    source: str
    endpoints: Mapping[str, Endpoint]

    def endpoints_open(self, secret: str) -> Collection[str]:
        """Those of `endpoints` that this token may ask; the others are left out."""

    def fetch(
        self,
        client: HttpClient,
        endpoint: str,
        cursor: Mapping[str, Any],
        connection: PollConnection,
        *,
        now: datetime,
    ) -> PollPage:
        """Ask for one page. `cursor` is {} the first time, later what the last page gave.

        Raises:
            SourceRefused: a definite no (see its subclasses).
            UnknownPayload: an answer that is not the documented one.
            core.http.OutgoingError: no answer, or 5xx; try later with the same cursor.
        """

    def parse(self, endpoint: str, raw: bytes) -> list[Snapshot]:
        """Translate the body of one record of `endpoint`.

        Raises:
            UnknownPayload: not the documented shape; the only exception there is.
        """
