"""What speaks for whom: the candidates of an order line, as the pure rules want them.

Everything is looked up within the order's own brand: a click or a code of another brand is no
evidence here. Runs as the system.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from attribution.domain.match import (
    CLOCK_SKEW,
    CandidateEvidence,
    CandidateTerms,
    ClickModel,
    CodePolicy,
    EvidenceKind,
)
from attribution.models import LateEvidence, Order, OrderLine
from attribution.models.clicks import Click
from attribution.selectors.clicks import click_get
from campaigns.domain.codes import canonical, skeleton
from campaigns.domain.terms import WINDOW_DAYS_MAX
from campaigns.models import ExternalCode, Participation, PromoCode

CLICKS_MAX = 20  # of one visitor: enough to tell the first from the last
# An id inside the order is the strongest evidence; what only a page says needs a second word.
CLICK_GRADES = {EvidenceKind.CLICK: "A", EvidenceKind.PAGE_CLICK: "D"}


def order_candidates(order: Order) -> list[CandidateEvidence]:
    """Candidates of the order as a whole: its click (with the visitor's others) and its codes."""
    clicks, click_kind = _clicks_of(order)
    codes = list(_codes(order))
    participations = _participations(
        {click.participation_id for click in clicks}
        | {code.participation_id for _text, code, _is_fuzzy in codes}
    )
    found = [
        _candidate(
            participations[click.participation_id],
            kind=click_kind,
            evidence=click.click_id.hex,
            grade=CLICK_GRADES[click_kind],
            occurred_at=click.at,
        )
        for click in clicks
    ]
    found += [
        _candidate(
            participations[code.participation_id],
            kind=EvidenceKind.PROMO_CODE,
            evidence=text,
            grade="B",
            occurred_at=order.placed_at,
            is_fuzzy=is_fuzzy,
            position=position,
        )
        for position, (text, code, is_fuzzy) in enumerate(codes)
    ]
    return found


def line_candidates(order: Order, lines: Sequence[OrderLine]) -> dict[int, list[CandidateEvidence]]:
    """Candidates of single lines, by the line's id: codes inside the platform's own rows."""
    late = LateEvidence.objects.filter(
        connection_id=order.connection_id, order_external_id=order.external_id
    ).exclude(kind=EvidenceKind.PAGE_CLICK)
    rows = list(late.order_by("occurred_at", "id"))
    codes = {
        (code.kind, code.value): code
        for code in ExternalCode.objects.filter(
            brand_id=order.brand_id, value__in=[row.value for row in rows]
        )
    }
    participations = _participations({code.participation_id for code in codes.values()})
    by_line: dict[int, list[CandidateEvidence]] = {line.pk: [] for line in lines}
    for line in lines:
        for row in rows:
            code = codes.get((row.kind, row.value))
            if row.line_id == line.line_id and code is not None:
                candidate = _candidate(
                    participations[code.participation_id],
                    kind=EvidenceKind(row.kind),
                    evidence=row.value,
                    grade="A",
                    occurred_at=row.occurred_at,
                )
                by_line[line.pk].append(candidate)
    return by_line


def orders_named(connection_id: int, name: str) -> QuerySet[Order]:
    """The orders that a shop's page may mean by `name`: what people call it (the number) and what
    the shop's database does are both in use. The number wins where they are two orders'."""
    orders = Order.objects.filter(connection_id=connection_id)
    numbered = orders.filter(number=name)
    return numbered if numbered.exists() else orders.filter(external_id=name)


def page_clicks_named(order: Order) -> list[UUID]:
    """The click ids that the thank-you page gave for this order, in the order of their coming."""
    names = {order.number}
    if order.pk in orders_named(order.connection_id, order.external_id).values_list(
        "pk", flat=True
    ):
        names.add(order.external_id)
    said = LateEvidence.objects.filter(
        connection_id=order.connection_id,
        order_external_id__in=names,
        kind=EvidenceKind.PAGE_CLICK,
    )
    values = said.order_by("id").values_list("value", flat=True)
    return [UUID(value) for value in dict.fromkeys(values)]


def _clicks_of(order: Order) -> tuple[list[Click], EvidenceKind]:
    """The clicks that the order itself speaks of; only without any, those that its page named."""
    carried = _visit(order, [order.click_id] if order.click_id else [])
    if carried:
        return carried, EvidenceKind.CLICK
    return _visit(order, page_clicks_named(order)), EvidenceKind.PAGE_CLICK


def _visit(order: Order, named: Iterable[UUID]) -> list[Click]:
    """The clicks with these ids, and their visitors' others before the order, each once."""
    clicks = [click for click_id in named for click in _clicks(order, click_id)]
    return list({click.click_id: click for click in clicks}.values())


def _clicks(order: Order, click_id: UUID) -> list[Click]:
    """A click of the order's brand, and the same visitor's others before the order."""
    carried = click_get(click_id)
    if carried is None or carried.brand_id != order.brand_id:
        return []
    others = Click.objects.filter(
        visitor=carried.visitor,
        brand_id=order.brand_id,
        at__range=(
            order.placed_at - timedelta(days=WINDOW_DAYS_MAX),
            order.placed_at + CLOCK_SKEW,
        ),
    ).exclude(click_id=carried.click_id)
    return [carried, *others.order_by("-at")[: CLICKS_MAX - 1]]


def _codes(order: Order) -> Iterable[tuple[str, PromoCode, bool]]:
    """(as typed, the code it is, whether only by its look) in the order of typing.

    An exact code wins over a look-alike; both are unique in the shop.
    """
    typed = [(text, canonical(text), skeleton(text)) for text in order.promo_codes]
    looks = [look for _text, _exact, look in typed]
    known = {
        code.skeleton: code
        for code in PromoCode.objects.filter(brand_id=order.brand_id, skeleton__in=looks)
    }
    seen: set[int] = set()
    for text, exact, look in typed:
        code = known.get(look)
        if code is not None and code.pk not in seen:
            seen.add(code.pk)
            yield text, code, exact != code.canonical


def _participations(ids: set[int]) -> dict[int, Participation]:
    rows: QuerySet[Participation] = Participation.objects.select_related("campaign", "terms")
    return {row.pk: row for row in rows.filter(pk__in=ids)}


def _candidate(participation: Participation, **evidence: object) -> CandidateEvidence:
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
        is_participating=participation.state == Participation.State.APPROVED,
        **evidence,  # type: ignore[arg-type]
    )
