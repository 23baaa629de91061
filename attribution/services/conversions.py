"""Conversions follow their order lines, and the ledger follows conversions. Runs as the system.

Each version of a conversion posts the difference to the one before; fee and VAT are rounded over
the whole campaign, whose totals row is the lock that keeps two batches from rounding at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from attribution.domain.lifecycle import (
    LOST,
    TRANSITIONS,
    ReasonCode,
    Status,
    Target,
    conversion_target,
)
from attribution.domain.match import DecisionRule
from attribution.models import Conversion, ConversionVersion, Order
from attribution.selectors.conversions import conversions_unconfirmed
from attribution.services.books import Books
from attribution.services.late_records import LateNews, is_late_news, late_returns_record
from attribution.services.work import Changes, LineNow, Work
from attribution.services.worth import NOTHING_EARNED, Earned, Worths, kept_base_minor
from campaigns.domain.daily_totals import daily_day
from campaigns.models import Participation, Terms
from core import clock
from core.audit.services import audit_entry, audit_record, who_acts
from core.bulk import row_new, rows_read
from core.tenancy.context import acting_as


class Settling:
    """Conversions on the move: they change in memory, in the order of their lines, and are written
    together."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self._changes = Changes()
        self._versions: list[tuple[Conversion, ConversionVersion]] = []
        # (line, participation) whose sale the brand has rejected: it does not come back by itself
        self.refused: frozenset[tuple[int, int]] = frozenset()
        self.late: list[LateNews] = []  # goods of approved sales that came back

    def change(self, conversion: Conversion) -> None:
        self._changes.change(conversion)

    def version_add(
        self,
        conversion: Conversion,
        *,
        cause: str,
        breakdown: list[dict[str, Any]] | None = None,
    ) -> None:
        """The next version of a conversion, as it is now; `breakdown` where its worth was worked
        out anew."""
        conversion.version += 1
        if conversion.version == 1:
            self._changes.add(conversion)
        self._changes.change(conversion)
        version = row_new(
            ConversionVersion,
            conversion=conversion,
            brand_id=conversion.brand_id,
            influencer_id=conversion.influencer_id,
            number=conversion.version,
            status=conversion.status,
            base_minor=conversion.base_minor,
            commission_minor=conversion.commission_minor,
            breakdown=breakdown,
            cause=cause,
        )
        self._changes.add(version)
        self._versions.append((conversion, version))

    def write(self, *, at: datetime) -> None:
        """The ledger last: balances are locked for the shortest time."""
        self._changes.write()
        who = who_acts("conversions") if self._versions else None
        for conversion, version in self._versions:
            after: dict[str, Any] = {
                "status": str(version.status),
                "commission_minor": version.commission_minor,
                "version": version.number,
            }
            if version.breakdown is not None:
                after["breakdown"] = version.breakdown
            action = f"conversion {version.cause}"
            self._changes.add(audit_entry(action, conversion, after=after, who=who))
        self._changes.write()
        self.books.post(at=at)
        if self.late:
            late_returns_record(self.late)


# --- Following order lines ------------------------------------------------------------------


def conversions_settle(work: Work) -> None:
    """Bring the conversions of lines to what orders and decisions said of them, one after another,
    and post what that moves. Orders, lines and decisions are written by now.

    What is approved stands: a later change of the order is the brand's loss. The queries are as
    many for one line as for thousands.
    """
    if not work.settling:
        return
    lines = [now for of_order in work.settling for now in of_order]
    current, refused = _current(lines)
    people = work.evidence.participations
    decided = {each.decision.participation_id for each in lines} - {None}
    campaigns = {people[pk].campaign_id for pk in decided if pk is not None}
    campaigns |= {each.campaign_id for each in current.values()}
    if not campaigns:
        return
    settling = Settling(Books(campaigns))
    settling.refused = refused
    worths = Worths(work.evidence, work.settling, current)
    for of_order in work.settling:
        worth = worths.of_order(of_order, current)
        order = of_order[0].order
        is_hold_from_paid = _holds_from_paid(order, work.dossiers.settings[order.connection_id])
        for now in _falling_first(of_order, worth, current):
            participation = people.get(now.decision.participation_id or 0)
            earned = worth.get(now.line.pk, NOTHING_EARNED)
            terms = worths.terms_of(now, current.get(now.line.pk))
            follower = _Follower(settling, now, participation, terms, earned, is_hold_from_paid)
            follower.settle(current)
        worths.follow(of_order, current)
    settling.write(at=clock.now())


def _holds_from_paid(order: Order, settings: Mapping[str, Any]) -> bool:
    """Whether nobody will ever say that the buyer has the goods."""
    if settings.get("hold_from_paid", False):
        return True
    return daily_day(order.source, order.external_id) is not None


def _falling_first(
    lines: Sequence[LineNow], worth: Mapping[int, Earned], current: Mapping[int, Conversion]
) -> list[LineNow]:
    """What one line gives back of the order's reward is there for another that takes it over, also
    where the budget has nothing else left."""

    def is_rising(now: LineNow) -> bool:
        conversion = current.get(now.line.pk)
        before = conversion.commission_minor if conversion else 0
        return worth.get(now.line.pk, NOTHING_EARNED).commission_minor > before

    return sorted(lines, key=is_rising)


def _current(
    lines: Collection[LineNow],
) -> tuple[dict[int, Conversion], frozenset[tuple[int, int]]]:
    """{line: its conversion that is not rejected}, locked; and the (line, participation) that the
    brand has rejected."""
    found = Conversion.objects.select_for_update().filter(
        Q(refused_at__isnull=False) | ~Q(status=Status.REJECTED),
        line_id__in={now.line.pk for now in lines},
    )
    rows = list(rows_read(found.order_by("pk")))
    living = {each.line_id: each for each in rows if each.refused_at is None}
    refused = ((row.line_id, row.participation_id) for row in rows if row.refused_at is not None)
    return living, frozenset(refused)


@dataclass(slots=True)
class _Follower:
    """One line at one moment, whoever its decision names, and what it earns them."""

    settling: Settling
    now: LineNow
    participation: Participation | None
    terms: Terms | None
    worth: Earned
    is_hold_from_paid: bool

    def settle(self, current: dict[int, Conversion]) -> None:
        """`current` are the living conversions by line, before and after."""
        now, line_id = self.now, self.now.line.pk
        conversion = current.get(line_id)
        if conversion is not None and conversion.approved_at is not None:
            self._look_for_late_return(conversion)
            return
        if conversion and conversion.participation_id != now.decision.participation_id:
            is_repeated = now.decision.rule == DecisionRule.SAME_SALE
            if is_repeated and Status(conversion.status) in LOST:
                return
            reason = ReasonCode.DUPLICATE if is_repeated else ReasonCode.NOT_YOUR_CODE
            reassigned = Target(Status.REJECTED, reason_code=reason)
            _move(self.settling, conversion, reassigned, NOTHING_EARNED, cause="reassigned")
            conversion = None
            del current[line_id]
        if self.participation is None or self.terms is None:
            return
        target = _target(now, self.terms, is_hold_from_paid=self.is_hold_from_paid)
        if target is None:
            return
        if conversion is not None:
            self._follow(conversion, target)
            if conversion.status == Status.REJECTED:
                del current[line_id]
        elif (
            target.status not in LOST
            and (line_id, self.participation.pk) not in self.settling.refused
        ):
            current[line_id] = self._create(self.participation, self.terms, target)

    def _look_for_late_return(self, conversion: Conversion) -> None:
        """An approved reward follows its order no more; what comes back of it is written down."""
        now = self.now
        if now.status == "unmapped":
            return
        kept = 0 if now.status in ("cancelled", "returned") else kept_base_minor(now)
        if is_late_news(conversion, kept):
            returned_at = now.order.source_updated_at
            news = LateNews(conversion, now.order.version, kept, returned_at)
            self.settling.late.append(news)

    def _create(self, participation: Participation, terms: Terms, target: Target) -> Conversion:
        now, worth = self.now, self.worth
        conversion = row_new(
            Conversion,
            brand_id=now.order.brand_id,
            order_id=now.order.pk,
            line_id=now.line.pk,
            decision_id=now.decision.pk,
            campaign_id=participation.campaign_id,
            participation_id=participation.pk,
            influencer_id=participation.influencer_id,
            terms_id=terms.pk,
            grade=now.decision.grade,
            source=now.order.source,
            order_number=now.number,
            product_name=now.product_name,
            status=Status.AWAITING_FUNDING,
            currency=now.currency,
            rate=now.rate,
            rate_on=now.rate_on,
            base_minor=worth.base_minor,
            commission_minor=worth.commission_minor,
            reason_code=worth.reason_code,
            buyer=worth.buyer,
            approved_before=worth.approved_before,
            ordered_at=now.placed_at,
            hold_until=target.hold_until,
            version=0,
        )
        books = self.settling.books
        is_funded = books.accrue(conversion, from_minor=0, to_minor=worth.commission_minor)
        conversion.status = target.status if is_funded else Status.AWAITING_FUNDING
        cause = "ordered" if is_funded else "budget_empty"
        self.settling.version_add(conversion, cause=cause, breakdown=worth.breakdown)
        return conversion

    def _follow(self, conversion: Conversion, target: Target) -> None:
        """The same influencer's order changed: evidence, amount, status, or all of them."""
        decision, worth = self.now.decision, self.worth
        if conversion.decision_id != decision.pk:  # stronger may end a wait for confirmation
            conversion.decision_id, conversion.grade = decision.pk, decision.grade
            self.settling.change(conversion)
        if target.status in LOST:
            if conversion.status != target.status:
                is_cancelled = target.reason_code == ReasonCode.ORDER_CANCELLED
                cause = "cancelled" if is_cancelled else "returned"
                self._move(conversion, target, NOTHING_EARNED, cause=cause)
            return
        if conversion.status == target.status == Status.ON_HOLD:
            target = Target(target.status, conversion.hold_until)  # a hold that runs does not move
        is_waiting = conversion.status == Status.AWAITING_FUNDING
        is_same_worth = worth.commission_minor == conversion.commission_minor
        is_same_state = (conversion.status, conversion.hold_until) == (
            target.status,
            target.hold_until,
        )
        if is_same_worth and (is_same_state or is_waiting):
            return
        if worth.commission_minor < conversion.commission_minor and self.now.returned_minor > 0:
            cause = "partly_returned"
        elif not is_same_worth:
            cause = "amended"
        else:
            cause = "received" if target.status is Status.ON_HOLD else "reopened"
        self._move(conversion, target, worth, cause=cause)

    def _move(self, conversion: Conversion, target: Target, worth: Earned, *, cause: str) -> None:
        rate = (self.now.rate, self.now.rate_on)
        _move(self.settling, conversion, target, worth, cause=cause, rate=rate)


def _target(now: LineNow, terms: Terms, *, is_hold_from_paid: bool) -> Target | None:
    return conversion_target(
        order_status=now.status,
        amount_minor=now.amount_minor,
        returned_minor=now.returned_minor,
        fulfilled_at=now.fulfilled_at,
        paid_at=now.paid_at,
        hold_days=terms.hold_days,
        is_hold_from_paid=is_hold_from_paid,
    )


def _move(
    settling: Settling,
    conversion: Conversion,
    target: Target,
    worth: Earned,
    *,
    cause: str,
    rate: tuple[Decimal | None, date | None] | None = None,
) -> None:
    """To a new status and worth, as the next version, with its difference in the ledger. `rate` is
    what made the worth tenge, where it was worked out anew."""
    old = Status(conversion.status)
    assert target.status is old or target.status in TRANSITIONS[old], (conversion.pk, target)
    if old is Status.AWAITING_FUNDING and target.status not in LOST:
        target = Target(Status.AWAITING_FUNDING, target.hold_until)  # still nothing is posted
    elif old is not Status.AWAITING_FUNDING:
        is_funded = settling.books.accrue(
            conversion, from_minor=conversion.commission_minor, to_minor=worth.commission_minor
        )
        if not is_funded:
            return  # an order grew beyond the budget: what is promised stays as it was
    conversion.status = target.status
    conversion.hold_until = target.hold_until or conversion.hold_until
    conversion.reason_code = target.reason_code or worth.reason_code
    conversion.base_minor, conversion.commission_minor = worth.base_minor, worth.commission_minor
    if rate is not None:
        conversion.rate, conversion.rate_on = rate
    settling.version_add(conversion, cause=cause, breakdown=worth.breakdown)


# --- Without an event -----------------------------------------------------------------------


def conversions_approve(conversions: Sequence[Conversion], *, at: datetime, cause: str) -> None:
    """Make locked, on-hold conversions final: theirs is the money, ours the fee."""
    if not conversions:
        return
    settling = Settling(Books({each.campaign_id for each in conversions}))
    for conversion in conversions:
        assert Status.APPROVED in TRANSITIONS[Status(conversion.status)], conversion.pk
        settling.books.approve(conversion)
        conversion.status, conversion.approved_at = Status.APPROVED, at
        settling.version_add(conversion, cause=cause)
    settling.write(at=at)


def conversions_fund_in_turn(waiting: Sequence[Conversion]) -> int:
    """Post locked conversions of one campaign that wait for budget, as their orders stand now,
    until one is too much for what is left. Returns how many were posted."""
    settling = Settling(Books({each.campaign_id for each in waiting}))
    funded = 0
    for conversion in waiting:
        assert conversion.status == Status.AWAITING_FUNDING, conversion.pk
        order = conversion.order
        now = LineNow.of(order, conversion.line, conversion.decision)
        is_hold_from_paid = _holds_from_paid(order, order.connection.settings)
        target = _target(now, conversion.terms, is_hold_from_paid=is_hold_from_paid)
        if target is None or target.status in LOST:
            continue  # nothing to post: the order's own news has said so, or will
        if not settling.books.accrue(
            conversion, from_minor=0, to_minor=conversion.commission_minor
        ):
            break
        conversion.status, conversion.hold_until = target.status, target.hold_until
        settling.version_add(conversion, cause="funded")
        funded += 1
    settling.write(at=clock.now())
    return funded


def order_confirm(*, order_id: int, participation_id: int | None = None) -> int:
    """The brand's word for an order that only an unsigned hint speaks for: from now on silence
    approves it at the end of its hold, as any other. Returns how many of its lines were waiting,
    of one participation where it speaks for that alone.
    """
    with acting_as(system="confirm an order"):
        found = conversions_unconfirmed(order_id)
        if participation_id is not None:
            found = found.filter(participation_id=participation_id)
        waiting = list(found.select_for_update(of=("self",)))
        for conversion in waiting:
            conversion.confirmed_at = clock.now()
            conversion.save(update_fields=["confirmed_at"])
            audit_record("conversion.confirm", conversion)
    return len(waiting)
