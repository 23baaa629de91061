"""Pools of one-time codes: taken in from a file as a whole or not at all, made by us, given to
participations, reserved for followers, made void. What redeems one is an order
(attribution.services.decisions).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.domain.code_file import CODES_MAX, CodeFile, FileCode, RowFault, code_file_read
from campaigns.domain.codes import canonical, one_time_code_generate, skeleton
from campaigns.models import Campaign, CodePool, Participation, PromoCode
from campaigns.selectors.codes import codes_taken
from campaigns.services.codes import codes_lock, days_require, last_moment, skus_require
from campaigns.services.links import ParticipationConflict, participation_locked
from core import clock
from core.audit.services import audit_record
from core.bulk import array_of
from core.cells import TableError
from core.clock import day_start
from core.errors import Invalid, NotFound
from core.file_refusals import file_wrong, table_wrong
from core.tenancy.context import acting_as

NAME_CHARS_MAX = 80
INSERT_ROWS = 10_000  # in one statement, so that memory stays small
REFUSED_KEPT = timedelta(days=1)  # how long a refused file's faults can be downloaded
GIVEN_MAX = 100_000
State = PromoCode.State
REFUSALS: Mapping[str, Promise] = {
    "too_large": gettext_lazy("The file is too large: up to 8 MB are read."),
    "too_many_rows": gettext_lazy("The file has more than 100,000 codes. Send it in parts."),
    "old_excel": gettext_lazy("This is the old Excel format (.xls). Save it as .xlsx or .csv."),
    "broken_quotes": gettext_lazy("A quote is opened in the file and never closed."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolTerms:
    """Of a new pool: of a participation, or (None) of the campaign; when its codes count."""

    campaign_id: int
    name: str
    participation_id: int | None = None
    first_on: date | None = None
    last_on: date | None = None
    except_skus: Sequence[str] = ()


def codes_import(terms: PoolTerms, *, raw: bytes) -> CodePool:
    """Take a file of codes in: every row, or none. A pool that is REFUSED has no codes and says
    what is wrong in which row.

    Raises:
        NotFound: no such campaign or participation.
        ParticipationConflict: the participation is not approved.
        Invalid: no table, or nothing in it; the name, the days or the articles.
    """
    _terms_require(terms)
    try:
        file = code_file_read(raw)
    except TableError as error:
        raise table_wrong(error, REFUSALS) from None
    if not file.codes and not file.faults:
        raise file_wrong(_("There is no code in this file."))
    with acting_as(system="import promo codes"):
        pool = _pool_blank(terms)
        codes_lock(pool.brand_id)
        faults = _faults_in_shop(pool.brand_id, file)
        if faults:
            return _pool_refuse(pool, file, faults)
        _codes_add(pool, terms, file.codes)
        audit_record("code_pool.import", pool, after={"codes": pool.rows, "name": pool.name})
    return pool


def codes_generate(terms: PoolTerms, *, count: int) -> CodePool:
    """Make so many codes, for the brand to put into its shop.

    Raises: as `codes_import`; Invalid for a count out of bounds.
    """
    _terms_require(terms)
    if not 1 <= count <= CODES_MAX:
        message = _("From 1 to 100,000 codes.")
        raise Invalid.of("count", message)
    with acting_as(system="generate promo codes"):
        pool = _pool_blank(terms)
        codes_lock(pool.brand_id)
        made: dict[str, str] = {}
        while len(made) < count:
            wanted = (one_time_code_generate() for _n in range(count - len(made)))
            fresh = {skeleton(code): code for code in wanted}
            taken = codes_taken(pool.brand_id, list(fresh))
            made |= {look: code for look, code in fresh.items() if look not in taken}
        codes = [
            FileCode(number, code, canonical(code), look)
            for number, (look, code) in enumerate(made.items(), 1)
        ]
        _codes_add(pool, terms, codes)
        audit_record("code_pool.generate", pool, after={"codes": pool.rows, "name": pool.name})
    return pool


def _terms_require(terms: PoolTerms) -> None:
    if not terms.name.strip() or len(terms.name.strip()) > NAME_CHARS_MAX:
        message = _("A name of up to 80 characters.")
        raise Invalid.of("name", message)
    days_require(terms.first_on, terms.last_on)
    skus_require(terms.except_skus)


def _pool_blank(terms: PoolTerms) -> CodePool:
    campaign = Campaign.objects.filter(pk=terms.campaign_id).first()
    if campaign is None:
        raise NotFound(_("There is no such campaign."))
    participation = _participation_of(campaign, terms.participation_id)
    return CodePool(
        brand_id=campaign.brand_id,
        campaign=campaign,
        participation=participation,
        influencer_id=participation.influencer_id if participation else None,
        name=terms.name.strip(),
    )


def _participation_of(campaign: Campaign, participation_id: int | None) -> Participation | None:
    if participation_id is None:
        return None
    participation = participation_locked(participation_id)
    if participation.campaign_id != campaign.pk:
        raise NotFound(_("There is no such participation."))
    if participation.state != Participation.State.APPROVED:
        raise ParticipationConflict(_("Accept the influencer first."))
    return participation


def _faults_in_shop(brand_id: int, file: CodeFile) -> list[RowFault]:
    """The file's own faults and what its codes collide with, in the order of its rows."""
    taken = codes_taken(brand_id, [code.skeleton for code in file.codes])
    collisions = [
        RowFault(code.row, code.code, *taken[code.skeleton])
        for code in file.codes
        if code.skeleton in taken
    ]
    return sorted([*file.faults, *collisions])


def _pool_refuse(pool: CodePool, file: CodeFile, faults: Iterable[RowFault]) -> CodePool:
    pool.state = CodePool.State.REFUSED
    pool.rows = len(file.codes) + len(file.faults)
    pool.faults = [list(fault) for fault in faults]
    pool.save()
    CodePool.objects.filter(
        brand_id=pool.brand_id,
        state=CodePool.State.REFUSED,
        created_at__lt=clock.now() - REFUSED_KEPT,
    ).delete()
    return pool


def _codes_add(pool: CodePool, terms: PoolTerms, codes: Sequence[FileCode]) -> None:
    pool.rows = len(codes)
    pool.save()
    shared = [
        pool.brand_id,
        pool.campaign_id,
        pool.participation_id,
        pool.influencer_id,
        pool.pk,
        day_start(terms.first_on) if terms.first_on else None,
        last_moment(terms.last_on) if terms.last_on else None,
        skus_require(terms.except_skus),
        clock.now(),
    ]
    with connection.cursor() as cursor:
        for begin in range(0, len(codes), INSERT_ROWS):
            part = codes[begin : begin + INSERT_ROWS]
            columns = [[each.code for each in part], [each.canonical for each in part]]
            looks = [each.skeleton for each in part]
            cursor.execute(_ADD, [*shared, *map(array_of, [*columns, looks])])


# What all have in common travels once: a hundred thousand model instances would cost more.
_ADD = """
INSERT INTO campaigns_promocode
       (brand_id, campaign_id, participation_id, influencer_id, pool_id, valid_from, valid_until,
        except_skus, created_at, state, used_by, code, canonical, skeleton)
SELECT %s, %s, %s, %s, %s, %s, %s, %s::varchar[], %s, 'issued', '', w.code, w.canonical, w.skeleton
  FROM unnest(%s::text[], %s::text[], %s::text[]) WITH ORDINALITY
       AS w (code, canonical, skeleton, n)
 ORDER BY w.n
"""


# --- Handing out ----------------------------------------------------------------------------


def pool_give(*, pool_id: int, participation_id: int, count: int) -> int:
    """As `codes_issue`. Returns how many."""
    return len(codes_issue(pool_id=pool_id, participation_id=participation_id, count=count))


def codes_issue(*, pool_id: int, participation_id: int, count: int) -> list[str]:
    """Make so many codes of a campaign's pool a participation's, the first of the file first.
    Returns them.

    Raises:
        NotFound: no such pool, or a participation of another campaign.
        ParticipationConflict: it is not approved.
        Invalid: the pool has not so many left.
    """
    with acting_as(system="give promo codes"):
        pool = _pool_locked(pool_id)
        participation = _participation_of(pool.campaign, participation_id)
        assert participation is not None
        free = PromoCode.objects.filter(
            pool=pool, state=State.ISSUED, participation__isnull=True
        ).order_by("id")
        first = free.select_for_update().values_list("pk", "code")[: min(count, GIVEN_MAX)]
        codes = dict(first)
        if not 0 < count == len(codes):
            message = _("There are %(count)s codes left in this pool.") % {"count": len(codes)}
            raise Invalid.of("count", message)
        PromoCode.objects.filter(pk__in=codes).update(
            participation=participation, influencer_id=participation.influencer_id
        )
        audit_record(
            "code_pool.give",
            pool,
            after={"codes": len(codes), "participation": str(participation.public_id)},
        )
    return list(codes.values())


def code_reserve(*, participation_id: int) -> PromoCode:
    """The next one-time code of a participation, for one follower: nobody gets it again.

    Raises:
        NotFound: no such participation.
        ParticipationConflict: it is not approved, or has no code left that counts now.
    """
    now = clock.now()
    with acting_as(system="reserve a promo code"):
        participation = participation_locked(participation_id)
        if participation.state != Participation.State.APPROVED:
            raise ParticipationConflict(_("You take no part in this campaign any more."))
        issued = PromoCode.objects.select_for_update(skip_locked=True).filter(
            participation=participation, state=State.ISSUED
        )
        promo = issued.exclude(valid_until__lt=now).exclude(valid_from__gt=now).order_by("id")
        found = promo.first()
        if found is None:
            raise ParticipationConflict(_("No one-time code is left. Ask the brand for more."))
        found.state = State.RESERVED
        found.save(update_fields=["state"])
        audit_record("code.reserve", found, after={"code": found.code})
    return found


def pool_void(*, pool_id: int) -> int:
    """Make every code void that no order has used. Returns how many.

    Raises:
        NotFound: no such pool.
    """
    with acting_as(system="void promo codes"):
        pool = _pool_locked(pool_id)
        unused = PromoCode.objects.filter(
            pool=pool, state__in=[State.ISSUED, State.RESERVED]
        ).order_by("id")
        ids = list(unused.select_for_update().values_list("pk", flat=True))
        PromoCode.objects.filter(pk__in=ids).update(state=State.VOID, valid_until=clock.now())
        audit_record("code_pool.void", pool, after={"codes": len(ids)})
    return len(ids)


def _pool_locked(pool_id: int) -> CodePool:
    pools = CodePool.objects.select_for_update(of=("self",)).select_related("campaign")
    found = pools.filter(pk=pool_id, state=CodePool.State.READY).first()
    if found is None:
        raise NotFound(_("There is no such pool of codes."))
    return found
