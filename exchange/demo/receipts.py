"""Two shops with cash registers, and receipts that buyers claimed: in every state there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from attribution.domain.receipts import Family, Receipt, ShopReceipt
from attribution.models import Connection, InboundEvent
from attribution.services.connections import connection_create
from attribution.services.ingest import inbound_events_process
from attribution.services.receipt_confirm import receipts_advance, receipts_confirm
from attribution.services.receipt_registers import registers_add
from attribution.services.receipts import Claimant, receipt_claim
from brands.models import Brand
from campaigns.models import TrackingLink
from core.tenancy.context import acting_as
from exchange.demo.telling import Story

ABAI, MEGA = "010101240011", "010101240012"
REGISTERS = f"{ABAI} Тоқыма Үйі, Абай 10\n{MEGA} Тоқыма Үйі, Mega, 2-қабат"


@dataclass(frozen=True, slots=True)
class Bought:
    """`listed_minor` is what the shop's own list says (0: it was not listed yet)."""

    register: str
    sign: str
    total_minor: int
    hours_ago: int
    listed_minor: int = 0
    is_returned: bool = False

    def sold_at(self, now: datetime) -> datetime:
        return now - timedelta(hours=self.hours_ago)

    def claimed_at(self, now: datetime) -> datetime:
        return self.sold_at(now) + timedelta(minutes=40)


BOUGHT = (
    Bought(ABAI, "0483920117", 2_550_000, 320, listed_minor=2_550_000),
    Bought(MEGA, "0483920554", 1_798_000, 240, listed_minor=1_798_000),
    Bought(ABAI, "0483921020", 899_000, 200, listed_minor=899_000, is_returned=True),
    Bought(ABAI, "0483923301", 3_499_000, 120, listed_minor=3_299_000),
    Bought(MEGA, "0483924410", 1_070_000, 30),
    Bought(ABAI, "0483924702", 2_499_000, 7),
)
LISTED_HOURS_AGO = 96  # when the shop sent its list


def shops_connect(brand: Brand) -> Connection:
    made, _secret = connection_create(brand=brand, source="receipt", name="Тоқыма Үйі, дүкендер")
    registers_add(connection_id=made.pk, text=REGISTERS)
    return made


def receipts_tell(connection: Connection, links: list[TrackingLink], now: datetime) -> Story:
    """Buyers claim, some for each influencer; the shop's list answers most of them."""
    early = [each for each in BOUGHT if each.hours_ago > LISTED_HOURS_AGO]
    late = [each for each in BOUGHT if each.hours_ago <= LISTED_HOURS_AGO]
    yield from _claims(connection, early, links, now)
    yield now - timedelta(hours=LISTED_HOURS_AGO)
    receipts_confirm(connection_id=connection.pk, receipts=_list(early))
    _work(connection)
    receipts_advance()
    yield from _claims(connection, late, links, now)


def _claims(
    connection: Connection, bought: Sequence[Bought], links: Sequence[TrackingLink], now: datetime
) -> Story:
    for n, each in enumerate(bought):
        yield each.claimed_at(now)
        _claim(each, links[n % len(links)], now)
        _work(connection)


def receipt_bring(link: TrackingLink, total_minor: int, now: datetime) -> Story:
    """One more, of what its buyer has also ordered elsewhere."""
    bought = Bought(ABAI, "0483924733", total_minor, 5)
    yield bought.claimed_at(now)
    _claim(bought, link, now)


def _claim(bought: Bought, link: TrackingLink, now: datetime) -> None:
    receipt_claim(
        token=link.token,
        receipt=Receipt(
            Family.KAZAKHTELECOM,
            bought.register,
            bought.sign,
            bought.total_minor,
            bought.sold_at(now),
        ),
        has_consent=True,
        claimant=Claimant(f"demo {bought.sign}", ""),
    )


def _list(bought: list[Bought]) -> list[ShopReceipt]:
    sales = [ShopReceipt(each.register, each.sign, each.listed_minor) for each in bought]
    back = {each.sign for each in bought if each.is_returned}
    return sales + [replace(sale, is_return=True) for sale in sales if sale.sign in back]


def _work(connection: Connection) -> None:
    with acting_as(system="demo history"):
        waiting = InboundEvent.objects.filter(
            connection=connection, state=InboundEvent.State.RECEIVED
        )
        ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    if ids:
        inbound_events_process(ids)
