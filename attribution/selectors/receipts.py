"""Claimed receipts as each side reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, F, Func, Max, Min, Q, QuerySet, Value
from django.utils.translation import gettext as _

from attribution.connectors.receipt.connector import RECEIPT
from attribution.domain.receipts import Limits
from attribution.models import CashRegister, Connection, Conversion, ReceiptClaim
from attribution.selectors.phone_desk import brand_takes_phones, has_bonus
from campaigns.models import Campaign, Participation, TrackingLink
from campaigns.selectors.versions import terms_now
from core import clock
from core.errors import NotFound
from core.paging import keyset_page
from core.tenancy.context import acting_as

PAGE_ROWS = 30
DAY = timedelta(days=1)
SHOPS_SHOWN = 4
State = ReceiptClaim.State
BARE_SIGN = Func(F("sign"), Value("0"), function="LTRIM", output_field=CharField())


def limits_of(settings: Mapping[str, Any]) -> Limits:
    """What a connection's brand allows, ours where it has not said."""
    known = {each.name for each in fields(Limits)}
    return Limits(**{name: value for name, value in settings.items() if name in known})


# --- The public page ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClaimDesk:
    """Where followers of one influencer claim receipts of one campaign, or leave their number.
    `shops` are a few names, `shop_count` all of them: none where no receipts are taken.
    `has_bonus` says that a one-time code is there for who leaves a number."""

    participation: Participation
    influencer_name: str
    brand_name: str
    campaign_title: str
    shops: tuple[str, ...]
    shop_count: int
    takes_phones: bool = False
    has_bonus: bool = False


def claim_desk(token: str) -> ClaimDesk | None:
    """The page behind a link's token; None when nothing can be claimed by it now.

    Runs as the system: the public reads neither participations nor registers.
    """
    with acting_as(system="receipt page"):
        link = (
            TrackingLink.objects.select_related(
                "participation__campaign", "participation__terms", "influencer"
            )
            .filter(token=token, state=TrackingLink.State.ACTIVE)
            .first()
        )
        if link is None or not _takes_claims(link.participation):
            return None
        shops = sorted(set(registers_open(link.brand_id).values_list("shop", flat=True)))
        takes_phones = brand_takes_phones(link.brand_id)
        if not shops and not takes_phones:
            return None
        return ClaimDesk(
            participation=link.participation,
            influencer_name=link.influencer.name,
            brand_name=link.participation.campaign.brand_name,
            campaign_title=link.participation.campaign.title,
            shops=tuple(shops[:SHOPS_SHOWN]),
            shop_count=len(shops),
            takes_phones=takes_phones,
            has_bonus=takes_phones and has_bonus(link.participation_id),
        )


def _takes_claims(participation: Participation) -> bool:
    campaign, now = participation.campaign, clock.now()
    is_running = campaign.status in (Campaign.Status.LIVE, Campaign.Status.PAUSED) and (
        campaign.ends_at is None or now <= campaign.ends_at
    )
    is_in = participation.state == Participation.State.APPROVED
    return is_running and is_in and "D" in terms_now(participation).paying_grades


def registers_open(brand_id: int) -> QuerySet[CashRegister]:
    """Registers of a brand whose connection is not off."""
    rows = CashRegister.objects.filter(brand_id=brand_id, connection__source=RECEIPT)
    return rows.exclude(connection__state=Connection.State.OFF)


def claim_shown(token: str, public_id: UUID) -> ReceiptClaim | None:
    """A claim for who made it: its address is known to nobody else."""
    with acting_as(system="receipt page"):
        of_link = ReceiptClaim.objects.filter(participation__links__token=token)
        return of_link.select_related("influencer").filter(public_id=public_id).first()


@dataclass(frozen=True, slots=True)
class Takes:
    """What the page of a participation takes."""

    receipts: bool = False
    phones: bool = False


def claims_taken(participation: Participation) -> Takes:
    """Whether this participation has a page for receipts and numbers. Asked for its influencer, who
    reads no connections."""
    with acting_as(system="receipt page"):
        found = Participation.objects.select_related("campaign", "terms").get(pk=participation.pk)
        if not _takes_claims(found):
            return Takes()
        has_registers = registers_open(found.brand_id).exists()
        return Takes(has_registers, brand_takes_phones(found.brand_id))


# --- The brand ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClaimFilter:
    """What the brand's list is asked for; `query` is a part of a number or of a name."""

    state: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class ClaimPage:
    rows: list[ReceiptClaim]
    after: str


def claims_of(connection: Connection, asked: ClaimFilter) -> QuerySet[ReceiptClaim]:
    rows = ReceiptClaim.objects.filter(
        brand_id=connection.brand_id, connection=connection
    ).select_related("influencer")
    if asked.state in State.values:
        rows = rows.filter(state=asked.state)
    if asked.query:
        rows = rows.filter(
            Q(sign__contains=asked.query)
            | Q(register__contains=asked.query)
            | Q(shop__icontains=asked.query)
            | Q(influencer__name__icontains=asked.query)
        )
    return rows


def claim_page(
    connection: Connection, asked: ClaimFilter, *, after: str = "", rows: int = PAGE_ROWS
) -> ClaimPage:
    """Newest first, keyset paging."""
    found = claims_of(connection, asked)
    return ClaimPage(*keyset_page(found, "-claimed_at", after=after, size=rows))


def claim_counts(connection: Connection) -> dict[str, int]:
    """{state: how many}. One query."""
    rows = ReceiptClaim.objects.filter(brand_id=connection.brand_id, connection=connection)
    return dict(rows.values_list("state").annotate(count=Count("pk")).order_by())


def days_waiting(connection: Connection) -> tuple[date, date] | None:
    """The first and the last day of sales that wait for the shop's word: what to export."""
    found = ReceiptClaim.objects.filter(
        brand_id=connection.brand_id, connection=connection, state=State.WAITING
    ).aggregate(first=Min("sold_at"), last=Max("sold_at"))
    if found["first"] is None:
        return None
    return clock.day_of(found["first"]), clock.day_of(found["last"])


def claim_access_for_brand(brand_id: int, public_id: UUID) -> ReceiptClaim:
    """Raises: NotFound for another brand's."""
    found = ReceiptClaim.objects.filter(brand_id=brand_id, public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such receipt."))
    return found


def register_list(connection: Connection) -> list[CashRegister]:
    return list(connection.registers.order_by("shop", "number"))


# --- The influencer -------------------------------------------------------------------------


def claims_of_participation(participation_id: int) -> dict[str, int]:
    """{state: how many} of what their followers claimed. One query."""
    rows = ReceiptClaim.objects.filter(participation_id=participation_id)
    return dict(rows.values_list("state").annotate(count=Count("pk")).order_by())


def claim_of_conversion(conversion: Conversion) -> ReceiptClaim | None:
    """The claim that a conversion came from, as its influencer or brand sees it."""
    return ReceiptClaim.objects.filter(
        influencer_id=conversion.influencer_id,
        participation_id=conversion.participation_id,
        sign=conversion.order_number,
        sold_at=conversion.ordered_at,
    ).first()


# --- Limits ---------------------------------------------------------------------------------


def claims_last_day(now: datetime, **of: object) -> int:
    """Claims of the last 24 hours. Runs as the system."""
    return ReceiptClaim.objects.filter(claimed_at__gt=now - DAY, **of).count()


def claims_like(register: str, sign: str) -> QuerySet[ReceiptClaim]:
    """Who claimed this receipt, zeros in front or not."""
    rows = ReceiptClaim.objects.alias(bare_sign=BARE_SIGN)
    return rows.filter(register=register, bare_sign=sign.lstrip("0"))


def claims_named(
    connection_id: int, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], ReceiptClaim]:
    """{(register, sign without zeros in front): claim} of a connection, locked until COMMIT."""
    wanted = set(keys)
    rows = (
        ReceiptClaim.objects.alias(bare_sign=BARE_SIGN)
        .select_for_update(of=("self",))
        .filter(
            connection_id=connection_id,
            register__in={register for register, _sign in wanted},
            bare_sign__in={sign for _register, sign in wanted},
        )
        .order_by("pk")  # so that two files never wait for each other
    )
    return {(row.register, row.sign.lstrip("0")): row for row in rows}
