"""What may be read of campaigns, and who may have which one. A foreign thing is NotFound.

Every function runs inside a side's context: the filters are the second wall, and choose the index.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DecimalField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Cast, Least
from django.utils.translation import gettext as _

from brands.models import Brand, Member
from brands.selectors import member_require_money, member_require_write
from campaigns.domain.commission import reward_of_basket
from campaigns.domain.destination import host_of
from campaigns.models import (
    Campaign,
    CampaignTotals,
    ExternalCode,
    Participation,
    PromoCode,
    Terms,
    TrackingLink,
)
from core import clock
from core.bps import BPS_WHOLE
from core.errors import NotFound
from core.tenancy.context import acting_as
from influencers.models import SocialProfile
from ledger.domain import accounts
from ledger.models import Balance

PAGE_ROWS = 24
PARTICIPANTS_MAX = 500
COVERAGE_MAX = 12


# --- Who may have which ---------------------------------------------------------------------


def campaign_access_for_brand(brand: Brand, public_id: UUID) -> Campaign:
    """Raises: NotFound for another brand's."""
    return _campaign_or_404(Campaign.objects.filter(brand=brand, public_id=public_id))


def campaign_access_for_writer(member: Member, public_id: UUID) -> Campaign:
    """Raises: NotFound for another brand's; Forbidden for who may only read."""
    campaign = campaign_access_for_brand(member.brand, public_id)
    member_require_write(member)
    return campaign


def campaign_access_for_payer(member: Member, public_id: UUID) -> Campaign:
    """Raises: NotFound for another brand's; Forbidden for who may not move money."""
    campaign = campaign_access_for_brand(member.brand, public_id)
    member_require_money(member)
    return campaign


def campaign_access_for_influencer(influencer_id: int, public_id: UUID) -> Campaign:
    """A live campaign, or one in which the influencer takes or took part.

    Raises: NotFound for any other.
    """
    mine = Participation.objects.filter(influencer_id=influencer_id).values("campaign_id")
    return _campaign_or_404(
        Campaign.objects.filter(public_id=public_id).filter(
            Q(status=Campaign.Status.LIVE) | Q(pk__in=mine)
        )
    )


def participation_access_for_writer(member: Member, public_id: UUID) -> Participation:
    """Raises: NotFound for another brand's; Forbidden for who may only read."""
    found = Participation.objects.filter(brand=member.brand, public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such participation."))
    member_require_write(member)
    return found


def participation_of(influencer_id: int, campaign: Campaign) -> Participation | None:
    return Participation.objects.filter(influencer_id=influencer_id, campaign=campaign).first()


def link_access_for_influencer(influencer_id: int, public_id: UUID) -> TrackingLink:
    """Raises: NotFound for another influencer's."""
    links = TrackingLink.objects.select_related("campaign", "participation__terms")
    link = links.filter(influencer_id=influencer_id, public_id=public_id).first()
    if link is None:
        raise NotFound(_("There is no such link."))
    return link


def _campaign_or_404(campaigns: QuerySet[Campaign]) -> Campaign:
    campaign = campaigns.first()
    if campaign is None:
        raise NotFound(_("There is no such campaign."))
    return campaign


# --- Terms ----------------------------------------------------------------------------------


def terms_latest(campaign: Campaign) -> Terms:
    """The latest version that the acting side may read: of a draft, its brand's alone."""
    return Terms.objects.filter(campaign=campaign).latest("version")


def terms_of(campaigns: Collection[Campaign]) -> dict[int, Terms]:
    """{campaign: its latest version}. One query."""
    rows = Terms.objects.filter(campaign__in=campaigns).order_by("campaign_id", "version")
    return {terms.campaign_id: terms for terms in rows}


# --- Open campaigns, as influencers and the public see them ---------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    """A campaign with what it pays. `reward_minor` is of its typical order. `participation` is the
    reader's own, `link` their first one."""

    campaign: Campaign
    terms: Terms
    participation: Participation | None = None
    link: TrackingLink | None = None

    @property
    def reward_minor(self) -> int:
        basket_minor = self.campaign.typical_basket_minor
        return reward_of_basket(basket_minor, self.terms.commission)


def campaign_list_open(
    *, query: str = "", by_reward: bool = False, rows: int = PAGE_ROWS, after: str = ""
) -> tuple[list[Campaign], str]:
    """Live campaigns, newest first or best paid first, and where the next page begins ("" at the
    end). `after` is what the page before gave; a broken one begins anew."""
    live = _live()
    for word in query.split()[:5]:
        live = live.filter(Q(title__icontains=word) | Q(brand_name__icontains=word))
    return _page_by_reward(live, rows, after) if by_reward else _page_by_day(live, rows, after)


def _page_by_day(live: QuerySet[Campaign], rows: int, after: str) -> tuple[list[Campaign], str]:
    last = _after_parse(after)
    page = live.filter(pk__lt=last[-1]) if last else live
    found = list(page.order_by("-id")[: rows + 1])
    return found[:rows], str(found[rows - 1].pk) if len(found) > rows else ""


def _page_by_reward(live: QuerySet[Campaign], rows: int, after: str) -> tuple[list[Campaign], str]:
    """Of a typical order, as a rate: so that a fixed reward and a cap compare with a percent."""
    newest = Terms.objects.filter(campaign=OuterRef("pk")).order_by("-version")
    rate = Cast("commission_bps", BigIntegerField()) + _rate_of("fixed_minor")
    number = BigIntegerField()
    capped = Case(
        When(cap_minor__isnull=True, then=rate),
        default=Least(rate, _rate_of("cap_minor"), output_field=number),
        output_field=number,
    )
    rates = newest.annotate(rate=capped).values("rate")
    rated = live.annotate(bps=Subquery(rates[:1], output_field=BigIntegerField()))
    last = _after_parse(after)
    if len(last) == 2:
        rated = rated.filter(Q(bps__lt=last[0]) | Q(bps=last[0], pk__lt=last[1]))
    found = list(rated.order_by("-bps", "-id")[: rows + 1])
    edge = found[rows - 1] if len(found) > rows else None
    return [*found[:rows]], f"{edge.bps}.{edge.pk}" if edge else ""


def _rate_of(amount: str) -> Cast:
    """An amount of an order as basis points of the campaign's typical one. Wide: a bigint has no
    room for the product."""
    wide = Cast(amount, DecimalField(max_digits=30, decimal_places=0))
    return Cast(wide * BPS_WHOLE / F("campaign__typical_basket_minor"), BigIntegerField())


def _after_parse(after: str) -> list[int]:
    """Numbers of a cursor; nothing when somebody wrote it by hand."""
    parts = after.split(".")
    is_ours = len(parts) <= 2 and all(
        part.isascii() and part.isdigit() and len(part) <= 18 for part in parts
    )
    return [int(part) for part in parts] if is_ours else []


def cards_for(campaigns: Collection[Campaign], influencer_id: int | None = None) -> list[Card]:
    """Cards in the given order. Three queries for an influencer, one for the public."""
    terms = terms_of(campaigns)
    mine: dict[int, Participation] = {}
    links: dict[int, TrackingLink] = {}
    if influencer_id is not None:
        joined = Participation.objects.filter(influencer_id=influencer_id, campaign__in=campaigns)
        mine = {row.campaign_id: row for row in joined}
        active = TrackingLink.objects.filter(
            influencer_id=influencer_id, campaign__in=campaigns, state=TrackingLink.State.ACTIVE
        )
        links = {link.campaign_id: link for link in active.order_by("-id")}
    return [
        Card(each, terms[each.pk], mine.get(each.pk), links.get(each.pk))
        for each in campaigns
        if each.pk in terms
    ]


def campaign_list_public(rows: int) -> list[Campaign]:
    """Live campaigns open to everybody, newest first."""
    live = _live().filter(access=Campaign.Access.PUBLIC)
    return list(live.order_by("-published_at", "-id")[:rows])


def _live() -> QuerySet[Campaign]:
    """Campaigns that run now."""
    live = Campaign.objects.filter(status=Campaign.Status.LIVE)
    return live.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=clock.now()))


# --- An influencer's own --------------------------------------------------------------------


def link_list_of_influencer(influencer_id: int) -> list[TrackingLink]:
    """Newest first, with campaign and terms. One query."""
    links = TrackingLink.objects.filter(influencer_id=influencer_id)
    links = links.select_related("campaign", "participation__terms").order_by("-id")
    return list(links)


def links_count(participation_ids: Collection[int]) -> dict[int, int]:
    """{participation: how many links it has, working or not}. One query."""
    links = TrackingLink.objects.filter(participation__in=participation_ids)
    return dict(links.values_list("participation_id").annotate(count=Count("pk")))


def codes_of_influencer(influencer_id: int) -> dict[int, PromoCode]:
    """{participation: its active code}. One query."""
    codes = PromoCode.objects.filter(influencer_id=influencer_id, state=PromoCode.State.ACTIVE)
    return {code.participation_id: code for code in codes if code.participation_id is not None}


def campaigns_without_budget(campaigns: Collection[Campaign]) -> set[int]:
    """Campaigns that have spent all they reserved. One query, as the system: a budget is the
    brand's to know, that it is empty concerns everybody whose link leads there."""
    keys = {campaign.pk: accounts.budget(campaign.brand_id, campaign.pk) for campaign in campaigns}
    with acting_as(system="is a budget empty"):
        empty = Balance.objects.filter(
            account__code__in=[ref.code for ref in keys.values()], balance_minor__lte=0
        )
        return {pk for pk in empty.values_list("account__subject_id", flat=True) if pk}


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


# --- A brand's own --------------------------------------------------------------------------


def campaign_list_of_brand(brand: Brand, status: str = "") -> list[Campaign]:
    """Newest first; of one status where it is given."""
    campaigns = Campaign.objects.filter(brand=brand).order_by("-id")
    return list(campaigns.filter(status=status) if status else campaigns)


def campaign_counts_of_brand(brand: Brand) -> dict[str, int]:
    """{status: how many}. One query."""
    counted = Campaign.objects.filter(brand=brand).values_list("status")
    return dict(counted.annotate(count=Count("pk")))


@dataclass(frozen=True, slots=True)
class Participant:
    """A participation as its brand sees it."""

    participation: Participation
    name: str
    city: str
    followers: int
    code: str
    articles: tuple[str, ...]
    vouchers: tuple[str, ...]


def participant_list(campaign: Campaign) -> list[Participant]:
    """Applications first, then the newest. Four queries, whatever the number."""
    rows = list(
        Participation.objects.filter(campaign=campaign)
        .select_related("influencer")
        .prefetch_related("external_codes")
        .order_by("-id")[:PARTICIPANTS_MAX]
    )
    rows.sort(key=lambda row: row.state != Participation.State.APPLIED)
    people = [row.influencer_id for row in rows]
    pages = SocialProfile.objects.filter(influencer__in=people).values_list("influencer_id")
    followers = dict(pages.annotate(total=Sum("followers")))
    codes = PromoCode.objects.filter(campaign=campaign, state=PromoCode.State.ACTIVE)
    code_of = dict(codes.values_list("participation_id", "code"))
    return [
        Participant(
            participation=row,
            name=row.influencer.name,
            city=row.influencer.get_city_display(),
            followers=followers.get(row.influencer_id, 0),
            code=code_of.get(row.pk, ""),
            articles=_values(row, ExternalCode.Kind.WB_SUBSTITUTE_ARTICLE),
            vouchers=_values(row, ExternalCode.Kind.OZON_VOUCHER),
        )
        for row in rows
    ]


def _values(row: Participation, kind: str) -> tuple[str, ...]:
    """Its external codes of one kind, from what was fetched with it."""
    void = ExternalCode.State.VOID
    codes = [each for each in row.external_codes.all() if each.kind == kind and each.state != void]
    return tuple(code.value for code in codes)


def external_codes_of(
    participation_ids: Collection[int], kind: str
) -> dict[int, list[ExternalCode]]:
    """{participation: its codes of this kind, newest first}, without those that are void. One
    query."""
    found: dict[int, list[ExternalCode]] = {}
    codes = ExternalCode.objects.filter(participation__in=participation_ids, kind=kind)
    for code in codes.exclude(state=ExternalCode.State.VOID).order_by("-pk"):
        found.setdefault(code.participation_id, []).append(code)
    return found


def external_code_access(row: Participation, value: str) -> ExternalCode:
    """A voucher by its title. Raises: NotFound for another participation's."""
    kind = ExternalCode.Kind.OZON_VOUCHER
    found = ExternalCode.objects.filter(participation=row, kind=kind, value=value).first()
    if found is None:
        raise NotFound(_("There is no such voucher."))
    return found


def participants_count(campaigns: Collection[Campaign]) -> dict[int, int]:
    """{campaign: how many take part}. One query."""
    approved = Participation.objects.filter(
        campaign__in=campaigns, state=Participation.State.APPROVED
    )
    return dict(approved.values_list("campaign_id").annotate(count=Count("pk")))


def applications_count(brand: Brand) -> int:
    return Participation.objects.filter(brand=brand, state=Participation.State.APPLIED).count()


def totals_of(campaigns: Collection[Campaign]) -> dict[int, CampaignTotals]:
    """{campaign: what it has earned for influencers so far}. One query."""
    return {row.campaign_id: row for row in CampaignTotals.objects.filter(campaign__in=campaigns)}
