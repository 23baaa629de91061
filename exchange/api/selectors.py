"""What the API reads. Runs as the brand of the key: policies bound it, filters choose the index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from attribution.models import Candidate, Conversion, Decision, Order, OrderLine, OrderVersion
from campaigns.models import Campaign, CodePool, Participation, PromoCode
from campaigns.selectors import terms_of
from campaigns.selectors.codes import PoolCounts
from campaigns.selectors.escrow import escrows_of
from core.errors import DomainError, NotFound
from ledger.domain.accounts import CURRENCY, AccountKind
from ledger.models import Account

RESERVED = {
    AccountKind.BUDGET: "budget_minor",
    AccountKind.FEE_RESERVE: "fee_minor",
    AccountKind.VAT_RESERVE: "vat_minor",
}


class Ambiguous(DomainError):
    """Two shops of one brand have an order with this id."""

    code = "ambiguous"


@dataclass(frozen=True, slots=True)
class BrandBalance:
    """A brand's money with us, tiyn. `campaigns` is by campaign, as the serializer names it."""

    currency: str
    free_minor: int
    reserved_minor: int
    campaigns: list[dict[str, Any]]


def balance_of_brand(brand_id: int) -> BrandBalance:
    """Five queries."""
    kinds = [AccountKind.BRAND_FREE, *RESERVED]
    rows = Account.objects.filter(brand_id=brand_id, kind__in=kinds, currency=CURRENCY)
    free_minor, reserved = 0, defaultdict[int, dict[str, int]](dict)
    for kind, campaign_id, minor in rows.values_list(
        "kind", "subject_id", "balance__balance_minor"
    ):
        if campaign_id is None:
            free_minor += minor
        else:
            reserved[campaign_id][RESERVED[AccountKind(kind)]] = minor
    for campaign_id, escrow in escrows_of(list(reserved)).items():
        reserved[campaign_id] |= asdict(escrow)
    ids = Campaign.objects.filter(brand_id=brand_id, pk__in=reserved).order_by("pk")
    nothing = dict.fromkeys(RESERVED.values(), 0)
    return BrandBalance(
        currency=CURRENCY,
        free_minor=free_minor,
        reserved_minor=sum(sum(parts.values()) for parts in reserved.values()),
        campaigns=[
            {"campaign": public_id, **nothing, **reserved[pk]}
            for pk, public_id in ids.values_list("pk", "public_id")
        ],
    )


def campaigns_of_brand(brand_id: int) -> QuerySet[Campaign]:
    return Campaign.objects.filter(brand_id=brand_id)


def campaign_of_brand(brand_id: int, public_id: UUID) -> Campaign:
    """Raises: NotFound for another brand's."""
    found = campaigns_of_brand(brand_id).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such campaign."))
    return found


def participations_of_campaign(
    campaign: Campaign, *, state: str | None = None
) -> QuerySet[Participation]:
    """With whose they are and their active codes."""
    rows = Participation.objects.filter(campaign=campaign)
    rows = rows.select_related("influencer", "group")
    active = PromoCode.objects.filter(state=PromoCode.State.ACTIVE).order_by("-pk")
    rows = rows.prefetch_related(Prefetch("codes", active, to_attr="codes_active"))
    return rows if state is None else rows.filter(state=state)


def codes_now(row: Participation) -> list[PromoCode]:
    """Of a row of `participations_of_campaign`."""
    codes: list[PromoCode] = row.codes_active  # type: ignore[attr-defined]
    return codes


def pool_shown(pool: CodePool, counts: Mapping[int, PoolCounts]) -> dict[str, Any]:
    """A pool as the API names it."""
    known = counts.get(pool.pk, PoolCounts())
    return {"id": pool.public_id, "name": pool.name, **asdict(known)}


def terms_attach(campaigns: list[Campaign]) -> list[Campaign]:
    """The same campaigns, each with its latest terms as `terms_now`. One query."""
    terms = terms_of(campaigns)
    for campaign in campaigns:
        campaign.terms_now = terms[campaign.pk]  # type: ignore[attr-defined]
    return campaigns


def conversions_of_brand(
    brand_id: int,
    *,
    status: str | None = None,
    campaign: UUID | None = None,
    influencer: UUID | None = None,
    since: datetime | None = None,
) -> QuerySet[Conversion]:
    """With what a conversion shows of its order, line, campaign and influencer."""
    rows = Conversion.objects.filter(brand_id=brand_id)
    wanted = {
        "status": status,
        "campaign__public_id": campaign,
        "influencer__public_id": influencer,
        "ordered_at__gte": since,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    return rows.select_related("order", "line", "campaign", "influencer")


def order_of_brand(brand_id: int, external_id: str, connection: UUID | None = None) -> Order:
    """An order with its lines, versions, and the decisions in force as `decisions_now`.

    Raises:
        NotFound: the brand has no such order.
        Ambiguous: several of its shops have one, and `connection` does not say which.
    """
    rows = Order.objects.filter(brand_id=brand_id, external_id=external_id)
    if connection is not None:
        rows = rows.filter(connection__public_id=connection)
    found = list(
        rows.select_related("connection").prefetch_related(
            Prefetch("lines", OrderLine.objects.order_by("id")),
            Prefetch("versions", OrderVersion.objects.order_by("number")),
        )[:2]
    )
    if not found:
        raise NotFound(_("There is no such order."))
    if len(found) > 1:
        raise Ambiguous(_("Several shops have an order with this id: say which connection."))
    order = found[0]
    order.decisions_now = _decisions_now(order)  # type: ignore[attr-defined]
    return order


def _decisions_now(order: Order) -> list[Decision]:
    """The latest decision of each line, with candidates."""
    rows = (
        Decision.objects.filter(order=order)
        .order_by("line_id", "-number")
        .distinct("line_id")
        .select_related("line", "participation__influencer")
    )
    candidates = Candidate.objects.select_related("influencer").order_by("id")
    return list(rows.prefetch_related(Prefetch("candidates", candidates)))
