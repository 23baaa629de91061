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

from attribution.domain.match import (
    CLOCK_SKEW,
    CandidateEvidence,
    CandidateTerms,
    ClickModel,
    CodePolicy,
    EvidenceKind,
)
from attribution.models import Order
from attribution.selectors.articles import Articles, articles_of, articles_wanted
from attribution.selectors.click_statements import CLICKS_SQL, OTHERS_SQL
from attribution.selectors.clicks import ID_TOLERANCE
from attribution.selectors.code_evidence import LOOK_ALIKE, KnownCode, codes_known, refusal_of
from attribution.selectors.dossiers import Dossier, Dossiers, Key
from attribution.selectors.news import Named, News, Told
from campaigns.domain.code_rules import sku_plain
from campaigns.domain.codes import canonical, skeleton
from campaigns.domain.terms import WINDOW_DAYS_MAX
from campaigns.models import ExternalCode, Participation, PromoCode
from core.bulk import array_of
from core.ids import uuid7_time

CLICKS_MAX = 20  # of one visitor: enough to tell the first from the last
# An id inside the order is the strongest evidence; what only a page says needs a second word.
# What these say names its participation by itself
CLAIMS = (EvidenceKind.RECEIPT_CLAIM, EvidenceKind.PHONE_CLAIM)
CLICK_GRADES = {EvidenceKind.CLICK: "A", EvidenceKind.PAGE_CLICK: "D"}


class Tap(NamedTuple):
    """A click, as far as it speaks for anybody."""

    click_id: UUID
    at: datetime
    participation_id: int
    brand_id: int
    visitor: UUID


Visit = tuple[UUID, datetime]  # a click, and the moment of an order that names it


@dataclass(slots=True)
class Evidence:
    """What was found for a batch."""

    dossiers: Dossiers
    clicks: dict[UUID, Tap] = field(default_factory=dict)
    others: dict[Visit, list[Tap]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[tuple[int, str], KnownCode] = field(default_factory=dict)  # by brand and look
    external: dict[tuple[int, str, str], ExternalCode] = field(default_factory=dict)
    exclusive: Articles = field(default_factory=dict)
    participations: dict[int, Participation] = field(default_factory=dict)

    def order_candidates(self, dossier: Dossier) -> list[CandidateEvidence]:
        """Candidates of the order as a whole: its click (with the visitor's others), its codes."""
        order = dossier.the_order()
        clicks, click_kind = self._clicks_of(dossier)
        found = [
            self._candidate(
                click.participation_id,
                order.placed_at,
                kind=click_kind,
                evidence=click.click_id.hex,
                grade=CLICK_GRADES[click_kind],
                occurred_at=click.at,
            )
            for click in clicks
        ]
        found += [
            self._candidate(
                code.participation_id,
                order.placed_at,
                kind=EvidenceKind.PROMO_CODE,
                evidence=text,
                grade="B",
                occurred_at=order.placed_at,
                typed_as=typed_as,
                refusal=refusal_of(code, order),
                except_skus=frozenset(map(sku_plain, code.except_skus)),
                position=position,
            )
            for position, (text, code, typed_as) in enumerate(self.codes_of(order))
            if code.participation_id is not None
        ]
        return found + self._phone_claims(dossier)

    def _phone_claims(self, dossier: Dossier) -> list[CandidateEvidence]:
        """Numbers that followers left and that the buyer has, by the order's number."""
        order = dossier.the_order()
        return [
            self._candidate(
                named,
                order.placed_at,
                kind=EvidenceKind.PHONE_CLAIM,
                evidence=order.number,
                grade="D",
                occurred_at=row.occurred_at,
            )
            for row in self.dossiers.said.get(dossier.key, ())
            if row.kind == EvidenceKind.PHONE_CLAIM
            and (named := self._named_by(dossier, row.kind, row.value)) is not None
        ]

    def line_candidates(self, dossier: Dossier) -> dict[str, list[CandidateEvidence]]:
        """Candidates of single lines, by the line's own id: codes inside the platform's rows."""
        by_line: dict[str, list[CandidateEvidence]] = defaultdict(list)
        for row in sorted(self.dossiers.said.get(dossier.key, ()), key=lambda row: row.occurred_at):
            if row.kind == EvidenceKind.PHONE_CLAIM:
                continue
            named = self._named_by(dossier, row.kind, row.value)
            if named is not None:
                is_claim = row.kind == EvidenceKind.RECEIPT_CLAIM
                candidate = self._candidate(
                    named,
                    dossier.the_order().placed_at,
                    kind=EvidenceKind(row.kind),
                    evidence=dossier.the_order().number if is_claim else row.value,
                    grade="D" if is_claim else "A",
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
                    code.participation_id,
                    placed_at,
                    kind=EvidenceKind.EXCLUSIVE_SKU,
                    evidence=line.sku,
                    grade="A",
                    occurred_at=placed_at,
                    refusal=refusal,
                )
                by_line[line.line_id].append(candidate)

    def _named_by(self, dossier: Dossier, kind: str, value: str) -> int | None:
        """The participation of a row: whose the code is, or that a follower's claim names."""
        if kind in CLAIMS:
            claimed = self.participations.get(int(value))
            return claimed.pk if claimed and claimed.brand_id == dossier.brand_id else None
        code = self.external.get((dossier.brand_id, kind, value))
        return code.participation_id if code and kind != EvidenceKind.PAGE_CLICK else None

    def _clicks_of(self, dossier: Dossier) -> tuple[list[Tap], EvidenceKind]:
        """The clicks that the order itself speaks of; only without any, those of its page."""
        order = dossier.the_order()
        carried = self._visits(order, [order.click_id] if order.click_id else [])
        if carried:
            return carried, EvidenceKind.CLICK
        return self._visits(order, self._page_clicks(dossier)), EvidenceKind.PAGE_CLICK

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
        self, participation_id: int, placed_at: datetime, **evidence: object
    ) -> CandidateEvidence:
        participation = self.participations[participation_id]
        campaign, terms = participation.campaign, participation.terms
        assert campaign.published_at is not None, campaign.pk
        return CandidateEvidence(
            participation_id=participation.pk,
            influencer_id=participation.influencer_id,
            campaign_id=campaign.pk,
            terms=CandidateTerms(
                terms_id=terms.pk,
                window_days=terms.window_days,
                code_policy=CodePolicy(terms.code_policy),
                model=ClickModel(terms.model),
                paying_grades=terms.paying_grades,
            ),
            running_from=campaign.published_at,
            running_until=min(filter(None, (campaign.ends_at, campaign.closed_at)), default=None),
            is_participating=_took_part(participation, placed_at),
            **evidence,  # type: ignore[arg-type]
        )


def _took_part(participation: Participation, placed_at: datetime) -> bool:
    """Whether the influencer was in when the order was placed: who is out by now keeps what was
    sold before, also when the order's news, or a late row about it, comes after."""
    if participation.state == Participation.State.APPROVED:
        return True
    ended_at = participation.decided_at  # the moment of the state
    return ended_at is not None and placed_at <= ended_at


# --- Reading it -----------------------------------------------------------------------------


def evidence_load(dossiers: Dossiers, news: News) -> Evidence:
    """What may speak for anybody in the orders of a batch, before its news and after. Five queries
    at most."""
    found = Evidence(dossiers)
    named = _everything_named(dossiers, news)
    told = _everything_told(dossiers, news)
    _clicks_load(found, _visits_named(dossiers, named, told))
    _codes_load(found, named)
    _external_load(found, told, named)
    ids = {click.participation_id for click in found.clicks.values()}
    ids |= {click.participation_id for clicks in found.others.values() for click in clicks}
    ids |= {int(each.value) for rows in told.values() for each in rows if each.kind in CLAIMS}
    ids |= {known.code.participation_id or 0 for known in found.codes.values()}
    ids |= {code.participation_id for code in found.external.values()}
    ids |= {code.participation_id for codes in found.exclusive.values() for code in codes}
    if ids:
        rows = Participation.objects.select_related("campaign", "terms").filter(pk__in=ids)
        found.participations = {row.pk: row for row in rows}
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


def _codes_load(found: Evidence, named: dict[Key, list[Named]]) -> None:
    wanted = sorted(
        {
            (found.dossiers.brands[key[0]], skeleton(text))
            for key, states in named.items()
            for state in states
            for text in state.promo_codes
        }
    )
    found.codes = codes_known(wanted)


def _external_load(
    found: Evidence, told: dict[Key, list[Told]], named: dict[Key, list[Named]]
) -> None:
    wanted = {
        (found.dossiers.brands[key[0]], each.kind, each.value)
        for key, rows in told.items()
        for each in rows
        if each.kind not in (EvidenceKind.PAGE_CLICK, *CLAIMS)
    }
    if found.dossiers.exclusive:
        wanted |= articles_wanted(found.dossiers, named)
    if wanted:
        parameters = [array_of(each) for each in zip(*sorted(wanted), strict=True)]
        for code in ExternalCode.objects.raw(_EXTERNAL, parameters):
            if code.kind == EvidenceKind.EXCLUSIVE_SKU:
                found.exclusive.setdefault((code.brand_id, code.value), []).append(code)
            else:
                found.external[code.brand_id, code.kind, code.value] = code


_EXTERNAL = """
SELECT c.* FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS w (brand_id, kind, value)
  JOIN campaigns_externalcode c
    ON c.brand_id = w.brand_id AND c.kind = w.kind AND c.value = w.value AND c.state <> 'void'
"""
