"""Open campaigns, as influencers and the public see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import (
    BigIntegerField,
    Case,
    DecimalField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Cast, Least

from brands.models import Brand
from campaigns.domain.commission import reward_of_basket
from campaigns.domain.destination import host_of
from campaigns.models import (
    Campaign,
    Participation,
    ParticipationTerms,
    Terms,
    TrackingLink,
)
from campaigns.selectors.versions import announced_at, later_terms, terms_at
from compliance.domain.rules import RuleMissing
from compliance.selectors import vat_bps
from core import clock
from core.bps import BPS_WHOLE
from core.paging import newest_page, pk_typed
from core.tenancy.context import acting_as
from ledger.domain import accounts
from ledger.models import Balance

PAGE_ROWS = 24
COVERAGE_MAX = 12


def terms_latest(campaign: Campaign) -> Terms:
    """The latest version for everybody that the acting side may read: of a draft, its brand's
    alone. What a group has instead is in selectors.groups."""
    return Terms.objects.filter(campaign=campaign, group=None).latest("version")


def terms_of(campaigns: Collection[Campaign]) -> dict[int, Terms]:
    """{campaign: its latest version for everybody}. One query."""
    rows = Terms.objects.filter(campaign__in=campaigns, group=None)
    rows = rows.order_by("campaign_id", "version")
    return {terms.campaign_id: terms for terms in rows}


@dataclass(frozen=True, slots=True)
class Card:
    """A campaign with what it pays. `reward_minor` is of its typical order. `participation` is the
    reader's own, `link` their first one."""

    campaign: Campaign
    terms: Terms
    participation: Participation | None = None
    link: TrackingLink | None = None
    vat_bps: int = 0  # today's, where the terms take it out of the base
    is_funded: bool = False  # by the ledger: it has money for another reward
    is_verified: bool = False  # ops have checked the company, and it is not suspended
    coming: ParticipationTerms | None = None  # what was announced to the reader, and from when

    @property
    def reward_minor(self) -> int:
        basket_minor = self.campaign.typical_basket_minor
        return reward_of_basket(basket_minor, self.terms.commission, vat_bps=self.vat_bps)


def campaign_list_open(
    *, query: str = "", by_reward: bool = False, rows: int = PAGE_ROWS, after: str = ""
) -> tuple[list[Campaign], str]:
    """Live campaigns, newest first or best paid first, and where the next page begins ("" at the
    end). `after` is what the page before gave; a broken one begins anew."""
    live = _live()
    for word in query.split()[:5]:
        live = live.filter(Q(title__icontains=word) | Q(brand_name__icontains=word))
    if by_reward:
        return _page_by_reward(live, rows, after)
    return newest_page(live, after, size=rows)


def _page_by_reward(live: QuerySet[Campaign], rows: int, after: str) -> tuple[list[Campaign], str]:
    """Of a typical order, as a rate: so that a fixed reward and a cap compare with a percent."""
    newest = Terms.objects.filter(campaign=OuterRef("pk"), group=None).order_by("-version")
    rate = Cast("commission_bps", BigIntegerField()) + _rate_of("fixed_minor")
    number = BigIntegerField()
    capped = Case(
        When(cap_minor__isnull=True, then=rate),
        default=Least(rate, _rate_of("cap_minor"), output_field=number),
        output_field=number,
    )
    rates = newest.annotate(rate=capped).values("rate")
    rated = live.annotate(bps=Subquery(rates[:1], output_field=BigIntegerField()))
    if edge_after := _after_parse(after):
        bps, pk = edge_after
        rated = rated.filter(Q(bps__lt=bps) | Q(bps=bps, pk__lt=pk))
    found = list(rated.order_by("-bps", "-id")[: rows + 1])
    edge = found[rows - 1] if len(found) > rows else None
    return [*found[:rows]], f"{edge.bps}.{edge.pk}" if edge else ""


def _rate_of(amount: str) -> Cast:
    """An amount of an order as basis points of the campaign's typical one. Wide: a bigint has no
    room for the product."""
    wide = Cast(amount, DecimalField(max_digits=30, decimal_places=0))
    return Cast(wide * BPS_WHOLE / F("campaign__typical_basket_minor"), BigIntegerField())


def _after_parse(after: str) -> tuple[int, int] | None:
    """The rate and the key of the last row; None when somebody wrote it by hand."""
    rate, _dot, key = after.partition(".")
    bps, pk = pk_typed(rate), pk_typed(key)
    return (bps, pk) if bps is not None and pk is not None else None


def cards_for(campaigns: Collection[Campaign], influencer_id: int | None = None) -> list[Card]:
    """Cards in the given order. Seven queries at most for an influencer, three for the public."""
    terms = terms_of(campaigns)
    funded, verified = campaigns_funded(campaigns), _brands_verified(campaigns)
    mine: dict[int, Participation] = {}
    links: dict[int, TrackingLink] = {}
    if influencer_id is not None:
        joined = Participation.objects.filter(influencer_id=influencer_id, campaign__in=campaigns)
        mine = {row.campaign_id: row for row in joined}
        active = TrackingLink.objects.filter(
            influencer_id=influencer_id, campaign__in=campaigns, state=TrackingLink.State.ACTIVE
        )
        links = {link.campaign_id: link for link in active.order_by("-id")}
    coming = _terms_of_mine(terms, mine)
    vat = vat_today(terms.values())
    return [
        Card(
            each,
            terms[each.pk],
            mine.get(each.pk),
            links.get(each.pk),
            vat,
            is_funded=each.pk in funded,
            is_verified=each.brand_id in verified,
            coming=coming.get(each.pk),
        )
        for each in campaigns
        if each.pk in terms
    ]


def _terms_of_mine(
    terms: dict[int, Terms], mine: Mapping[int, Participation]
) -> dict[int, ParticipationTerms]:
    """Put what is in force for who takes part in place of a campaign's latest version; what was
    announced to them is returned. One query, and a second where terms were changed."""
    approved = [row.pk for row in mine.values() if row.state == Participation.State.APPROVED]
    if not approved:
        return {}
    now = clock.now()
    rows = Participation.objects.select_related("terms").filter(pk__in=approved)
    later = later_terms(rows)
    coming = {}
    for row in rows:
        terms[row.campaign_id] = terms_at(row, later, now)
        if (announced := announced_at(later.get(row.pk, ()), now)) is not None:
            coming[row.campaign_id] = announced
    return coming


def vat_today(terms: Iterable[Terms]) -> int:
    """Today's VAT rate where any of these terms takes it out of the base, else 0; 0 too while the
    law of today is not confirmed. One query, and none for usual terms."""
    if all(each.base_includes_vat for each in terms):
        return 0
    with acting_as(system="VAT in a price"):
        try:
            return vat_bps()
        except RuleMissing:
            return 0


def campaign_list_public(rows: int) -> list[Campaign]:
    """Live campaigns open to everybody, newest first."""
    live = _live().filter(access=Campaign.Access.PUBLIC)
    return list(live.order_by("-published_at", "-id")[:rows])


def _live() -> QuerySet[Campaign]:
    """Campaigns that run now, for whoever finds them: one by invitation is told to whom it is."""
    live = Campaign.objects.filter(status=Campaign.Status.LIVE)
    live = live.exclude(access=Campaign.Access.PRIVATE)
    return live.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=clock.now()))


def campaigns_without_budget(campaigns: Collection[Campaign]) -> set[int]:
    """Campaigns that have spent all they reserved. One query, as the system: a budget is the
    brand's to know, that it is empty concerns everybody whose link leads there."""
    keys = {campaign.pk: accounts.budget(campaign.brand_id, campaign.pk) for campaign in campaigns}
    with acting_as(system="is a budget empty"):
        empty = Balance.objects.filter(
            account__code__in=[ref.code for ref in keys.values()], balance_minor__lte=0
        )
        return {pk for pk in empty.values_list("account__subject_id", flat=True) if pk}


def campaigns_funded(campaigns: Collection[Campaign]) -> set[int]:
    """Published campaigns whose budget account has money left. Nothing but the ledger says so. One
    query, as the system, as above."""
    keys = {campaign.pk: accounts.budget(campaign.brand_id, campaign.pk) for campaign in campaigns}
    with acting_as(system="is a budget empty"):
        held = Balance.objects.filter(
            account__code__in=[ref.code for ref in keys.values()], balance_minor__gt=0
        )
        return {pk for pk in held.values_list("account__subject_id", flat=True) if pk}


def _brands_verified(campaigns: Collection[Campaign]) -> set[int]:
    brands = Brand.objects.filter(pk__in={campaign.brand_id for campaign in campaigns})
    return set(brands.filter(state=Brand.State.VERIFIED).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a pasted address can become: a link in one of `mine`, best paid first; or else one in
    `open_to_join`, once the influencer takes part."""

    mine: list[Card]
    open_to_join: list[Card]


def coverage_of(influencer_id: int, url: str) -> Coverage:
    """Campaigns that have the site of a stored address on their list. Six queries."""
    name = host_of(url).removeprefix("www.")
    covers = Q(allowed_hosts__overlap=[name, f"www.{name}"])
    joined = Participation.objects.filter(influencer_id=influencer_id)
    approved = joined.filter(state=Participation.State.APPROVED).values("campaign_id")
    running = Campaign.objects.exclude(status=Campaign.Status.CLOSED).filter(covers)
    mine = running.filter(pk__in=approved).order_by("-id")[:COVERAGE_MAX]
    others = _live().filter(covers).exclude(pk__in=approved).order_by("-id")[:COVERAGE_MAX]
    return Coverage(
        _best_paid_first(cards_for(mine, influencer_id)),
        _best_paid_first(cards_for(others, influencer_id)),
    )


def _best_paid_first(cards: list[Card]) -> list[Card]:
    def rate(card: Card) -> int:
        return card.reward_minor * BPS_WHOLE // card.campaign.typical_basket_minor

    return sorted(cards, key=rate, reverse=True)
