"""Whose an order would be, and what it would earn: tried by the rules and loaders that decide real
orders, in a transaction in which the database refuses every write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from attribution.connectors.receipt.connector import RECEIPT
from attribution.domain.match import AttributionDecision
from attribution.models import Connection, Conversion, Order, OrderLine
from attribution.selectors.dossiers import Dossier, Key, dossiers_load
from attribution.selectors.evidence import Tap, evidence_load
from attribution.selectors.news import News
from attribution.selectors.rates import rates_load
from attribution.services.decisions import lines_decided, order_decide
from attribution.services.orders import PHONE_PURPOSE
from attribution.services.simulated_claims import ReceiptBeside, numbers_meet, receipts_meet
from attribution.services.work import Work
from attribution.services.worth import Earned, Worths
from campaigns.models import Participation, TrackingLink
from core.bulk import row_new
from core.crypto import blind_index
from core.errors import Invalid, NotFound
from core.ids import uuid7
from core.tenancy.context import acting_as

NAME = "\N{MIDDLE DOT}simulated"  # no source names an order so
TAPPED_BEFORE = timedelta(minutes=1)  # a link that is given in place of a click


@dataclass(frozen=True, slots=True)
class ImaginedLine:
    sku: str
    amount_minor: int
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Imagined:
    """An order that might come. `link_token` is a link that was tapped just before, where no click
    is named. Tiyn."""

    connection_id: int
    placed_at: datetime
    lines: Sequence[ImaginedLine]
    click_id: UUID | None = None
    link_token: str = ""
    promo_codes: Sequence[str] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class SimulatedLine:
    """`earned` is None where nobody is credited, or the rate of its day is not known yet. `now` is
    what the line is in truth, for a stored order."""

    line: OrderLine
    decided: AttributionDecision
    participation: Participation | None
    earned: Earned | None
    now: Conversion | None


@dataclass(frozen=True, slots=True)
class Simulated:
    order: Order
    lines: list[SimulatedLine]
    is_stored: bool
    names: dict[int, Participation]  # everybody who is spoken for
    receipts: list[ReceiptBeside]  # that it may be one purchase with


# --- Asking ---------------------------------------------------------------------------------


def orders_called(brand_id: int, number: str) -> list[Order]:
    """Stored orders of the brand with this number or id. Runs as the brand."""
    found = Order.objects.filter(brand_id=brand_id, number=number)
    named = found.union(Order.objects.filter(brand_id=brand_id, external_id=number))
    return list(named.order_by("id"))


def stored_simulate(*, brand_id: int, order: Order) -> Simulated:
    """A stored order as it is known, under the rules of now."""
    assert order.brand_id == brand_id, order.pk
    key = (order.connection_id, order.external_id)
    with _writing_nothing():
        return _simulated(key, None)


def imagined_simulate(*, brand_id: int, imagined: Imagined) -> Simulated:
    """An order that never came.

    Raises:
        NotFound: no such source of the brand.
        Invalid: the click or the link is not the brand's.
    """
    with _writing_nothing():
        source = Connection.objects.defer("secrets").filter(
            pk=imagined.connection_id, brand_id=brand_id
        )
        shop = source.first()
        if shop is None:
            raise NotFound(_("There is no such source of orders."))
        key = (shop.pk, f"{NAME} {uuid7().hex}")
        return _simulated(key, (imagined, shop))


@contextmanager
def _writing_nothing() -> Iterator[None]:
    """As the system, with every write refused by the database and all of it taken back."""
    with acting_as(system="simulate an order"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
        yield
        transaction.set_rollback(True)  # which also ends the read-only time


# --- Trying ---------------------------------------------------------------------------------


def _simulated(key: Key, tried: tuple[Imagined, Connection] | None) -> Simulated:
    dossiers = dossiers_load({key})
    dossier = dossiers.get(key)
    taps: list[Tap] = []
    if tried is not None:
        imagined, shop = tried
        taps = _tapped(shop.brand_id, imagined)
        _order_imagine(dossier, imagined, shop, taps)
    numbers_meet(dossiers, dossier, tried[0].phone if tried is not None else "")
    news = News(names={key}, moments={dossier.the_order().placed_at})
    evidence = evidence_load(dossiers, news, is_locked=False, imagined=taps)
    work = Work(dossiers, evidence, rates_load(dossiers, news))
    if tried is not None:
        _click_require(work, dossier)
    decided = list(lines_decided(work, dossier))
    order_decide(work, dossier)
    lines = [now for of_order in work.settling for now in of_order]
    earned = Worths(evidence, [lines], {}).of_order(lines, {}) if lines else {}
    living = _living([line.pk for line, _decision in decided])
    people = evidence.participations
    return Simulated(
        order=dossier.the_order(),
        lines=[
            SimulatedLine(
                line=line,
                decided=each,
                participation=people.get(each.winner.participation_id) if each.winner else None,
                earned=earned.get(line.pk),
                now=living.get(line.pk),
            )
            for line, each in decided
        ],
        is_stored=tried is None,
        names=_named(people.keys()),
        receipts=_receipts(dossier, decided),
    )


def _receipts(
    dossier: Dossier, decided: Sequence[tuple[OrderLine, AttributionDecision]]
) -> list[ReceiptBeside]:
    order = dossier.the_order()
    if order.source == RECEIPT or order.same_sale_id is not None:
        return []
    return receipts_meet(dossier, [each.winner for _line, each in decided if each.winner])


def _living(line_ids: list[int]) -> dict[int, Conversion]:
    rows = Conversion.objects.select_related("influencer").filter(line_id__in=line_ids)
    return {row.line_id: row for row in rows.exclude(status=Conversion.Status.REJECTED)}


def _named(ids: Iterable[int]) -> dict[int, Participation]:
    rows = Participation.objects.select_related("influencer", "campaign", "terms")
    return {row.pk: row for row in rows.filter(pk__in=list(ids))}


def _tapped(brand_id: int, imagined: Imagined) -> list[Tap]:
    """The click that a given link stands for."""
    if not imagined.link_token or imagined.click_id is not None:
        return []
    link = TrackingLink.objects.filter(brand_id=brand_id, token=imagined.link_token).first()
    if link is None:
        message = _("This is no link of your influencers.")
        raise Invalid.of("click", message)
    at = imagined.placed_at - TAPPED_BEFORE
    click_id = uuid7(int(at.timestamp() * 1000))
    return [Tap(click_id, at, link.participation_id, brand_id, uuid7(), 0)]


def _order_imagine(
    dossier: Dossier, imagined: Imagined, shop: Connection, taps: Sequence[Tap]
) -> None:
    phone = imagined.phone
    order = dossier.order = row_new(
        Order,
        id=0,
        connection_id=shop.pk,
        brand_id=shop.brand_id,
        source=shop.source,
        external_id=dossier.key[1],
        number=dossier.key[1],
        status=Order.Status.CREATED,
        raw_status="",
        currency="KZT",
        trust="signed",
        click_id=taps[0].click_id if taps else imagined.click_id,
        promo_codes=list(imagined.promo_codes),
        customer_phone_index=blind_index(phone, purpose=PHONE_PURPOSE) if phone else "",
        placed_at=imagined.placed_at,
        source_updated_at=imagined.placed_at,
    )
    for n, line in enumerate(imagined.lines, 1):
        dossier.lines[str(n)] = row_new(
            OrderLine,
            id=-n,
            order=order,
            brand_id=shop.brand_id,
            line_id=str(n),
            sku=line.sku,
            name=line.sku or str(n),
            quantity=line.quantity,
            amount_minor=line.amount_minor,
        )


def _click_require(work: Work, dossier: Dossier) -> None:
    """A click that is not there explains nothing: it is said, and not passed over."""
    order = dossier.the_order()
    if order.click_id is None:
        return
    click = work.evidence.clicks.get(order.click_id)
    if click is None or click.brand_id != order.brand_id:
        days = {"days": settings.CLICK_RETENTION_DAYS}
        message = _("You have no click with this id. Clicks are kept for %(days)s days.") % days
        raise Invalid.of("click", message)
