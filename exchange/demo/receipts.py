"""Two shops with cash registers, and receipts that buyers claimed: in every state there is."""

from __future__ import annotations

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
from core import clock
from core.tenancy.context import acting_as

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


def receipts_tell(connection: Connection, links: list[TrackingLink], now: datetime) -> None:
    """Buyers claim, some for each influencer; the shop's list answers most of them."""
    listed_at = now - timedelta(hours=LISTED_HOURS_AGO)
    early = [each for each in BOUGHT if each.hours_ago > LISTED_HOURS_AGO]
    late = [each for each in BOUGHT if each.hours_ago <= LISTED_HOURS_AGO]
    for n, bought in enumerate(early):
        _claim(bought, links[n % len(links)], now)
    _work(connection)
    with clock.telling(listed_at):
        receipts_confirm(connection_id=connection.pk, receipts=_list(early))
        _work(connection)
        receipts_advance()
    for n, bought in enumerate(late):
        _claim(bought, links[n % len(links)], now)
    _work(connection)


def receipt_bring(link: TrackingLink, total_minor: int, now: datetime) -> None:
    """One more, of what its buyer has also ordered elsewhere."""
    _claim(Bought(ABAI, "0483924733", total_minor, 5), link, now)


def _claim(bought: Bought, link: TrackingLink, now: datetime) -> None:
    sold_at = now - timedelta(hours=bought.hours_ago)
    receipt = Receipt(
        Family.KAZAKHTELECOM, bought.register, bought.sign, bought.total_minor, sold_at
    )
    with clock.telling(sold_at + timedelta(minutes=40)):
        receipt_claim(
            token=link.token,
            receipt=receipt,
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
