"""What speaks for whom: the candidates of order lines, as the pure rules want them.

Everything is looked up within the order's own brand: a click or a code of another brand is no
evidence here. It is read once for a whole batch, by a constant number of queries, and the
candidates of an order are then made of it in memory. Runs as the system.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from attribution.connectors.receipt_match import (
    RECEIPT_APART,
    participation_named,
    sign_named,
)
from attribution.domain.click_flags import MACHINE, ClickFlag
from attribution.domain.match import (
    CLICKS,
    CLOCK_SKEW,
    CandidateEvidence,
    CandidateTerms,
    ClickModel,
    CodePolicy,
    EvidenceKind,
    Reason,
    Verdict,
)
from attribution.models import Decision, Order
from attribution.selectors.articles import Articles, articles_of, articles_wanted
from attribution.selectors.click_statements import CLICKS_SQL, OTHERS_SQL
from attribution.selectors.clicks import ID_TOLERANCE
from attribution.selectors.code_evidence import (
    LOOK_ALIKE,
    KnownCode,
    codes_known,
    codes_meant,
    refusal_of,
)
from attribution.selectors.dossiers import Dossier, Dossiers, Key
from attribution.selectors.news import Named, News, Told
from attribution.selectors.totals_paying import TotalsOf, is_in_totals, totals_of
from campaigns.domain.code_rules import sku_plain
from campaigns.domain.codes import canonical, skeleton
from campaigns.domain.daily_totals import daily_day, is_paid_by_totals, pays_percent_alone
from campaigns.domain.external_codes import held_at
from campaigns.domain.terms import WINDOW_DAYS_MAX
from campaigns.models import Campaign, ExternalCode, Participation, PromoCode, Terms
from campaigns.selectors.versions import LaterTerms, later_terms, terms_at
from core.bulk import array_of
from core.clock import day_of
from core.ids import uuid7_time

CLICKS_MAX = 20  # of one visitor: enough to tell the first from the last
# An id inside the order is the strongest evidence; what only a page says needs a second word.
CLAIMED, PLATFORM_TAG = EvidenceKind.RECEIPT_CLAIM, EvidenceKind.PLATFORM_TAG
OF_FOLLOWERS = (CLAIMED, EvidenceKind.PHONE_CLAIM)
NAMING = (*OF_FOLLOWERS, PLATFORM_TAG)  # the row's value names a participation
ROW_GRADES: dict[str, str] = {CLAIMED: "D", PLATFORM_TAG: "C"}
BY_CODE = (  # of a marketplace's own rows
    EvidenceKind.WB_SUBSTITUTE_ARTICLE,
    EvidenceKind.OZON_VOUCHER,
    EvidenceKind.EXCLUSIVE_SKU,
)
BY_MACHINE, LOADED_AHEAD = int(MACHINE), int(ClickFlag.PREFETCH)
CLICK_GRADES = {EvidenceKind.CLICK: "A", EvidenceKind.PAGE_CLICK: "D"}


class Tap(NamedTuple):
    """A click, as far as it speaks for anybody."""

    click_id: UUID
    at: datetime
    participation_id: int
    brand_id: int
    visitor: UUID
    flags: int  # attribution.domain.click_flags; 0 when the brand vouches for it

    def is_by_machine(self, named: Collection[UUID]) -> bool:
        """A page that a browser loaded ahead is a person's visit once an order names it: the tap
        that followed asked us nothing. Unnamed it may be a link that nobody saw."""
        machine = self.flags & BY_MACHINE
        return machine != 0 and not (machine == LOADED_AHEAD and self.click_id in named)


Visit = tuple[UUID, datetime]  # a click, and the moment of an order that names it


@dataclass(slots=True)
class Evidence:
    """What was found for a batch."""

    dossiers: Dossiers
    clicks: dict[UUID, Tap] = field(default_factory=dict)
    others: dict[Visit, list[Tap]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[tuple[int, str], KnownCode] = field(default_factory=dict)  # by brand and look
    external: dict[tuple[int, str, str], list[ExternalCode]] = field(default_factory=dict)
    exclusive: Articles = field(default_factory=dict)
    totals: TotalsOf = field(default_factory=dict)
    participations: dict[int, Participation] = field(default_factory=dict)
    later: LaterTerms = field(default_factory=dict)

    def terms_deciding(self, decision: Decision, placed_at: datetime) -> Terms:
        """The version under which the winner of a decision is paid: in force at the click that
        decided, or, without one, at the order."""
        participation = self.participations[decision.participation_id or 0]
        if not participation.has_later_terms:
            return participation.terms
        won = next(each for each in decision.trace if each["verdict"] == Verdict.DECIDED)
        is_click = won["kind"] in CLICKS
        moment = datetime.fromisoformat(won["occurred_at"]) if is_click else placed_at
        return terms_at(participation, self.later, moment)

    def order_candidates(self, dossier: Dossier) -> list[CandidateEvidence]:
        """Candidates of the order as a whole: its click (with the visitor's others), its codes."""
        order = dossier.the_order()
        clicks, click_kind, named = self._clicks_of(dossier)
        found = [
            self._candidate(
                order,
                click.participation_id,
                click.at,
                kind=click_kind,
                evidence=click.click_id.hex,
                grade=CLICK_GRADES[click_kind],
                occurred_at=click.at,
                refusal=Reason.CLICK_BY_MACHINE if click.is_by_machine(named) else None,
            )
            for click in clicks
        ]
        found += [
            self._candidate(
                order,
                code.participation_id,
                kind=EvidenceKind.PROMO_CODE,
                evidence=text,
                grade="B",
                occurred_at=order.placed_at,
                typed_as=typed_as,
                refusal=refusal_of(code, order),
                except_skus=frozenset(map(sku_plain, code.except_skus)),
                has_discounted=text in order.discounted_codes,
                position=position,
            )
            for position, (text, code, typed_as) in enumerate(self.codes_of(order))
            if code.participation_id is not None
        ]
        return found + self._claims(dossier)

    def _claims(self, dossier: Dossier) -> list[CandidateEvidence]:
        """What followers said of the order as a whole: numbers that its buyer has, and the receipt
        of its purchase, unless somebody has said that it is of another one."""
        order, rows = dossier.the_order(), self.dossiers.said.get(dossier.key, ())
        if not rows:
            return []
        apart = {row.value for row in rows if row.kind == RECEIPT_APART}
        return [
            self._candidate(
                order,
                named,
                kind=EvidenceKind(row.kind),
                evidence=sign_named(row.value) or order.number,
                grade="D",
                occurred_at=row.occurred_at,
            )
            for row in rows
            if row.line_id == ""
            and row.kind in OF_FOLLOWERS
            and row.value not in apart
            and (named := self._named_by(dossier, row.kind, row.value)) is not None
        ]

    def line_candidates(self, dossier: Dossier) -> dict[str, list[CandidateEvidence]]:
        """Candidates of single lines, by the line's own id: codes inside the platform's rows."""
        by_line: dict[str, list[CandidateEvidence]] = defaultdict(list)
        for row in sorted(self.dossiers.said.get(dossier.key, ()), key=lambda row: row.occurred_at):
            if row.line_id == "" and row.kind in (*OF_FOLLOWERS, RECEIPT_APART):
                continue
            named = self._named_by(dossier, row.kind, row.value)
            if named is not None:
                order = dossier.the_order()
                names: dict[str, str] = {CLAIMED: order.number, PLATFORM_TAG: row.line_id}
                candidate = self._candidate(
                    order,
                    named,
                    kind=EvidenceKind(row.kind),
                    evidence=names.get(row.kind, row.value),
                    grade=ROW_GRADES.get(row.kind, "A"),
                    occurred_at=row.occurred_at,
                )
                by_line[row.line_id].append(candidate)
        if self.exclusive:
            self._articles_add(dossier, by_line)
        return by_line

    def _articles_add(self, dossier: Dossier, by_line: dict[str, list[CandidateEvidence]]) -> None:
        """Of lines whose goods are somebody's own."""
        placed_at = dossier.the_order().placed_at
        for line in dossier.lines.values():
            for code, refusal in articles_of(
                self.exclusive, dossier.brand_id, line.sku, placed_at=placed_at
            ):
                candidate = self._candidate(
                    dossier.the_order(),
                    code.participation_id,
                    kind=EvidenceKind.EXCLUSIVE_SKU,
                    evidence=line.sku,
                    grade="A",
                    occurred_at=placed_at,
                    refusal=refusal,
                )
                by_line[line.line_id].append(candidate)

    def _named_by(self, dossier: Dossier, kind: str, value: str) -> int | None:
        """The participation of a row: whose the code is, or that a claim of a receipt or the tag of
        a total names."""
        if kind in NAMING:
            claimed = self.participations.get(participation_named(value))
            return claimed.pk if claimed and claimed.brand_id == dossier.brand_id else None
        codes = self.external.get((dossier.brand_id, kind, value), ())
        code = held_at(codes, dossier.the_order().placed_at)
        return code.participation_id if code and kind != EvidenceKind.PAGE_CLICK else None

    def _clicks_of(self, dossier: Dossier) -> tuple[list[Tap], EvidenceKind, list[UUID]]:
        """The clicks that the order itself speaks of; only without any, those of its page. With
        the ids that are named: the others are of the same visitors."""
        order = dossier.the_order()
        named = [order.click_id] if order.click_id else []
        if carried := self._visits(order, named):
            return carried, EvidenceKind.CLICK, named
        named = self._page_clicks(dossier)
        return self._visits(order, named), EvidenceKind.PAGE_CLICK, named

    def _page_clicks(self, dossier: Dossier) -> list[UUID]:
        """The click ids that the thank-you page gave, in the order of their coming."""
        names = self.dossiers.names_of(dossier)
        said = [row for name in names for row in self.dossiers.said.get((dossier.key[0], name), ())]
        if len(names) > 1:
            said.sort(key=lambda row: (row.pk is None, row.pk or 0, row.occurred_at))
        clicks = [row.value for row in said if row.kind == EvidenceKind.PAGE_CLICK]
        return [UUID(value) for value in dict.fromkeys(clicks)]

    def _visits(self, order: Order, named: Iterable[UUID]) -> list[Tap]:
        """The clicks with these ids, and their visitors' others before the order, each once."""
        found: dict[UUID, Tap] = {}
        for click_id in named:
            carried = self.clicks.get(click_id)
            if carried is not None and carried.brand_id == order.brand_id:
                others = self.others.get((click_id, order.placed_at), ())
                found |= {click.click_id: click for click in (carried, *others)}
        return list(found.values())

    def codes_of(self, order: Order) -> Iterator[tuple[str, PromoCode, str]]:
        """(as typed, the code it is, by what it was known when not by its own letters) in the order
        of typing. Codes, looks and aliases are unique in the shop."""
        seen: set[int] = set()
        for text in order.promo_codes:
            known = self.codes.get((order.brand_id, skeleton(text)))
            if known is None or known.code.pk in seen:
                continue
            if known.ambiguous_at is not None and order.placed_at >= known.ambiguous_at:
                continue
            seen.add(known.code.pk)
            is_exact = not known.alias and canonical(text) == known.code.canonical
            yield text, known.code, "" if is_exact else known.alias or LOOK_ALIKE

    def _candidate(
        self,
        order: Order,
        participation_id: int,
        clicked_at: datetime | None = None,
        **evidence: object,
    ) -> CandidateEvidence:
        """Under the terms in force at the click, or, without one, at the order."""
        participation = self.participations[participation_id]
        campaign = participation.campaign
        terms = terms_at(participation, self.later, clicked_at or order.placed_at)
        assert campaign.published_at is not None, campaign.pk
        grades = terms.paying_grades
        if campaign.totals_from:  # a marketplace's sales count by its totals, or by its orders
            refusal, grades = _by_totals(campaign, terms, order, evidence["kind"])
            evidence["refusal"] = refusal or evidence.get("refusal")
        if self.totals and evidence["kind"] in BY_CODE and is_in_totals(self.totals, order):
            evidence["refusal"] = Reason.PAID_BY_TOTALS
        return CandidateEvidence(
            participation_id=participation.pk,
            influencer_id=participation.influencer_id,
            campaign_id=campaign.pk,
            terms=CandidateTerms(
                terms_id=terms.pk,
                window_days=terms.window_days,
                code_policy=CodePolicy(terms.code_policy),
                model=ClickModel(terms.model),
                paying_grades=grades,
            ),
            running_from=campaign.published_at,
            running_until=min(filter(None, (campaign.ends_at, campaign.closed_at)), default=None),
            is_participating=_took_part(participation, order.placed_at),
            **evidence,  # type: ignore[arg-type]
        )


def _took_part(participation: Participation, placed_at: datetime) -> bool:
    """Whether the influencer was in when the order was placed: who is out by now keeps what was
    sold before, also when the order's news, or a late row about it, comes after."""
    if participation.state == Participation.State.APPROVED:
        return True
    ended_at = participation.ended_at
    return ended_at is not None and placed_at <= ended_at


def _by_totals(
    campaign: Campaign, terms: Terms, order: Order, kind: object
) -> tuple[Reason | None, str]:
    """(why a candidate may not count, the grades that pay) where the campaign pays some
    marketplace's totals."""
    day_on = daily_day(order.source, order.external_id) or day_of(order.placed_at)
    if not is_paid_by_totals(campaign.totals_from, order.source, day_on):
        return None, terms.paying_grades
    if kind != PLATFORM_TAG:
        return Reason.PAID_BY_TOTALS, terms.paying_grades
    is_percent = pays_percent_alone(terms.commission)
    return None if is_percent else Reason.TOTALS_NEED_PERCENT, f"{terms.paying_grades}C"


# --- Reading it -----------------------------------------------------------------------------


def evidence_load(
    dossiers: Dossiers, news: News, *, is_locked: bool = True, imagined: Collection[Tap] = ()
) -> Evidence:
    """What may speak for anybody in the orders of a batch, before its news and after. Five queries
    at most, and one more where terms of somebody were changed. `imagined` clicks were never made:
    somebody tries what would be."""
    found = Evidence(dossiers)
    named = _everything_named(dossiers, news)
    told = _everything_told(dossiers, news)
    _clicks_load(found, _visits_named(dossiers, named, told))
    found.clicks |= {click.click_id: click for click in imagined}
    _codes_load(found, named, is_locked=is_locked)
    _external_load(found, told, named)
    if found.external or found.exclusive:
        found.totals = totals_of(set(dossiers.brands.values()))
    ids = {click.participation_id for click in found.clicks.values()}
    ids |= {click.participation_id for clicks in found.others.values() for click in clicks}
    ids |= {
        participation_named(each.value)
        for rows in told.values()
        for each in rows
        if each.kind in NAMING
    }
    ids |= {known.code.participation_id or 0 for known in found.codes.values()}
    ids |= {code.participation_id for codes in found.external.values() for code in codes}
    ids |= {code.participation_id for codes in found.exclusive.values() for code in codes}
    if ids:
        rows = Participation.objects.select_related("campaign", "terms").filter(pk__in=ids)
        found.participations = {row.pk: row for row in rows}
        found.later = later_terms(found.participations.values())
    return found


def _everything_named(dossiers: Dossiers, news: News) -> dict[Key, list[Named]]:
    named = {key: list(each) for key, each in news.orders.items()}
    for key, dossier in dossiers.of.items():
        if (order := dossier.order) is not None:
            now = Named(
                order.placed_at,
                order.number,
                order.click_id,
                order.promo_codes,
                dossier.lines.values(),
            )
            named.setdefault(key, []).append(now)
    return named


def _everything_told(dossiers: Dossiers, news: News) -> dict[Key, list[Told]]:
    told = {key: list(each) for key, each in news.told.items()}
    for key, rows in dossiers.said.items():
        told.setdefault(key, []).extend(Told(row.kind, row.value) for row in rows)
    return told


def _visits_named(
    dossiers: Dossiers, named: dict[Key, list[Named]], told: dict[Key, list[Told]]
) -> set[tuple[int, Visit]]:
    """(brand, click and moment) for each click that an order may name, in any state of it."""
    visits = set()
    for key, states in named.items():
        connection_id, external_id = key
        clicks = {state.click_id for state in states if state.click_id}
        for name in {external_id, *(state.number for state in states)}:
            said = told.get((connection_id, name), ())
            clicks |= {UUID(each.value) for each in said if each.kind == EvidenceKind.PAGE_CLICK}
        brand_id = dossiers.brands[connection_id]
        moments = {state.placed_at for state in states}
        visits |= {(brand_id, (click, at)) for click in clicks for at in moments}
    return visits


def _clicks_load(found: Evidence, visits: Collection[tuple[int, Visit]]) -> None:
    """The named clicks, then the other clicks of their visitors before the orders.

    An id says when it was, and the moment of an order how far back to look: days of clicks that
    nobody asks for are not read. Clicks of no version 7 are none of ours.
    """
    ids = sorted({click_id for _brand, (click_id, _at) in visits if click_id.version == 7})
    if not ids:
        return
    moments = [uuid7_time(click_id) for click_id in ids]
    span = [min(moments) - ID_TOLERANCE, max(moments) + ID_TOLERANCE]
    tolerance = [array_of(at + sign * ID_TOLERANCE for at in moments) for sign in (-1, 1)]
    rows = _rows(CLICKS_SQL, [array_of(ids), *tolerance, *span])
    found.clicks = {click.click_id: click for click in map(Tap._make, rows)}
    wanted = [
        (click, at)
        for brand_id, (click_id, at) in sorted(visits)
        if (click := found.clicks.get(click_id)) is not None and click.brand_id == brand_id
    ]
    if wanted:
        _others_load(found, wanted)


def _others_load(found: Evidence, wanted: Sequence[tuple[Tap, datetime]]) -> None:
    since = [at - timedelta(days=WINDOW_DAYS_MAX) for _click, at in wanted]
    until = [at + CLOCK_SKEW for _click, at in wanted]
    parameters = [
        array_of({click.visitor for click, _at in wanted}), min(since), max(until),
        array_of(range(len(wanted))),
        array_of(click.click_id for click, _at in wanted),
        array_of(click.visitor for click, _at in wanted),
        array_of(click.brand_id for click, _at in wanted),
        array_of(since), array_of(until), CLICKS_MAX - 1,
    ]  # fmt: skip
    for n, *other in _rows(OTHERS_SQL, parameters):
        click, at = wanted[n]
        found.others[click.click_id, at].append(Tap(*other))


def _rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _codes_load(found: Evidence, named: dict[Key, list[Named]], *, is_locked: bool) -> None:
    wanted = sorted(
        {
            (found.dossiers.brands[key[0]], skeleton(text))
            for key, states in named.items()
            for state in states
            for text in state.promo_codes
        }
    )
    found.codes = codes_known(wanted) if is_locked else codes_meant(wanted)


def _external_load(
    found: Evidence, told: dict[Key, list[Told]], named: dict[Key, list[Named]]
) -> None:
    wanted = {
        (found.dossiers.brands[key[0]], each.kind, each.value)
        for key, rows in told.items()
        for each in rows
        if each.kind not in (EvidenceKind.PAGE_CLICK, RECEIPT_APART, *NAMING)
    }
    if found.dossiers.exclusive:
        wanted |= articles_wanted(found.dossiers, named)
    if wanted:
        parameters = [array_of(each) for each in zip(*sorted(wanted), strict=True)]
        for code in ExternalCode.objects.raw(_EXTERNAL, parameters):
            if code.kind == EvidenceKind.EXCLUSIVE_SKU:
                found.exclusive.setdefault((code.brand_id, code.value), []).append(code)
            else:
                key = (code.brand_id, code.kind, code.value)
                found.external.setdefault(key, []).append(code)


_EXTERNAL = """
SELECT c.* FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS w (brand_id, kind, value)
  JOIN campaigns_externalcode c
    ON c.brand_id = w.brand_id AND c.kind = w.kind AND c.value = w.value AND c.state <> 'void'
"""
