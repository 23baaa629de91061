"""What may be read of promo codes. Every function runs inside a side's context."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils.translation import gettext as _

from brands.models import Member
from brands.selectors import member_require_write
from campaigns.domain.codes import CodeFault, skeleton
from campaigns.models import Campaign, CodeAlias, CodePool, Participation, PromoCode
from core.bulk import array_of
from core.errors import NotFound
from core.paging import newest_page

PAGE_ROWS = 50
State = PromoCode.State


class Taken(NamedTuple):
    """Why a look is not free in a shop, and by which code or text."""

    fault: CodeFault
    text: str


def codes_taken(brand_id: int, skeletons: Sequence[str]) -> dict[str, Taken]:
    """{look: what has it} of those that are not free. Two queries, whatever their number. Runs as
    the system: the codes of a whole shop."""
    looks = array_of(skeletons)
    aliases = CodeAlias.objects.raw(
        "SELECT a.id, a.text, a.skeleton FROM unnest(%s::text[]) AS w (skeleton)"
        " JOIN campaigns_codealias a ON a.brand_id = %s AND a.skeleton = w.skeleton",
        [looks, brand_id],
    )
    codes = PromoCode.objects.raw(
        "SELECT c.id, c.code, c.skeleton FROM unnest(%s::text[]) AS w (skeleton)"
        " JOIN campaigns_promocode c ON c.brand_id = %s AND c.skeleton = w.skeleton",
        [looks, brand_id],
    )
    known = {alias.skeleton: Taken(CodeFault.KNOWN, alias.text) for alias in aliases}
    return known | {code.skeleton: Taken(CodeFault.TAKEN, code.code) for code in codes}


# --- Pools ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PoolCounts:
    """How many codes of each state. `unassigned` are issued ones that are nobody's yet."""

    issued: int = 0
    reserved: int = 0
    redeemed: int = 0
    void: int = 0
    unassigned: int = 0

    @property
    def total(self) -> int:
        return self.issued + self.reserved + self.redeemed + self.void


def pool_access_for_writer(member: Member, public_id: UUID) -> CodePool:
    """Raises: NotFound for another brand's; Forbidden for who may only read."""
    found = pool_access_for_brand(member.brand_id, public_id)
    member_require_write(member)
    return found


def pool_access_for_brand(brand_id: int, public_id: UUID) -> CodePool:
    """Raises: NotFound for another brand's."""
    pools = CodePool.objects.select_related("campaign").filter(brand_id=brand_id)
    found = pools.filter(public_id=public_id).first()
    if found is None:
        raise NotFound(_("There is no such pool of codes."))
    return found


def pools_of_campaign(campaign: Campaign) -> list[CodePool]:
    """Newest first, those that have codes, without what was refused in files. One query."""
    pools = CodePool.objects.filter(campaign=campaign, state=CodePool.State.READY)
    return list(pools.select_related("influencer").defer("faults").order_by("-id"))


def pool_counts(pools: Collection[CodePool]) -> dict[int, PoolCounts]:
    """{pool: its counts}. One query."""
    nobodys = ExpressionWrapper(Q(participation__isnull=True), BooleanField())
    codes = PromoCode.objects.filter(pool__in=pools).annotate(is_nobodys=nobodys)
    rows = codes.values_list("pool_id", "state", "is_nobodys")
    found: dict[int, dict[str, int]] = {}
    for pool_id, state, is_nobodys, count in rows.annotate(count=Count("pk")).order_by():
        counts = found.setdefault(pool_id, {})
        counts[state] = counts.get(state, 0) + count
        if is_nobodys and state == State.ISSUED:
            counts["unassigned"] = count
    return {pool_id: PoolCounts(**counts) for pool_id, counts in found.items()}


def codes_of_pool(pool: CodePool, *, state: str = "") -> Iterator[PromoCode]:
    """In the order of the file, with whose they are. Streamed."""
    codes = PromoCode.objects.filter(pool=pool).select_related("influencer").order_by("id")
    wanted = codes.filter(state=state) if state in State.values else codes
    return wanted.iterator(2_000)


# --- Personal codes -------------------------------------------------------------------------


class CodePage(NamedTuple):
    """`after` is where the next page begins, "" at the end."""

    rows: list[PromoCode]
    after: str


def _personal_codes(campaign: Campaign) -> QuerySet[PromoCode]:
    return PromoCode.objects.filter(campaign=campaign, pool__isnull=True)


def personal_code_page(
    campaign: Campaign, *, state: str = "", query: str = "", after: str = ""
) -> CodePage:
    """Newest first, with their people and aliases; by a part of the code or of the name."""
    codes = _personal_codes(campaign).select_related("influencer", "participation")
    if state in State.values:
        codes = codes.filter(state=state)
    if query:
        by_look = codes.filter(skeleton__contains=skeleton(query)) if skeleton(query) else None
        by_name = codes.filter(influencer__name__icontains=query)
        codes = by_name if by_look is None else by_look | by_name
    return CodePage(*newest_page(codes.prefetch_related("aliases"), after, size=PAGE_ROWS))


def personal_code_counts(campaign: Campaign) -> dict[str, int]:
    """{state: how many}. One query."""
    rows = _personal_codes(campaign).values_list("state")
    return dict(rows.annotate(count=Count("pk")).order_by())


def personal_codes_all(campaign: Campaign) -> Iterator[PromoCode]:
    """Every personal code with its person, oldest first. Streamed."""
    codes = _personal_codes(campaign).select_related("influencer").order_by("id")
    return codes.iterator(2_000)


@dataclass(frozen=True, slots=True)
class OwnCodes:
    """The codes of a participation as its influencer sees them; `active` None without one.
    `replaced` still count, the latest first. `aliases` are of the active one."""

    active: PromoCode | None
    replaced: list[PromoCode]
    aliases: list[str]
    one_time: PoolCounts


def codes_of_participation(participation: Participation, *, now: datetime) -> OwnCodes:
    """Three queries."""
    mine = PromoCode.objects.filter(participation=participation)
    personal = list(mine.filter(pool__isnull=True).prefetch_related("aliases").order_by("-id"))
    active = next((code for code in personal if code.state == State.ACTIVE), None)
    replaced = [
        code
        for code in personal
        if code.state == State.REPLACED and code.valid_until and code.valid_until > now
    ]
    aliases = [each for each in active.aliases.all() if not each.ambiguous_at] if active else []
    counted = mine.filter(pool__isnull=False).values_list("state")
    return OwnCodes(
        active,
        replaced,
        [each.text for each in aliases],
        PoolCounts(**dict(counted.annotate(count=Count("pk")).order_by())),
    )
