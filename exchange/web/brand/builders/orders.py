"""Orders: the list with its filters, the same as a file, and what one of them costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import FileResponse
from django.utils.translation import gettext as _

from attribution.connectors.receipt.connector import RECEIPT
from attribution.domain.lifecycle import ReasonCode
from attribution.models import Conversion, Order
from attribution.selectors.orders import (
    NOBODYS,
    BrandOrder,
    OrderFilter,
    order_counts,
    order_page,
    order_sources,
)
from core import clock
from core.bps import share_minor
from core.errors import Invalid
from exchange.web.brand.builders.common import ref_short
from exchange.web.brand.desk import Desk
from exchange.web.formatting import day_long, day_short, number_text
from exchange.web.pages import orders as pages
from exchange.web.pages.common import Choice, Term
from exchange.web.paging import pager, query_url
from exchange.web.reward_words import cut_hint
from exchange.web.sale_words import reason_name, sale_hint
from exchange.web.spreadsheet import csv_answer, tenge_cell
from exchange.web.totals_words import TOTAL_HOLD, is_total
from exchange.web.words import STATUSES, status_of, word_of
from ledger.domain.accounts import CURRENCY

QUERY_CHARS_MAX = 80
CSV_PAGE_ROWS = 1_000
CSV_ROWS_MAX = 50_000

# What a chip of the list shows, by statuses
FILTERS: Mapping[str, tuple[str, ...]] = {
    "pending": ("pending", "awaiting_funding"),
    "on_hold": ("on_hold",),
    "approved": ("approved", "partly_reversed"),
    "paid": ("paid",),
    "lost": ("rejected", "reversed"),
    "unmatched": (NOBODYS,),
}
FINAL = (
    Conversion.Status.APPROVED,
    Conversion.Status.PAID,
    Conversion.Status.PARTLY_REVERSED,
)
LOST = (Conversion.Status.REJECTED, Conversion.Status.REVERSED)


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter as the address says it; words that mean nothing are left out."""

    status: str = ""
    source: str = ""
    query: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        status = given.get("status", "")
        return cls(
            status=status if status in FILTERS else "",
            source=given.get("source", "")[:QUERY_CHARS_MAX],
            query=given.get("q", "").strip()[:QUERY_CHARS_MAX],
        )

    @property
    def filter(self) -> OrderFilter:
        return OrderFilter(
            statuses=FILTERS.get(self.status, ()),
            source=self.source,
            query=self.query,
            by_deadline=self.status == "on_hold",
        )

    def words(self, **other: str) -> dict[str, str]:
        """For an address: the filter, with some of it otherwise."""
        return {"status": self.status, "source": self.source, "q": self.query} | other


# --- The list -------------------------------------------------------------------------------


def orders(desk: Desk, asked: Asked, *, after: str) -> pages.Orders:
    page = order_page(desk.brand.pk, asked.filter, after=after)
    sources = order_sources(desk.brand.pk)
    is_filtered = asked != Asked()
    return pages.Orders(
        rows=[_order_row(desk, sale) for sale in page.rows],
        choices=_status_choices(order_counts(desk.brand.pk, asked.filter), asked),
        csv_url=desk.url("orders_csv") + query_url(asked.words()),
        connect_url=desk.url("integrations"),
        sources=_source_choices(sources, asked) if len(sources) > 1 else [],
        kept=[(name, asked.words()[name]) for name in ("status", "source") if asked.words()[name]],
        query=asked.query,
        is_filtered=is_filtered,
        filter_text=_filter_text(asked) if is_filtered else "",
        clear_url=desk.url("orders"),
        checks=desk.waiting.orders,
        checks_due_at=desk.waiting.first_at,
        checks_url=query_url({"status": "on_hold"}),
        pager=pager(len(page.rows), after, page.after, asked.words()),
    )


def _status_choices(counts: Mapping[str, int], asked: Asked) -> list[Choice]:
    everything = Choice(
        _("All"), query_url(asked.words(status="")), not asked.status, sum(counts.values())
    )
    return [
        everything,
        *(
            Choice(
                _chip(key),
                query_url(asked.words(status=key)),
                key == asked.status,
                sum(counts.get(status, 0) for status in statuses),
            )
            for key, statuses in FILTERS.items()
        ),
    ]


def _chip(key: str) -> str:
    return _("Not counted") if key == "lost" else str(STATUSES["sale"][key].word)


def _source_choices(sources: Sequence[str], asked: Asked) -> list[Choice]:
    return [
        Choice(_("All sources"), query_url(asked.words(source="")), not asked.source),
        *(
            Choice(
                word_of("source", each), query_url(asked.words(source=each)), each == asked.source
            )
            for each in sources
        ),
    ]


def _filter_text(asked: Asked) -> str:
    """The filter in words, for a list that it has emptied."""
    parts = [
        _chip(asked.status) if asked.status else "",
        word_of("source", asked.source) if asked.source else "",
        f"«{asked.query}»" if asked.query else "",
    ]
    return ", ".join(filter(None, parts))


def _order_row(desk: Desk, sale: BrandOrder) -> pages.OrderRow:
    order, leading = sale.order, sale.leading
    return pages.OrderRow(
        url=desk.url("order", order.public_id),
        ref=ref_short(order.number),
        source=order.source,
        day=order.placed_at,
        name=", ".join(sale.names),
        minor=sale.reward_minor,
        status=sale.status,
        grade=leading.grade if leading else "",
        hint=order_hint(sale),
        term=_term(leading) if leading else None,
        decided=_decided(leading) if leading else "",
    )


def _term(conversion: Conversion) -> Term | None:
    if conversion.status != Conversion.Status.ON_HOLD or conversion.hold_until is None:
        return None
    hold = timedelta(days=conversion.terms.hold_days)
    return Term(conversion.hold_until, conversion.hold_until - hold)


def _decided(conversion: Conversion) -> str:
    if conversion.reason_code:
        return reason_name(conversion.reason_code)
    return day_short(conversion.approved_at) if conversion.approved_at else ""


WAITING = (Conversion.Status.PENDING, Conversion.Status.ON_HOLD)


def order_hint(sale: BrandOrder) -> str:
    """Why an order is where it is, and what comes next."""
    leading = sale.leading
    if leading is None:
        return _nobodys_hint(sale.order)
    if sale.status == Conversion.Status.REJECTED:
        return _rejected_hint(leading)
    if sale.status in WAITING and leading.waits_for_word and leading.source == RECEIPT:
        return _("A buyer claimed this receipt. Confirm it with your list of receipts.")
    if sale.status in WAITING and leading.waits_for_word:
        return _("Only your thank-you page named this click. Confirm that the sale is real.")
    if cut := cut_hint(leading.reason_code):
        return cut
    is_held = sale.status == Conversion.Status.ON_HOLD
    if is_held and is_total(leading) and leading.hold_until is not None:
        return TOTAL_HOLD % {"date": day_long(leading.hold_until)}
    return sale_hint(
        sale.status,
        side="brand",
        on=leading.hold_until if is_held else None,
        hold_days=leading.terms.hold_days,
    )


def _rejected_hint(conversion: Conversion) -> str:
    """Who refused it: the order itself, later evidence, or the brand."""
    if conversion.source == RECEIPT and conversion.reason_code == ReasonCode.ORDER_CANCELLED:
        return _("Nobody confirmed this receipt, so nobody earns from it.")
    if conversion.reason_code == ReasonCode.ORDER_CANCELLED:
        return _("The order was cancelled, so nobody earns from it.")
    if conversion.reason_code == ReasonCode.DUPLICATE:
        return _("Another source told the same sale first: it counts there, once.")
    if conversion.reason_code == ReasonCode.NOT_YOUR_CODE:
        return _("Later evidence showed that this order is not theirs.")
    assert conversion.reason_code is not None, conversion.pk  # the database sees to it
    return sale_hint("rejected", side="brand", reason=reason_name(conversion.reason_code))


def _nobodys_hint(order: Order) -> str:
    """Why nobody earns from an order."""
    if order.is_test:
        return _("A test order: nothing was sold.")
    if order.same_sale_id is not None:
        return _("Another source told the same sale first: it counts there, once.")
    if order.currency != CURRENCY and order.rate is None:
        said = _("The order is in %(currency)s: it counts once the National Bank's rate is known.")
        return said % {"currency": order.currency}
    if order.status == Order.Status.UNMAPPED:
        return str(status_of("unmapped", "event").hint)
    return sale_hint(NOBODYS)


# --- The list to take away ------------------------------------------------------------------


def orders_csv(desk: Desk, asked: Asked) -> FileResponse:
    """What the filter shows, all of it.

    Raises:
        Invalid: too many orders for one file.
    """
    counts = order_counts(desk.brand.pk, asked.filter)
    wanted = FILTERS.get(asked.status, tuple(counts))
    count = sum(counts.get(status, 0) for status in wanted)
    if count > CSV_ROWS_MAX:
        said = _("%(count)s orders are too many for one file, the most is %(max)s. Filter them.")
        raise Invalid(
            said % {"count": number_text(count), "max": number_text(CSV_ROWS_MAX)},
            code="too_many_rows",
        )
    name = f"orders-{desk.brand.slug}-{clock.today():%Y-%m-%d}.csv"
    return csv_answer(name, _csv_header(), map(_csv_row, _all_orders(desk, asked.filter)))


def _all_orders(desk: Desk, asked: OrderFilter) -> Iterator[BrandOrder]:
    after = "begin"
    while after:
        page = order_page(desk.brand.pk, asked, after=after, rows=CSV_PAGE_ROWS)
        yield from page.rows
        after = page.after


def _csv_header() -> list[str]:
    return [
        _("Order"),
        _("Source"),
        _("Ordered"),
        _("Influencer"),
        _("Campaign"),
        _("Status"),
        _("Evidence"),
        _("Counted from, ₸"),
        _("Reward, ₸"),
        _("Birge fee, ₸"),
        _("VAT, ₸"),
        _("Hold until"),
        _("Approved"),
        _("Reason"),
    ]


def _csv_row(sale: BrandOrder) -> list[str]:
    order, leading = sale.order, sale.leading
    cost = cost_of(sale.conversions)
    amounts = (cost.base_minor, cost.reward_minor, cost.fee_minor, cost.vat_minor)
    return [
        order.number,
        word_of("source", order.source),
        _csv_day(order.placed_at),
        ", ".join(sale.names),
        ", ".join(dict.fromkeys(each.campaign.title for each in sale.conversions)),
        str(status_of(sale.status).word),
        leading.grade if leading else "",
        *(tenge_cell(minor if leading else None) for minor in amounts),
        _csv_day(leading.hold_until if leading else None),
        _csv_day(leading.approved_at if leading else None),
        reason_name(leading.reason_code) if leading and leading.reason_code else "",
    ]


def _csv_day(moment: datetime | None) -> str:
    return f"{clock.day_of(moment):%Y-%m-%d}" if moment else ""


# --- What an order costs --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cost:
    """Of an order to its brand, tiyn. `is_final` once every part is booked."""

    base_minor: int
    reward_minor: int
    fee_minor: int
    vat_minor: int
    is_final: bool

    @property
    def total_minor(self) -> int:
        return self.reward_minor + self.fee_minor + self.vat_minor


def cost_of(conversions: Sequence[Conversion]) -> Cost:
    """What was booked; and what is not booked yet, as it will be, to a tiyn of rounding."""
    kept = [each for each in conversions if each.status not in LOST]
    fees = [_fee_minor(each) for each in kept]
    vats = [
        each.vat_minor if each.status in FINAL else share_minor(fee, each.campaign.vat_bps)
        for each, fee in zip(kept, fees, strict=True)
    ]
    return Cost(
        base_minor=sum(each.base_minor for each in kept),
        reward_minor=sum(each.commission_minor for each in kept),
        fee_minor=sum(fees),
        vat_minor=sum(vats),
        is_final=all(each.status in FINAL for each in kept),
    )


def _fee_minor(conversion: Conversion) -> int:
    if conversion.status == Conversion.Status.AWAITING_FUNDING:  # nothing is booked
        return share_minor(conversion.commission_minor, conversion.campaign.platform_fee_bps)
    return max(0, conversion.fee_minor)  # rounded over the campaign: a tiny one may be -1
